import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { cardOf, isPubliclyKnown, judgeChain } from './judge.ts';
import { type Material, readMaterial, shownBy } from './read.ts';

/** An office's own certificates, made by openssl as an authority would: root, intermediate, server. */

const folder = mkdtempSync(join(tmpdir(), 'ancheng-office-'));
afterAll(() => rmSync(folder, { recursive: true }));
const openssl = (...args: string[]) =>
  execFileSync('openssl', args, { cwd: folder, stdio: ['ignore', 'pipe', 'ignore'] });
const file = (name: string) => readFileSync(join(folder, name), 'utf8');
const HOST = 'ancheng.office.gov.tw';

beforeAll(() => {
  writeFileSync(join(folder, 'ca.ext'), 'basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign\n');
  writeFileSync(join(folder, 'leaf.ext'), `subjectAltName=DNS:${HOST},DNS:*.forms.gov.tw,IP:10.1.2.3\n`);
  openssl(
    ...'req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.pem -days 3650 -subj /O=Office/CN=Root'.split(' '),
  );
  issue('inter', 'root', 'ca.ext', 'rsa:2048');
  issue('leaf', 'inter', 'leaf.ext', 'rsa:2048');
  issue('small', 'inter', 'leaf.ext', 'rsa:1024');
  issue('other', 'inter', 'leaf.ext', 'rsa:2048');
  writeFileSync(join(folder, 'chain.pem'), file('inter.pem') + file('root.pem'));
  const pfx = ['pkcs12', '-export', '-inkey', 'leaf.key', '-in', 'leaf.pem', '-certfile', 'chain.pem'];
  openssl(...pfx, '-passout', 'pass:密碼', '-out', 'leaf.pfx');
  openssl(...pfx, '-passout', 'pass:x', '-out', 'old.pfx', '-legacy');
  openssl('pkcs12', '-export', '-inkey', 'leaf.key', '-in', 'leaf.pem', '-passout', 'pass:x', '-out', 'alone.pfx');
  openssl('pkey', '-in', 'leaf.key', '-aes256', '-passout', 'pass:locked', '-out', 'locked.key');
});

function issue(name: string, by: string, extensions: string, key: string): void {
  openssl('req', '-newkey', key, '-nodes', '-keyout', `${name}.key`, '-out', `${name}.csr`, '-subj', `/CN=${name}`);
  const signing = ['-CA', `${by}.pem`, '-CAkey', `${by}.key`, '-CAcreateserial', '-days', '90'];
  openssl('x509', '-req', '-in', `${name}.csr`, ...signing, '-extfile', extensions, '-out', `${name}.pem`);
}

const pem = (certificates: string, key: string, passphrase?: string): Material => ({
  kind: 'pem',
  certificates,
  key,
  passphrase,
});
const pfx = (name: string, passphrase: string): Material => ({
  kind: 'pfx',
  pfx: readFileSync(join(folder, name)).toString('base64'),
  passphrase,
});

/** What a person is told in the end: `undefined` when the certificate will do. */
async function said(material: Material, name = HOST, now = new Date()): Promise<string | undefined> {
  const context = readMaterial(material);
  if (isRefused(context)) return context.refused[0]!.message.en;
  const refusal = judgeChain(await shownBy(context), name, now);
  return refusal?.refused[0]?.message.en;
}

const whole = () => file('leaf.pem') + file('chain.pem');
const later = (days: number) => new Date(Date.now() + days * 86_400_000);

test('a whole chain with its key is accepted, for each name it holds', async () => {
  for (const name of [HOST, 'a.forms.gov.tw', '10.1.2.3'])
    expect(await said(pem(whole(), file('leaf.key')), name)).toBeUndefined();
});

test('whatever the order and the field it was pasted into', async () => {
  expect(await said(pem(file('leaf.key') + file('chain.pem') + file('leaf.pem'), ''))).toBeUndefined();
});

test('an intermediate without the root of the office is not enough, for nobody could know it', async () => {
  expect(await said(pem(file('leaf.pem'), file('leaf.key')))).toMatch(/issuer's certificate is missing: .*inter/);
  expect(await said(pem(file('leaf.pem') + file('inter.pem'), file('leaf.key')))).toMatch(/missing: .*CN=Root/);
});

test('a PFX as Windows exports it, with a Chinese passphrase', async () => {
  expect(await said(pfx('leaf.pfx', '密碼'))).toBeUndefined();
  expect(await said(pfx('leaf.pfx', 'wrong'))).toMatch(/passphrase is wrong/);
  expect(await said(pfx('alone.pfx', 'x'))).toMatch(/issuer's certificate is missing/);
  expect(await said(pfx('old.pfx', 'x'))).toMatch(/outdated cipher/);
  expect(await said({ kind: 'pfx', pfx: Buffer.from('PK not a pfx').toString('base64') })).toMatch(/no PFX file/);
});

test('a locked key wants its passphrase', async () => {
  expect(await said(pem(whole(), file('locked.key')))).toMatch(/locked by a passphrase/);
  expect(await said(pem(whole(), file('locked.key'), 'wrong'))).toMatch(/passphrase is wrong/);
  expect(await said(pem(whole(), file('locked.key'), 'locked'))).toBeUndefined();
});

test.each([
  ['another key', () => pem(whole(), file('other.key')), HOST, 0, /does not belong/],
  ['no key', () => pem(whole(), ''), HOST, 0, /no private key/],
  ['no certificate', () => pem('hello', file('leaf.key')), HOST, 0, /No certificate/],
  ['half a certificate', () => pem(whole().replace(/MII.{200}/s, ''), file('leaf.key')), HOST, 0, /No certificate/],
  ['a name it does not hold', () => pem(whole(), file('leaf.key')), 'www.office.gov.tw', 0, /is not for "www/],
  ['its common name', () => pem(whole(), file('leaf.key')), 'leaf', 0, /is not for "leaf"/],
  ['an expired one', () => pem(whole(), file('leaf.key')), HOST, 91, /expired on/],
  ['one of next year', () => pem(whole(), file('leaf.key')), HOST, -2, /valid only from/],
  [
    'a short key',
    () => pem(file('small.pem') + file('chain.pem'), file('small.key')),
    HOST,
    0,
    /too weak|fewer than 2048/,
  ],
])('%s is refused and told so', async (_what, material, name, days, reason) => {
  expect(await said(material(), name, later(days))).toMatch(reason);
});

test('the card tells what people compare on screen with openssl', async () => {
  const context = readMaterial(pem(whole(), file('leaf.key')));
  if (isRefused(context)) throw new Error('refused');
  const chain = await shownBy(context);
  const fingerprint = String(openssl('x509', '-in', 'leaf.pem', '-noout', '-fingerprint', '-sha256'));
  expect(cardOf(chain[0]!)).toMatchObject({ names: [HOST, '*.forms.gov.tw', '10.1.2.3'], issuer: 'CN=inter' });
  expect(fingerprint).toContain(cardOf(chain[0]!).fingerprint);
  expect(isPubliclyKnown(chain)).toBe(false);
});
