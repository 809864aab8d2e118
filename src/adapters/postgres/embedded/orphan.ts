import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { Refused } from '../../../kernel/refusal.ts';
import { commandLineOf, lookAtProcess, processesIn, waitUntilGone } from './process.ts';
import { unready } from './trouble.ts';

const FAST_MS = 30_000;
const IMMEDIATE_MS = 10_000;

/**
 * Ends the PostgreSQL that a killed Ancheng left running on this cluster, and resolves when the cluster is free.
 * The caller holds the folder's lock, so whoever serves the cluster is nobody's any more. It is ended rather than
 * adopted: its sessions and locks belonged to the dead process, and its version and settings may be yesterday's.
 */
export async function endOrphan(cluster: string, log: (line: string) => void): Promise<Refused | undefined> {
  const pid = pidOf(cluster);
  if (pid === undefined) return undefined;
  if (!lookAtProcess(pid).alive) return process.platform === 'linux' ? clearAway(cluster) : undefined;
  if (isStranger(pid)) return clearAway(cluster);
  log(`資料庫行程 ${pid} 是前次異常結束所遺留，先停止它 · database process ${pid} was left by a crash; stopping it`);
  if (!signal(pid, 'SIGINT')) return notOurs(pid, cluster);
  if (await waitUntilGone(pid, FAST_MS)) return undefined;
  signal(pid, 'SIGQUIT');
  return (await waitUntilGone(pid, IMMEDIATE_MS)) ? undefined : notOurs(pid, cluster);
}

/**
 * A dead server whose number lives on, in a stranger or in a zombie nobody collects: PostgreSQL itself would refuse to
 * start over its pid file. That file also guards against backends that outlive it, so they are seen off first.
 */
async function clearAway(cluster: string): Promise<undefined> {
  for (const backend of processesIn(cluster)) {
    signal(backend, 'SIGQUIT');
    if (!(await waitUntilGone(backend, IMMEDIATE_MS))) signal(backend, 'SIGKILL');
  }
  rmSync(join(cluster, 'postmaster.pid'), { force: true });
}

/** First line of `postmaster.pid`; undefined when the cluster was shut down cleanly. */
function pidOf(cluster: string): number | undefined {
  try {
    const pid = Number.parseInt(readFileSync(join(cluster, 'postmaster.pid'), 'utf8'), 10);
    return Number.isInteger(pid) && pid > 1 ? pid : undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function isStranger(pid: number): boolean {
  const command = commandLineOf(pid);
  return command !== '' && !command.includes('postgres');
}

function signal(pid: number, name: NodeJS.Signals): boolean {
  try {
    process.kill(pid, name);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
}

const notOurs = (pid: number, cluster: string): Refused =>
  unready(
    {
      zh: `資料庫資料夾 ${cluster} 由行程 ${pid} 使用中，且無法停止它。`,
      en: `The database folder ${cluster} is served by process ${pid}, which cannot be stopped from here.`,
    },
    {
      zh: `請以啟動該行程的使用者（或 root）執行 kill -INT ${pid} 後再啟動。`,
      en: `Run kill -INT ${pid} as the user that started it (or as root), then start again.`,
    },
  );
