import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lchownSync, lstatSync, mkdirSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** An operating-system user the database may run as; PostgreSQL refuses to run as root. */
export type Account = { name: string; uid: number; gid: number };

export const runsAsRoot = (): boolean => process.platform !== 'win32' && process.getuid?.() === 0;

/**
 * The ordinary account that root hands over to, the first that exists of: `ANCHENG_USER`, who called sudo,
 * `ancheng`, `postgres`, `nobody`. Undefined when there is none, or when `ANCHENG_USER` names nobody.
 */
export function chooseAccount(env: NodeJS.ProcessEnv, look: (name: string) => Account | undefined = lookUpAccount) {
  if (env.ANCHENG_USER) return ordinary(look(env.ANCHENG_USER));
  for (const name of [env.SUDO_UID, 'ancheng', 'postgres', 'nobody']) {
    const account = name ? ordinary(look(name)) : undefined;
    if (account) return account;
  }
  return undefined;
}

const ordinary = (account: Account | undefined) => (account && account.uid !== 0 ? account : undefined);

/** Asks `id`, which knows directory users too; a number is looked up as a user id. */
export function lookUpAccount(nameOrUid: string): Account | undefined {
  const id = (flag: string) => {
    const answer = spawnSync('id', [flag, '--', nameOrUid], { encoding: 'utf8' });
    return answer.status === 0 ? answer.stdout.trim() : undefined;
  };
  const [uid, gid, name] = [id('-u'), id('-g'), id('-un')];
  if (!uid || !gid || !name) return undefined;
  return { name, uid: Number(uid), gid: Number(gid) };
}

/**
 * Does synchronous work with the rights of an account and takes root's back: what that account could put in the way (links, other
 * people's folders) then leads nowhere the account could not go itself.
 */
export function asAccount<Result>({ uid, gid }: Account, work: () => Result): Result {
  const groups = process.getgroups!();
  process.setgroups!([gid]);
  process.setegid!(gid);
  process.seteuid!(uid);
  try {
    return work();
  } finally {
    process.seteuid!(0);
    process.setegid!(0);
    process.setgroups!(groups);
  }
}

/** Lays root's rights down for good. Groups first, user last: afterwards there is no way back. */
export function becomeAccount({ uid, gid }: Account): void {
  process.setgroups!([gid]);
  process.setgid!(gid);
  process.setuid!(uid);
}

/**
 * The outermost folder on the way to `path` that the account cannot enter (the path itself included), or undefined
 * when it gets there. Asked of the system, so that access lists and mounts count.
 */
export function firstBarrier(path: string, account: Account): string | undefined {
  const enters = (folder: string) =>
    spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', folder], { uid: account.uid, gid: account.gid, cwd: '/' }).status ===
    0;
  if (enters(path)) return undefined;
  const way = [path];
  for (let folder = path; dirname(folder) !== folder; folder = dirname(folder)) way.unshift(dirname(folder));
  return way.find((folder) => !enters(folder)) ?? path;
}

/** Gives a whole folder to the account; links themselves, never what they point at. */
export function giveTo(path: string, account: Account): void {
  const entry = lstatSync(path);
  if (entry.uid !== account.uid || entry.gid !== account.gid) lchownSync(path, account.uid, account.gid);
  if (entry.isDirectory()) for (const name of readdirSync(path)) giveTo(join(path, name), account);
}

/**
 * Makes a folder only its owner enters. Folders made on the way to it stay open, or no other account gets there.
 * One by one: Node's recursive making reports a read-only disk as a missing folder.
 */
export function makePrivateFolder(path: string): void {
  const missing: string[] = [];
  for (let folder = path; !existsSync(folder); folder = dirname(folder)) missing.unshift(folder);
  for (const folder of missing) {
    mkdirSync(folder);
    chmodSync(folder, folder === path ? 0o700 : 0o755);
  }
}
