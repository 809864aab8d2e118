import { spawnSync } from 'node:child_process';
import { generateKeyPairSync, sign } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { rawPublicKey } from '../adapters/sealing/keys.ts';
import { openLog } from '../adapters/sealing/log.ts';
import { logOrigin, signCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { encodeEntry } from '../kernel/ledger/envelope.ts';
import { leafHash } from '../kernel/ledger/merkle.ts';
import { formatVerifierKey } from '../kernel/ledger/note.ts';
import { appendLeaves, EMPTY_TREE, rootOfTree } from '../kernel/ledger/tree.ts';

const KEY = formatVerifierKey('ancheng.example/log/a/1', rawPublicKey(generateKeyPairSync('ed25519').privateKey));
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
    [['verify', '--log', '.', '--key', 'x', '--files', '.']],
    [['verify', '--log', '.', '--key', KEY, '--as-of', '2026-02-30']],
    [['verify', '--log', '.', '--key', KEY, '--as-of', '2999-01-01']],
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

  const signer = { name: origin, verifierKey: key, sign: (body: Uint8Array) => sign(null, body, privateKey) };

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
    // What a time stamp was asked for, in a log that was written anew since by whoever has its key.
    const stamped = join(logFolder, 'days/2026-06-30.stamped');
    mkdirSync(dirname(stamped));
    writeFileSync(stamped, signCheckpoint({ origin, size: 250, root: new Uint8Array(32) }, signer));
    expect(ancheng('verify', '--log', logFolder, '--key', key)).toMatchObject({
      code: 1,
      out: expect.stringMatching(/2026-06-30\.stamped at 250 .*history was rewritten/),
    });
    rmSync(dirname(stamped), { recursive: true });
    const bundle = join(logFolder, 'tile/entries/000');
    const bytes = readFileSync(bundle);
    bytes[bytes.indexOf('"pos":200') + 6]! ^= 1;
    writeFileSync(bundle, bytes);
    const { code, out } = ancheng('verify', '--log', logFolder, '--key', key, '--json');
    expect(code).toBe(1);
    expect(JSON.parse(out)).toMatchObject({ ok: false, firstBad: 200, since: '1970-01-01T00:00:00.200Z' });
    const told = ancheng('verify', '--log', logFolder, '--key', key).out;
    expect(told).toMatch(/#200（登錄於 recorded 1970-01-01 08:00）/);
    expect(told).toMatch(/→ L1 .*匯出/);
  });

  test('a database that does not answer is the surroundings (exit 3); a device in place of a file is a failure, not read for ever', () => {
    const db = ['--db', 'postgres://me:secret@127.0.0.1:1/x'];
    const asked = ancheng('verify', '--log', logFolder, '--key', key, ...db);
    expect(asked).toMatchObject({ code: 3, out: '', err: expect.stringContaining('→') });
    expect(asked.err).not.toContain('secret');
    if (process.platform === 'win32') return;
    const tile = join(logFolder, 'tile/0/000');
    rmSync(tile);
    symlinkSync('/dev/zero', tile);
    expect(ancheng('verify', '--log', logFolder, '--key', key)).toMatchObject({
      code: 1,
      out: expect.stringContaining('tile/0/000'),
    });
  });
});
