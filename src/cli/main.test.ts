import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawPublicKey } from '../adapters/sealing/keys.ts';
import { openLog } from '../adapters/sealing/log.ts';
import { logOrigin, signCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../kernel/ledger/envelope.ts';
import { leafHash } from '../kernel/ledger/merkle.ts';
import { formatVerifierKey } from '../kernel/ledger/note.ts';
import { appendLeaves, EMPTY_TREE, rootOfTree } from '../kernel/ledger/tree.ts';

const ROOT = join(import.meta.dirname, '../..');
const ground = mkdtempSync(join(tmpdir(), '命令列 '));
afterAll(() => rmSync(ground, { recursive: true }));

function ancheng(...args: string[]) {
  const answer = spawnSync(process.execPath, [join(ROOT, 'bin/ancheng.js'), ...args], {
    cwd: ground,
    encoding: 'utf8',
  });
  return { code: answer.status, out: answer.stdout, err: answer.stderr };
}

describe('usage', () => {
  test('help tells every command and exit code, in both languages', () => {
    const { code, out } = ancheng('--help');
    expect(code).toBe(0);
    for (const word of ['start', 'demo', 'verify', 'pack', 'read', '啟動平台', '結束代碼', '  70 '])
      expect(out).toContain(word);
    for (const name of ['start', 'demo', 'verify', 'pack', 'read']) {
      expect(ancheng(name, '--help')).toMatchObject({ code: 0, out: expect.stringContaining(`ancheng ${name}`) });
    }
  });

  test.each([
    [['nonsense']],
    [['constructor']],
    [['start', '--nonsense']],
    [['start', '--port', '70000']],
    [['read']],
    [['read', 'no-such-file']],
    [['pack', 'bake']],
    [['pack', 'check', 'no-such-folder']],
    [['verify', '--log', '.', '--key', 'x']],
  ])('%s is wrong usage: told on standard error, exit 2', (args) => {
    const { code, out, err } = ancheng(...args);
    expect({ code, out }).toEqual({ code: 2, out: '' });
    expect(err).toContain('✗');
  });
});

test('verify of a folder that holds no data: told, exit 3', () => {
  const { code, out, err } = ancheng('verify', '--data', ground);
  expect({ code, out }).toEqual({ code: 3, out: '' });
  expect(err).toContain('→');
});

describe('read', () => {
  test('shows what a report holds, and refuses what it does not know with exit 1', () => {
    writeFileSync(join(ground, 'sums.txt'), `${'0'.repeat(64)}  a.txt\n`);
    const { code, out } = ancheng('read', 'sums.txt');
    expect(code).toBe(0);
    expect(JSON.parse(out)).toMatchObject({ importer: 'sha256sum', imported: { kind: 'manifest' } });
    expect(ancheng('read', 'sums.txt', '--summary').out).toContain('digests: 1');
    writeFileSync(join(ground, 'letter.txt'), '敬啟者');
    expect(ancheng('read', 'letter.txt')).toMatchObject({ code: 1, out: '', err: expect.stringContaining('→') });
  });
});

describe('verify', () => {
  const logFolder = join(ground, '封存');
  const { privateKey } = generateKeyPairSync('ed25519');
  const origin = logOrigin('ancheng.example', 'xiluo', 1);
  const key = formatVerifierKey(origin, rawPublicKey(privateKey));

  beforeAll(async () => {
    const entries = Array.from({ length: 300 }, (_, pos) => {
      const named = { stream: 'a', streamVersion: pos + 1, type: 'record.filled', at: new Date(pos).toISOString() };
      const rest = { actor: { grants: [] }, command: `c${pos}`, definition: '', data: { pos } };
      return encodeEntry({ v: 1, organisation: 'xiluo', ...named, ...rest }) as Uint8Array;
    });
    mkdirSync(logFolder);
    const log = await openLog(logFolder);
    const { state, tiles } = appendLeaves(EMPTY_TREE, entries.map(leafHash));
    await log.write(0, entries, tiles);
    const signer = { name: origin, verifierKey: key, sign: (body: Uint8Array) => sign(null, body, privateKey) };
    await log.publish(signCheckpoint({ origin, size: state.size, root: rootOfTree(state) }, signer));
  });

  test('an untouched log passes with the key as text or in a file', () => {
    writeFileSync(join(ground, 'key'), `${key}\n`);
    for (const given of [key, 'key']) {
      expect(ancheng('verify', '--log', logFolder, '--key', given)).toMatchObject({
        code: 0,
        out: expect.stringContaining('300'),
      });
    }
  });

  test('another key, a missing witness or one changed letter fails with exit 1, naming the level', () => {
    const other = formatVerifierKey(origin, rawPublicKey(generateKeyPairSync('ed25519').privateKey));
    expect(ancheng('verify', '--log', logFolder, '--key', other)).toMatchObject({
      code: 1,
      out: expect.stringContaining('✗ L0'),
    });
    expect(ancheng('verify', '--log', logFolder, '--key', key, '--witness', other).code).toBe(1);
    const bundle = join(logFolder, 'tile/entries/000');
    const bytes = readFileSync(bundle);
    bytes[bytes.indexOf('"pos":200') + 6]! ^= 1;
    writeFileSync(bundle, bytes);
    const { code, out } = ancheng('verify', '--log', logFolder, '--key', key, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, firstBad: 200 });
  });
});
