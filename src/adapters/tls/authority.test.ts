import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createRoot, issueServer, type Pair } from './authority.ts';

/** openssl judges what we made: it was written by others and is what servers and clients of the office use. */

const folder = mkdtempSync(join(tmpdir(), 'ancheng-tls-'));
afterAll(() => rmSync(folder, { recursive: true }));
const at = (name: string) => join(folder, name);
const now = new Date();
const names = ['ancheng.office.gov.tw', 'ancheng', '10.1.2.3', 'fd00::5'];
let root: Pair;

const openssl = (...args: string[]) => execFileSync('openssl', args, { encoding: 'utf8' });
const verify = (leaf: string, ...more: string[]) =>
  spawnSync('openssl', ['verify', '-x509_strict', '-CAfile', at('root.pem'), ...more, at(leaf)], { encoding: 'utf8' });

beforeAll(async () => {
  root = await createRoot('示範鎮公所', names, now);
  writeFileSync(at('root.pem'), root.certificate);
  writeFileSync(at('server.pem'), (await issueServer(root, names, now)).certificate);
});

describe('a server certificate of the office’s own authority', () => {
  test.each(names)('is accepted by openssl, strictly, for %s', (name) => {
    const as = /^[\d.]+$|:/.test(name) ? '-verify_ip' : '-verify_hostname';
    expect(verify('server.pem', '-purpose', 'sslserver', as, name)).toMatchObject({ status: 0 });
  });

  test('is refused for another name', () => {
    expect(verify('server.pem', '-verify_hostname', 'other.office.gov.tw').status).not.toBe(0);
  });

  test('lasts 397 days, and never longer than its root', async () => {
    const text = openssl('x509', '-in', at('server.pem'), '-noout', '-enddate');
    const days = (Date.parse(text.replace('notAfter=', '')) - now.getTime()) / 86_400_000;
    expect(Math.round(days)).toBe(397);
    const late = new Date(now.getTime() + 3_500 * 86_400_000);
    writeFileSync(at('late.pem'), (await issueServer(root, names, late)).certificate);
    const end = (file: string) => openssl('x509', '-in', at(file), '-noout', '-enddate');
    expect(end('late.pem')).toBe(end('root.pem'));
  });
});

describe('the root', () => {
  test('says that it signs servers of this office only', () => {
    const text = openssl('x509', '-in', at('root.pem'), '-noout', '-text', '-nameopt', 'utf8');
    expect(text).toMatch(/Basic Constraints: critical\s+CA:TRUE, pathlen:0/);
    expect(text).toMatch(/Name Constraints: critical/);
    expect(text).toContain('DNS:office.gov.tw');
    expect(text).not.toContain('DNS:gov.tw');
    expect(text).toContain('IP:10.0.0.0/255.0.0.0');
  });

  test.each(['bank.example.com', '8.8.8.8', 'gov.tw'])('cannot vouch for %s', async (name) => {
    writeFileSync(at('abuse.pem'), (await issueServer(root, [name], now)).certificate);
    const { status, stderr } = verify('abuse.pem');
    expect(status).not.toBe(0);
    expect(stderr).toContain('permitted subtree violation');
  });

  test('vouches for a later name of the same domain, so that computers need not be visited again', async () => {
    writeFileSync(at('more.pem'), (await issueServer(root, ['forms.office.gov.tw', '192.168.7.7'], now)).certificate);
    expect(verify('more.pem', '-verify_hostname', 'forms.office.gov.tw').status).toBe(0);
  });
});
