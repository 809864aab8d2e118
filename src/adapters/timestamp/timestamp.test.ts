import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { hasOpenssl, startTimeAuthority, type TimeAuthority } from '../../../test/harness/time-authority.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { askForStamp } from './ask.ts';
import { readStamp, type Stamp } from './token.ts';

const OPENSSL = hasOpenssl();
const CONTENT = Buffer.from('ancheng.example/log/xiluo/1\n300\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n');

let authority: TimeAuthority;
let url = '';
const at = (name: string) => authority.at(name);
const openssl = (...args: string[]) => authority.openssl(...args);
beforeAll(async () => {
  if (!OPENSSL) return;
  authority = await startTimeAuthority();
  url = authority.url;
});
afterAll(() => authority?.stop());

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
