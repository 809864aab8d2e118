import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { askForStamp } from './ask.ts';
import { readStamp, type Stamp } from './token.ts';

// An authority made with openssl: it grants, and it judges.
const OPENSSL = spawnSync('openssl', ['version']).status === 0;
const folder = mkdtempSync(join(tmpdir(), 'tsa-'));
const at = (name: string) => join(folder, name);
const openssl = (...args: string[]) => {
  const done = spawnSync('openssl', args, { encoding: 'utf8', cwd: folder });
  return { status: done.status, said: done.stdout + done.stderr };
};
const CONTENT = Buffer.from('ancheng.example/log/xiluo/1\n300\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');

function makeAuthority() {
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

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    writeFileSync(at('query.tsq'), Buffer.concat(chunks));
    openssl('ts', '-reply', '-config', 'tsa.cnf', '-queryfile', 'query.tsq', '-out', 'reply.tsr');
    response.end(readFileSync(at('reply.tsr')));
  });
});
let url = '';
beforeAll(async () => {
  if (!OPENSSL) return;
  makeAuthority();
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

describe.skipIf(!OPENSSL && process.env.CI !== 'true')('a time stamp by an authority made with openssl', () => {
  test('is asked for, checked and kept; `openssl ts -verify` says the same of it, and refuses it for other content', async () => {
    const granted = await askForStamp(url, CONTENT);
    if (isRefused(granted)) throw new Error(granted.refused[0]?.message.en);
    expect(granted.stamp).toMatchObject({ by: 'Example TSA', trusted: false });
    expect(Math.abs(Date.parse(granted.stamp.at) - Date.now())).toBeLessThan(120_000);
    expect(existsSync(at('query.tsq'))).toBe(true);
    writeFileSync(at('kept.tsr'), granted.response);
    writeFileSync(at('content'), CONTENT);
    writeFileSync(at('altered'), `${CONTENT} `);
    const judge = (file: string) =>
      openssl('ts', '-verify', '-in', 'kept.tsr', '-data', file, '-CAfile', 'ca.pem').status;
    expect([judge('content'), judge('altered')]).toEqual([0, 1]);

    const root = readFileSync(at('ca.pem'), 'utf8');
    expect(readStamp(granted.response, CONTENT, { roots: [root] })).toMatchObject({ trusted: true });
    const doubtful = [
      readStamp(granted.response, Buffer.from(`${CONTENT} `), { roots: [root] }),
      readStamp(granted.response, CONTENT, { roots: [readFileSync(at('other.pem'), 'utf8')] }),
      readStamp(granted.response, CONTENT, { nonce: Buffer.alloc(8, 1) }),
      readStamp(Buffer.from('nonsense'), CONTENT),
    ];
    expect(doubtful.map(isRefused)).toEqual([true, true, true, true]);
  });

  test('one flipped bit anywhere in it is noticed', async () => {
    const { response } = (await askForStamp(url, CONTENT)) as { response: Uint8Array; stamp: Stamp };
    const root = readFileSync(at('ca.pem'), 'utf8');
    for (let place = 20; place < response.length; place += 97) {
      const altered = Buffer.from(response);
      altered[place] = (altered[place] ?? 0) ^ 1;
      const judged = readStamp(altered, CONTENT, { roots: [root] });
      if (!isRefused(judged)) expect(judged).toEqual(readStamp(response, CONTENT, { roots: [root] }));
    }
  });

  test('an authority that is not there is told as such', async () => {
    expect(await askForStamp('http://127.0.0.1:9/', CONTENT)).toMatchObject({ refused: [{ code: 'unready' }] });
  });
});
