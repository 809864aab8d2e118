import { spawn } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { EXIT, type ExitCode } from './exit.ts';
import { isStopRequested, withdrawStop } from './stop-request.ts';

const LARGEST_LOG = 10_000_000;
const FIRST_PAUSE_MS = 2_000;
const LONGEST_PAUSE_MS = 60_000;
const STEADY_MS = 600_000;

/**
 * Keeps a command running for a scheduler that only starts programs: what it says goes to `<data>/logs/ancheng.log` (and one
 * older file), and it is started again, after 2 s up to a minute, when it ends other than asked to or by wrong usage.
 */
export async function keepRunning(
  command: string[],
  dataDir: string,
  firstPauseMs = FIRST_PAUSE_MS,
): Promise<ExitCode> {
  withdrawStop(dataDir);
  let pause = firstPauseMs;
  for (;;) {
    const began = Date.now();
    const code = await once(command, dataDir);
    if (code === EXIT.ok || code === EXIT.usage || isStopRequested(dataDir)) {
      withdrawStop(dataDir);
      return code === EXIT.usage ? EXIT.usage : EXIT.ok;
    }
    if (Date.now() - began > STEADY_MS) pause = firstPauseMs;
    await wait(pause);
    pause = Math.min(pause * 2, LONGEST_PAUSE_MS);
  }
}

async function once([program, ...args]: string[], dataDir: string): Promise<number> {
  const log = openLog(dataDir);
  writeSync(log, `\n${new Date().toISOString()}\n`);
  const child = spawn(program!, args, { stdio: ['ignore', log, log], windowsHide: true });
  closeSync(log);
  const pass = (signal: NodeJS.Signals) => child.kill(signal);
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, pass);
  const code = await new Promise<number>((ended) => {
    child.once('error', () => ended(EXIT.environment));
    child.once('exit', (exit) => ended(exit ?? EXIT.defect));
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.off(signal, pass);
  return code;
}

function openLog(dataDir: string): number {
  const folder = join(dataDir, 'logs');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const file = join(folder, 'ancheng.log');
  if (existsSync(file) && statSync(file).size > LARGEST_LOG) renameSync(file, `${file}.1`);
  return openSync(file, 'a', 0o600);
}
