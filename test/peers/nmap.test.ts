import { execFile, spawnSync } from 'node:child_process';
import { createServer, type Server } from 'node:net';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { detectAndRead } from '../../src/importers/index.ts';
import type { Scan } from '../../src/importers/types.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

const present = spawnSync('nmap', ['--version']).status === 0;

describe.skipIf(!present && !process.env.CI)('a real nmap', () => {
  let server: Server;
  let port: number;
  beforeAll(async () => {
    // nmap resets the connection as soon as it is open, which is no error of the listener.
    server = createServer((socket) => socket.on('error', () => socket.destroy()).end('220 ready\r\n'));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    port = (server.address() as { port: number }).port;
  });
  afterAll(() => new Promise((done) => server.close(done)));

  async function scan(...options: string[]): Promise<Scan> {
    const { stdout } = await promisify(execFile)('nmap', ['-n', '-oX', '-', ...options, '127.0.0.1'], {
      encoding: 'buffer',
    });
    const read = await detectAndRead(stdout, 'report.xml');
    if (isRefused(read) || read.imported.kind !== 'scan') throw new Error(JSON.stringify(read));
    return read.imported.scan;
  }

  test('finds the listener, with the port asked for as scope', async () => {
    const began = Math.floor(Date.now() / 1000) * 1000; // nmap tells seconds
    const found = await scan('-sT', '-p', String(port));
    expect(found).toMatchObject({
      tool: 'nmap',
      complete: true,
      ports: [{ proto: 'tcp', ranges: [[port, port]] }],
      targets: [{ address: '127.0.0.1', covered: true }],
    });
    expect(found.findings.map((finding) => finding.key)).toEqual([`127.0.0.1|tcp|${port}|open`]);
    expect(Date.parse(found.finishedAt ?? '')).toBeGreaterThanOrEqual(began);
  });

  test('a ping scan covers no ports', async () => {
    expect((await scan('-sn')).targets).toMatchObject([{ address: '127.0.0.1', covered: false }]);
  });

  test('a closed port is covered and gives no finding', async () => {
    const found = await scan('-sT', '-p', '1');
    expect(found).toMatchObject({ complete: true, findings: [], targets: [{ covered: true }] });
  });
});
