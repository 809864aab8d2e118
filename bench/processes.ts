/** What a process and everything it started take, from Linux's /proc. */
import { globSync, readFileSync } from 'node:fs';

/** A process and all its descendants, by number. */
function family(root: number): number[] {
  const parents = new Map<number, number>();
  for (const path of globSync('/proc/[0-9]*/stat')) {
    const stat = readOrEmpty(path);
    if (stat) parents.set(Number.parseInt(stat, 10), Number(afterName(stat)[1]));
  }
  const belongs = (pid: number | undefined): boolean =>
    pid !== undefined && (pid === root || belongs(parents.get(pid)));
  return [...parents.keys()].filter(belongs);
}

/** Fields of `/proc/<pid>/stat` from the state on: a program's name may hold spaces and brackets. */
const afterName = (stat: string): string[] => stat.slice(stat.lastIndexOf(')') + 2).split(' ');

/** Proportional set sizes together, in MB: shared pages are counted once. */
export function memoryMegabytes(root: number): number {
  const kilobytes = family(root).map((pid) =>
    Number(/^Pss:\s+(\d+)/m.exec(readOrEmpty(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0),
  );
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1024;
}

/** Seconds of processor used so far by the process itself and by what it started: hardly moved by what else the machine does. */
export function processorSeconds(root: number): { own: number; started: number } {
  const used = (pid: number) =>
    globSync(`/proc/${pid}/task/*/schedstat`).reduce(
      (sum, path) => sum + Number.parseInt(readOrEmpty(path) || '0', 10),
      0,
    ) / 1e9;
  const started = family(root).filter((pid) => pid !== root);
  return { own: used(root), started: started.reduce((sum, pid) => sum + used(pid), 0) };
}

function readOrEmpty(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return ''; // ended between listing and reading
  }
}
