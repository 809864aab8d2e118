import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { makeRecoveryKey, readRecoveryKey } from './recovery-key.ts';

const dataDir = mkdtempSync(join(tmpdir(), 'ancheng-key-'));
mkdirSync(join(dataDir, 'secrets'));
afterAll(() => rmSync(dataDir, { recursive: true }));
const { sheet } = await makeRecoveryKey(dataDir, 'test', new Date());
const line = /AGE-SECRET-KEY-1\w+/.exec(sheet)![0];

test('a typed key works in lower case and with spaces', () => {
  const key = readRecoveryKey(line.toLowerCase().replace(/(.{8})/g, '$1 '));
  expect(isRefused(key) ? key : key.identity).toBe(line);
});

test('one wrong letter is told as a slip of the hand, not as a damaged backup', () => {
  const slip = line.replace(/(AGE-SECRET-KEY-1.{9})(.)/, (_, before, one) => before + (one === 'Q' ? 'P' : 'Q'));
  expect(readRecoveryKey(slip)).toMatchObject({ refused: [{ message: { en: expect.stringContaining('mistyped') } }] });
  expect(readRecoveryKey('lost')).toMatchObject({ refused: [{ code: 'invalid' }] });
});
