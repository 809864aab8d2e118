import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { constants, cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Account, firstBarrier } from '../adapters/postgres/embedded/account.ts';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import type { Refused } from '../kernel/refusal.ts';

/** Root's own folder, so that the account that runs the copy cannot change it. */
const COPIES = '/var/lib/ancheng-program';

/**
 * The program's folder when the account can read it there; otherwise (a clone under /root, say) a copy where it can,
 * brought up to date at every start. Development packages are left out.
 */
export function placeWithin(program: string, account: Account): string | Refused {
  if (canRun(program, account)) return program;
  const copy = join(COPIES, createHash('sha256').update(program).digest('hex').slice(0, 12));
  const mask = process.umask(0o022);
  try {
    bringUpToDate(program, copy);
    return copy;
  } catch (error) {
    return explain({ what: { zh: '複製程式', en: 'Copying the program' }, where: copy }, error);
  } finally {
    process.umask(mask);
  }
}

function canRun(program: string, account: Account): boolean {
  if (firstBarrier(program, account)) return false;
  const test = 'test -r package.json && test -r src/cli/main.ts && test -r bin/ancheng.js && test -x "$1"';
  const options = { uid: account.uid, gid: account.gid, cwd: program };
  return spawnSync('/bin/sh', ['-c', test, 'sh', process.execPath], options).status === 0;
}

/** Our own files are few and copied each time; node_modules only when npm installed anew. */
function bringUpToDate(program: string, copy: string): void {
  const installed = join('node_modules', '.package-lock.json');
  const stamp = readFileSync(join(program, installed), 'utf8');
  const upToDate = existsSync(join(copy, installed)) && readFileSync(join(copy, installed), 'utf8') === stamp;
  mkdirSync(copy, { recursive: true, mode: 0o755 });
  if (!upToDate) {
    rmSync(join(copy, 'node_modules'), { recursive: true, force: true });
    for (const path of neededPackages(stamp)) copyOpen(program, copy, path);
  }
  for (const path of OURS) {
    rmSync(join(copy, path), { recursive: true, force: true });
    if (existsSync(join(program, path))) copyOpen(program, copy, path);
  }
  if (!upToDate) writeFileSync(join(copy, installed), stamp, { mode: 0o644 }); // last: half a copy is made again
}

/** What running needs of a clone. */
const OURS = [
  'bin',
  'src',
  'packs',
  'migrations',
  'calendar',
  'dist',
  'docs',
  'package.json',
  'package-lock.json',
  'LICENSE',
];

function neededPackages(lock: string): string[] {
  const { packages } = JSON.parse(lock) as { packages: Record<string, { dev?: boolean }> };
  const needed = Object.keys(packages).filter((path) => path !== '' && packages[path]?.dev !== true);
  const nested = (path: string) => needed.some((other) => path.startsWith(`${other}/`));
  return needed.filter((path) => !nested(path));
}

/** Copies one file or folder, readable by everybody whatever the rights in the clone were. */
function copyOpen(program: string, copy: string, path: string): void {
  const [from, to] = [join(program, path), join(copy, path)];
  if (!existsSync(from)) return; // an optional package of another platform
  mkdirSync(dirname(to), { recursive: true });
  const mode = constants.COPYFILE_FICLONE;
  cpSync(from, to, { recursive: true, verbatimSymlinks: true, preserveTimestamps: true, mode });
  spawnSync('chmod', ['-R', 'a+rX', to]);
}
