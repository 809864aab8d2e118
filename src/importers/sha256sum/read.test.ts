import { createHash } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { compareManifests } from './compare.ts';
import { sha256sum } from './read.ts';

async function* bytesOf(list: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(list);
}
async function entriesOf(list: string) {
  const read = await sha256sum.read(bytesOf(list));
  return isRefused(read) ? read.refused[0]! : read.kind === 'manifest' ? read.manifest.entries : read.kind;
}
const A = 'a'.repeat(64);
const B = 'b'.repeat(64);

describe('sha256sum lists', () => {
  test('GNU text and binary lines, BSD lines, upper case, comments and empty lines', async () => {
    const list = `# release 2\n${A}  ./app.js\n${B.toUpperCase()} *bin/x y\r\n\nSHA256 (a (1).txt) = ${A}\n`;
    expect(await entriesOf(list)).toEqual([
      { path: './app.js', sha256: A },
      { path: 'bin/x y', sha256: B },
      { path: 'a (1).txt', sha256: A },
    ]);
  });

  test('names that GNU escapes come back as they are', async () => {
    const path = fc
      .string({ minLength: 1 })
      .filter((name) => !name.includes('\0') && !/^[ *]/.test(name) && name.isWellFormed());
    await fc.assert(
      fc.asyncProperty(path, async (name) => {
        const escaped = name.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('\r', '\\r');
        const entries = await entriesOf(`${escaped === name ? '' : '\\'}${A}  ${escaped}\n`);
        expect(entries).toEqual([{ path: name, sha256: A }]);
      }),
    );
  });

  test.each([
    ['a line of something else', `${A}  a\nhello\n`, { line: 2 }],
    [
      'MD5',
      `${createHash('md5').update('x').digest('hex')}  a\n`,
      { line: 1, message: { zh: expect.stringContaining('MD5') } },
    ],
    [
      'two digests of one file',
      `${A}  a\n${B}  a\n`,
      { line: 2, message: { en: expect.stringContaining('two different') } },
    ],
    ['an empty list', '# nothing\n', { code: 'invalid' }],
  ])('%s refuses the whole list', async (_, list, refusal) => {
    expect(await entriesOf(list)).toMatchObject(refusal);
  });
});

test('deployed differs from released by file: changed, missing, extra', () => {
  const released = {
    entries: [
      { path: './a', sha256: A },
      { path: 'b', sha256: A },
      { path: 'c', sha256: A },
    ],
  };
  const deployed = {
    entries: [
      { path: 'a', sha256: A },
      { path: './b', sha256: B },
      { path: 'd', sha256: A },
    ],
  };
  expect(compareManifests(released, deployed)).toEqual({
    matched: 1,
    mismatched: [{ path: 'b', released: A, deployed: B }],
    missing: ['c'],
    extra: ['d'],
  });
});
