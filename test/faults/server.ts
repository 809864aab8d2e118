import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The real program in a process of its own, over a data folder that survives it: `bin/ancheng.js start`. */

export const ROOT = join(import.meta.dirname, '../..');

export type RunningServer = {
  url: string;
  /** What it wrote so far. */
  said(): string;
  /** The code printed at first start; undefined once an organisation exists. */
  code(): string | undefined;
  /** As a power cut would: no warning, nothing finished. */
  kill(): Promise<void>;
  stop(): Promise<void>;
  /** The exit code, once it ended by itself or otherwise. */
  ended: Promise<number | null>;
};

/** A folder another account can reach too: started as root, the program hands itself over to one. */
export function dataFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-server-'));
  chmodSync(folder, 0o755);
  return join(folder, 'data');
}

export async function startRealServer(dataDir: string): Promise<RunningServer> {
  const child = spawn(process.execPath, [join(ROOT, 'bin/ancheng.js'), 'start', '--data', dataDir, '--port', '0'], {
    env: { ...process.env, DATABASE_URL: '', DATABASE_APP_URL: '', NODE_OPTIONS: '' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let said = '';
  const ended = new Promise<number | null>((resolve) => child.once('close', resolve));
  const ready = new Promise<boolean>((resolve) => {
    const hear = (chunk: Buffer) => {
      said += chunk;
      if (said.includes('Ctrl-C')) resolve(true);
    };
    child.stdout.on('data', hear);
    child.stderr.on('data', hear);
    void ended.then(() => resolve(false));
  });
  if (!(await ready)) throw new Error(`the server did not start:\n${said}`);
  return {
    url: /Ancheng is ready:\s+(\S+)/.exec(said)![1]!,
    said: () => said,
    code: () => /set-up code:\s+(\S+)/.exec(said)?.[1],
    kill: () => end(child, 'SIGKILL', ended),
    stop: () => end(child, 'SIGTERM', ended),
    ended,
  };
}

async function end(child: ChildProcess, signal: 'SIGKILL' | 'SIGTERM', ended: Promise<unknown>): Promise<void> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal);
  await ended;
}
