import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectAndRead } from '../../src/importers/index.ts';
import type { Scan } from '../../src/importers/types.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

const present = spawnSync('clamscan', ['--version']).status === 0;

describe.skipIf(!present && !process.env.CI)('a real clamscan with signatures of our own', () => {
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-clamav-'));
  const bad = 'a harmless text that our own signature calls malware';
  beforeAll(() => {
    chmodSync(folder, 0o755);
    for (const name of ['signatures', 'clean', 'mixed']) mkdirSync(join(folder, name));
    const digest = createHash('sha256').update(bad).digest('hex');
    writeFileSync(join(folder, 'signatures', 'own.hsb'), `${digest}:${bad.length}:Own.Test.Signature:73\n`);
    writeFileSync(join(folder, 'clean', '報告.txt'), 'nothing');
    writeFileSync(join(folder, 'mixed', '報告.txt'), 'nothing');
    writeFileSync(join(folder, 'mixed', '可疑: 檔案.bin'), bad);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  async function scan(...paths: string[]): Promise<Scan> {
    const run = spawnSync('clamscan', [
      '-r',
      '-d',
      join(folder, 'signatures'),
      ...paths.map((path) => join(folder, path)),
    ]);
    const read = await detectAndRead(run.stdout, 'clamav.txt');
    if (isRefused(read) || read.imported.kind !== 'scan') throw new Error(JSON.stringify(read));
    return read.imported.scan;
  }

  test('a clean folder is complete and empty', async () => {
    const found = await scan('clean');
    expect(found).toMatchObject({
      tool: 'clamav',
      complete: true,
      findings: [],
      malware: { signatures: 1, scannedFiles: 1, infected: 0 },
    });
    expect(Math.abs(Date.parse(found.finishedAt ?? '') - Date.now())).toBeLessThan(24 * 3_600_000);
  });

  test('the infected file is found under its whole name', async () => {
    const found = await scan('mixed');
    expect(found).toMatchObject({ complete: true, malware: { infected: 1 } });
    expect(found.malware?.detections).toEqual([
      { path: join(folder, 'mixed', '可疑: 檔案.bin'), name: 'Own.Test.Signature.UNOFFICIAL' },
    ]);
  });

  test('a folder that does not exist is no clean scan', async () => {
    expect((await scan('missing')).complete).toBe(false);
  });
});
