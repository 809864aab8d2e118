import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

/**
 * Whether a process lives, and since when (an opaque text that differs when the number was given to another process).
 * A zombie counts as dead: under a container's first process nobody may ever collect it.
 */
export function lookAtProcess(pid: number): { alive: boolean; since?: string } {
  if (process.platform === 'linux') {
    const stat = readOrEmpty(`/proc/${pid}/stat`);
    if (stat === '') return { alive: false };
    // The command name, in parentheses, may itself hold spaces and parentheses.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? { alive: false } : { alive: true, since: fields[19] ?? '' };
  }
  if (!signalReaches(pid)) return { alive: false };
  if (process.platform === 'win32') return { alive: true };
  return { alive: true, since: ps(pid, 'lstart=') };
}

/** The command line of a living process, as far as this platform shows it; empty when it does not. */
export function commandLineOf(pid: number): string {
  if (process.platform === 'linux') return readOrEmpty(`/proc/${pid}/cmdline`).replaceAll('\0', ' ');
  return process.platform === 'win32' ? '' : ps(pid, 'command=');
}

/** Linux: the living processes whose working folder is this one; a server's backends keep to its cluster. */
export function processesIn(folder: string): number[] {
  if (process.platform !== 'linux') return [];
  const numbers = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return numbers.filter((pid) => workingFolder(pid) === folder && lookAtProcess(pid).alive);
}

function workingFolder(pid: number): string | undefined {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch {
    return undefined; // ended meanwhile, a zombie, or another user's
  }
}

/** Waits until the process is gone; false when it still lives after `timeoutMs`. */
export async function waitUntilGone(pid: number, timeoutMs: number): Promise<boolean> {
  const end = performance.now() + timeoutMs;
  while (lookAtProcess(pid).alive) {
    if (performance.now() > end) return false;
    await new Promise((wake) => setTimeout(wake, 50));
  }
  return true;
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // the process ended meanwhile, or the platform does not tell
  }
}

function signalReaches(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

const ps = (pid: number, column: string): string =>
  (spawnSync('ps', ['-o', column, '-p', String(pid)], { encoding: 'utf8' }).stdout ?? '').trim();
