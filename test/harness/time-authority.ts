import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A time-stamping authority made with openssl, answering on loopback: it grants (RFC 3161), and `openssl ts` judges. */
export type TimeAuthority = Awaited<ReturnType<typeof startTimeAuthority>>;

export const hasOpenssl = (): boolean => spawnSync('openssl', ['version']).status === 0;

export async function startTimeAuthority(port = 0) {
  const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
  const at = (name: string) => join(folder, name);
  const openssl = (...args: string[]) => {
    const done = spawnSync('openssl', args, { encoding: 'utf8', cwd: folder });
    return { status: done.status, said: done.stdout + done.stderr };
  };
  makeAuthority(at, openssl);
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      writeFileSync(at('query.tsq'), Buffer.concat(chunks));
      openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'reply.tsr');
      response.end(readFileSync(at('reply.tsr')));
    });
  });
  await new Promise<void>((listening) => server.listen(port, '127.0.0.1', listening));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    at,
    openssl,
    stop() {
      server.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function makeAuthority(at: (name: string) => string, openssl: (...args: string[]) => unknown): void {
  writeFileSync(
    at('ca.cnf'),
    `[ca]\nbasicConstraints = critical, CA:true\nkeyUsage = critical, keyCertSign\n[tsa]\nextendedKeyUsage = critical, timeStamping\nbasicConstraints = CA:false\n[web]\nextendedKeyUsage = serverAuth\n`,
  );
  const issue = (name: string, section: string, subject: string) => {
    openssl(
      'req',
      '-new',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-keyout',
      `${name}.key`,
      '-subj',
      subject,
      '-out',
      `${name}.csr`,
    );
    const by = name === 'ca' ? ['-signkey', 'ca.key'] : ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial'];
    openssl(
      'x509',
      '-req',
      '-in',
      `${name}.csr`,
      ...by,
      '-days',
      '30',
      '-extfile',
      'ca.cnf',
      '-extensions',
      section,
      '-out',
      `${name}.pem`,
    );
  };
  issue('ca', 'ca', '/CN=Example Root');
  issue('tsa', 'tsa', '/CN=Example TSA');
  openssl(
    'req',
    '-x509',
    '-newkey',
    'rsa:2048',
    '-nodes',
    '-keyout',
    'other.key',
    '-subj',
    '/CN=Somebody else',
    '-out',
    'other.pem',
  );
  writeFileSync(at('serial'), '01\n');
  writeFileSync(
    at('tsa.cnf'),
    `[tsa]\ndefault_tsa = one\n[one]\nserial = ${at('serial')}\nsigner_cert = ${at('tsa.pem')}\nsigner_key = ${at('tsa.key')}\ncerts = ${at('ca.pem')}\nsigner_digest = sha256\ndefault_policy = 1.2.3.4.1\ndigests = sha256\nordering = yes\ness_cert_id_chain = no\n`,
  );
}
