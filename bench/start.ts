/** `node bench/start.ts`: how long until the first answer, and what an idle platform takes. Medians of five warm starts. */
import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { median } from './limits.ts';
import { memoryMegabytes } from './processes.ts';

const ROOT = join(import.meta.dirname, '..');
const PORT = 18_612;
const WARM = 5;
const IDLE_MS = 5_000;
const ground = mkdtempSync(join(tmpdir(), 'ancheng-bench-'));
chmodSync(ground, 0o755);

type Started = { child: ChildProcess; ms: number };

/** From `spawn` to the first complete answer of the first page. */
async function start(): Promise<Started> {
  const from = performance.now();
  const args = [join(ROOT, 'bin/ancheng.js'), 'start', '--data', join(ground, 'data'), '--port', String(PORT)];
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
  const url = await new Promise<string>((resolve, reject) => {
    let said = '';
    child.stdout.on('data', (chunk) => {
      said += chunk;
      const found = /Ancheng is ready:\s+(http:\S+)/.exec(said)?.[1];
      if (found) resolve(found);
    });
    child.once('exit', (code) => reject(new Error(`it ended with ${code}: ${said}`)));
  });
  await (await fetch(url)).text();
  return { child, ms: performance.now() - from };
}

const stop = ({ child }: Started) =>
  new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
    child.kill('SIGTERM');
  });

try {
  const first = await start();
  await stop(first);
  const warm: number[] = [];
  let memory = 0;
  for (let round = 1; round <= WARM; round++) {
    const started = await start();
    warm.push(started.ms);
    if (round === WARM) {
      await new Promise((wake) => setTimeout(wake, IDLE_MS));
      memory = memoryMegabytes(started.child.pid!);
    }
    await stop(started);
  }
  console.table([
    { what: 'first start, cluster created', measured: `${(first.ms / 1000).toFixed(2)} s`, budget: '120 s' },
    { what: 'warm start to first answer', measured: `${(median(warm) / 1000).toFixed(2)} s`, budget: '3 s' },
    { what: 'idle memory, database included', measured: `${memory.toFixed(0)} MB`, budget: '300 MB' },
  ]);
} finally {
  rmSync(ground, { recursive: true, force: true });
}
