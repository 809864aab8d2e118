import { readdirSync, readFileSync } from 'node:fs';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../kernel/refusal.ts';
import { detectAndRead, importers } from './index.ts';

describe('recognising reports', () => {
  test.each(['nmap', 'clamav'])('every %s sample is recognised by its content, whatever its name', async (name) => {
    const folder = `src/importers/${name}/fixtures`;
    for (const file of readdirSync(folder).filter((each) => !each.endsWith('.md'))) {
      expect(await detectAndRead(readFileSync(`${folder}/${file}`), 'upload.bin'), file).toMatchObject({
        importer: name,
      });
    }
  });

  test('a list of digests is recognised', async () => {
    const list = new TextEncoder().encode(`${'0'.repeat(64)}  a\n`);
    expect(await detectAndRead(list, 'x')).toMatchObject({ importer: 'sha256sum', imported: { kind: 'manifest' } });
  });

  test('anything else is refused, naming what can be imported', async () => {
    const read = await detectAndRead(new TextEncoder().encode('{"a":1}'), 'x.json');
    expect(isRefused(read) && read.refused[0]?.fix?.text.zh).toContain('Nmap');
  });

  test('a report in small pieces is the same as in one', async () => {
    const whole = readFileSync('src/importers/nmap/fixtures/issue4406.xml');
    async function* pieces() {
      for (let at = 0; at < whole.length; at += 1000) yield whole.subarray(at, at + 1000);
    }
    expect(await detectAndRead(pieces(), 'x')).toEqual(await detectAndRead(whole, 'x'));
  });

  test('any bytes are read or refused, by every importer, never thrown', async () => {
    const salt = fc.constantFrom(
      '<nmaprun scanner="nmap">',
      '</',
      '\n----------- SCAN SUMMARY -----------\n',
      ': X FOUND\n',
      'Start Date: 9999:99:99 99:99:99\n',
      '\ufeff',
    );
    const file = fc.array(
      fc.oneof(
        fc.uint8Array({ maxLength: 20 }),
        salt.map((words) => new TextEncoder().encode(words)),
      ),
    );
    await fc.assert(
      fc.asyncProperty(file, async (parts) => {
        for (const importer of importers) {
          const read = await importer.read(stream(parts));
          if (isRefused(read)) expect(read.refused[0]?.fix).toBeDefined();
        }
        expect(await detectAndRead(Buffer.concat(parts), 'x')).toBeDefined();
      }),
    );
  });
});

async function* stream(parts: Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* parts;
}
