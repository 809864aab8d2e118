import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import type { Scan } from '../types.ts';
import { clamav } from './read.ts';

async function* bytesOf(log: string | Uint8Array): AsyncGenerator<Uint8Array> {
  yield typeof log === 'string' ? new TextEncoder().encode(log) : log;
}
async function scanOf(log: string | Uint8Array): Promise<Scan> {
  const read = await clamav.read(bytesOf(log));
  if (isRefused(read) || read.kind !== 'scan') throw new Error(JSON.stringify(read));
  return read.scan;
}
const sample = (name: string): string => readFileSync(`src/importers/clamav/fixtures/${name}`, 'utf8');
const summary = (infected: number, at = '2026:11:20 10:00:00', files = 4): string =>
  `\n----------- SCAN SUMMARY -----------\nKnown viruses: 8700000\nEngine version: 1.4.3\nScanned directories: 1\nScanned files: ${files}\nInfected files: ${infected}\nTime: 0.039 sec (0 m 0 s)\nStart Date: ${at}\nEnd Date:   ${at}\n`;

describe('ClamAV logs', () => {
  test('detections, counts, engine and dates of a real log', async () => {
    const scan = await scanOf(sample('clamav_many_vuln.txt'));
    expect(scan).toMatchObject({
      complete: true,
      toolVersion: '1.2.2',
      startedAt: '2026-07-31T10:41:55.000Z',
      targets: [{ address: 'local', covered: true }],
      malware: { signatures: 3, scannedFiles: 4, infected: 3, errors: 0 },
    });
    expect(scan.malware?.detections.map((each) => each.path)).toEqual([
      '/scan/mixed/artifact-one.bin',
      '/scan/mixed/artifact-three.bin',
      '/scan/mixed/artifact-two.bin',
    ]);
    expect(scan.findings[0]).toMatchObject({
      severity: 'critical',
      key: 'local|file|/scan/mixed/artifact-one.bin|Generic.Placeholder.Alpha.UNOFFICIAL',
    });
  });

  test('a clean scan is complete without findings, and says that the signature date is unknown', async () => {
    const scan = await scanOf(sample('clamav_no_vuln.txt'));
    expect(scan).toMatchObject({
      complete: true,
      findings: [],
      notes: [{ en: expect.stringContaining('date of the signatures') }],
    });
  });

  test('the version line, before or after, gives the age of the signatures', async () => {
    const version = 'ClamAV 1.4.3/27823/Mon Nov 17 09:26:45 2026\n';
    for (const log of [version + summary(0), summary(0) + version]) {
      expect((await scanOf(log)).malware).toMatchObject({
        signatureVersion: '27823',
        signatureDate: '2026-11-17T01:26:45.000Z',
      });
      expect((await scanOf(log)).complete).toBe(true);
    }
  });

  test.each([
    ['without a summary', '/a: OK\n/b: OK\n', 'SCAN SUMMARY'],
    ['cut inside the summary', '/a: OK\n----------- SCAN SUMMARY -----------\nKnown viruses: 3\n', '摘要不完整'],
    ['that looked at no file', summary(0, undefined, 0), '任何檔案'],
    ['without signatures', summary(0).replace('8700000', '0'), '病毒碼'],
    ['that lists fewer than it counts', `/a: Eicar FOUND\n${summary(2)}`, '感染數'],
  ])('a log %s is never complete', async (_, log, why) => {
    const scan = await scanOf(log);
    expect(scan).toMatchObject({ complete: false, targets: [{ covered: false }] });
    expect(scan.notes[0]?.zh).toContain(why);
  });

  test('what could not be read or is encrypted is counted apart', async () => {
    const log = `/a: Access denied. ERROR\n/b.zip: Heuristics.Encrypted.Zip FOUND\nWARNING: /c: Can't access file\nLibClamAV Warning: ***  The virus database is older than 7 days!  ***\n${summary(1)}`;
    const scan = await scanOf(log);
    expect(scan.findings).toEqual([]);
    expect(scan.malware).toMatchObject({
      errors: 2,
      unread: [
        { path: '/a', reason: 'Access denied' },
        { path: '/b.zip', reason: 'Heuristics.Encrypted.Zip' },
        { path: '/c', reason: "Can't access file" },
      ],
    });
    expect(scan.notes.map((note) => note.en)).toContain('The signatures are older than 7 days');
  });

  test('names with colons and Windows paths keep their whole path', async () => {
    const scan = await scanOf(
      `C:\\資料\\a: b.exe: Win.Test.EICAR_HDB-1 FOUND\r\n${summary(1).replaceAll('\n', '\r\n')}`,
    );
    expect(scan.malware?.detections).toEqual([{ path: 'C:\\資料\\a: b.exe', name: 'Win.Test.EICAR_HDB-1' }]);
    expect(scan.findings[0]?.severity).toBe('low');
    expect(scan.complete).toBe(true);
  });

  test('file names in Big5 are read', async () => {
    const big5 = Buffer.concat([
      Buffer.from('/home/'),
      Buffer.from([0xb8, 0xea, 0xae, 0xc6]),
      Buffer.from(`: X.Y FOUND\n${summary(1)}`),
    ]);
    expect((await scanOf(big5)).malware?.detections[0]?.path).toBe('/home/資料');
  });

  test('an appended log: runs of one night count together, last month’s is left out', async () => {
    const log = `/old: Old.Virus FOUND\n${summary(1, '2026:10:20 02:00:00')}\n-------------------------------------------------------------------------------\n\n/home/a: A.Virus FOUND\n${summary(1, '2026:11:20 02:00:00')}/srv/b: B.Virus FOUND\n${summary(1, '2026:11:20 02:30:00')}`;
    const scan = await scanOf(log);
    expect(scan.malware).toMatchObject({
      scannedFiles: 8,
      infected: 2,
      detections: [{ path: '/home/a' }, { path: '/srv/b' }],
    });
    expect(scan).toMatchObject({
      complete: true,
      startedAt: '2026-11-19T18:00:00.000Z',
      notes: [{ zh: expect.stringContaining('1 次') }, {}],
    });
  });

  test('one unfinished run among finished ones leaves the whole incomplete', async () => {
    expect((await scanOf(`${summary(0)}/srv/b: OK\n`)).complete).toBe(false);
  });

  test('clamd’s own log yields detections and is never a finished scan', async () => {
    const scan = await scanOf(
      'Fri Nov 20 10:00:00 2026 -> /up/x.exe: Win.Trojan.Z(0123456789abcdef0123456789abcdef:77) FOUND\n',
    );
    expect(scan).toMatchObject({
      complete: false,
      malware: { detections: [{ path: '/up/x.exe', name: 'Win.Trojan.Z' }] },
    });
  });

  test('a line made to confuse costs no more than another', async () => {
    expect((await scanOf(`/a: OK\n${'/a: '.repeat(200_000)}\n${'/a: ERROR '.repeat(90_000)}\n`)).complete).toBe(false);
  });
});
