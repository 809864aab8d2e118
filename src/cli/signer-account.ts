import { lstatSync, statSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Account, lookUpAccount } from '../adapters/postgres/embedded/account.ts';
import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';

/** User ids nobody is given: Debian reserves them and systemd leaves them alone; they exist where 65,536 ids are mapped, as in containers. */
const UNNAMED = Array.from({ length: 14 }, (_, at) => 65_520 + at);

/**
 * Whose rights the signer gets when root starts it: the account `ANCHENG_SIGNER_USER` names; whoever owns its folder; the account
 * `ancheng-signer`; else a user id that no account has, for shared ones (`nobody`, `daemon`) are open to other programs.
 * Never the platform's. Refuses a named account that does not exist, is root or is the platform's; undefined when there is none.
 */
export function chooseSignerAccount(
  platform: Account,
  place: string,
  env: NodeJS.ProcessEnv,
  look: (name: string) => Account | undefined = lookUpAccount,
): Account | Refused | undefined {
  const apart = (account: Account | undefined) =>
    account && account.uid !== 0 && account.uid !== platform.uid ? account : undefined;
  const named = env.ANCHENG_SIGNER_USER;
  if (named) return apart(look(named)) ?? unfit(named, platform);
  const owner = statSync(place, { throwIfNoEntry: false });
  const keeper = owner && (look(String(owner.uid)) ?? unnamed(owner.uid));
  const free = UNNAMED.find((uid) => uid !== platform.uid && look(String(uid)) === undefined);
  return apart(keeper) ?? apart(look('ancheng-signer')) ?? (free === undefined ? undefined : unnamed(free));
}

const unnamed = (uid: number): Account => ({ name: String(uid), uid, gid: uid });

/**
 * The outermost folder above a path in which somebody other than root could put another thing in its place; undefined when there
 * is none. In a sticky folder (such as /tmp) only the owner of an entry can.
 */
export function firstLoose(path: string): string | undefined {
  const way: string[] = [];
  for (let folder = dirname(path); ; folder = dirname(folder)) {
    way.unshift(folder);
    if (dirname(folder) === folder) break;
  }
  return way.find((folder) => {
    const found = lstatSync(folder, { throwIfNoEntry: false });
    if (!found) return false; // made by root, on the way
    return found.uid !== 0 || ((found.mode & 0o022) !== 0 && (found.mode & 0o1000) === 0);
  });
}

const unfit = (named: string, platform: Account): Refused =>
  refused({
    code: 'unready',
    message: text(
      `ANCHENG_SIGNER_USER 指定的使用者 ${named} 不存在、是 root，或與平台的使用者 ${platform.name} 相同。`,
      `The account ${named} in ANCHENG_SIGNER_USER does not exist, is root, or is the platform's own (${platform.name}).`,
    ),
    fix: {
      text: text(
        '請建立另一個使用者，例如：useradd --system ancheng-signer；或取消此設定。',
        'Create another one, for example: useradd --system ancheng-signer; or drop the setting.',
      ),
    },
  });
