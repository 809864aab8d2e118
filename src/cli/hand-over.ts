import { dirname, join } from 'node:path';
import {
  type Account,
  becomeAccount,
  chooseAccount,
  firstBarrier,
  giveTo,
  makePrivateFolder,
  runsAsRoot,
} from '../adapters/postgres/embedded/account.ts';
import { noAccount, outOfReach } from '../adapters/postgres/embedded/launch.ts';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { placeWithin } from './program-copy.ts';
import { say } from './say.ts';

const PROGRAM = dirname(dirname(import.meta.dirname));

/**
 * Under root: gives the data folder to an ordinary account, then replaces this process by the same command as that
 * account, for good (the process number stays). Returns when not root, or with the reason why it cannot be done.
 * @param beforehand what only root can still do; adds to the environment of what follows.
 */
export async function handOver(
  dataDir: string,
  command: string[],
  beforehand: (account: Account) => Promise<NodeJS.ProcessEnv | Refused> = async () => ({}),
): Promise<Refused | undefined> {
  if (!runsAsRoot()) return undefined;
  const account = chooseAccount(process.env);
  if (!account) return noAccount();
  const refusal = giveFolder(dataDir, account);
  if (refusal) return refusal;
  const place = placeWithin(PROGRAM, account);
  if (isRefused(place)) return place;
  say(`以 root 啟動，改以使用者 ${account.name} 執行 · started as root; goes on as the account ${account.name}`);
  if (place !== PROGRAM)
    say(`程式複本（該使用者讀不到原處） · copy of the program, out of that account's reach: ${place}`);
  const added = await beforehand(account);
  if (isRefused(added)) return added;
  await tellWrapper(account);
  process.chdir(dataDir);
  becomeAccount(account);
  const node = place === PROGRAM ? process.execPath : join(place, 'node_modules', 'node', 'bin', 'node');
  process.execve!(node, [node, join(place, 'bin', 'ancheng.js'), ...command], {
    ...environmentOf(account, dataDir),
    ...added,
  });
}

function giveFolder(dataDir: string, account: Account): Refused | undefined {
  try {
    makePrivateFolder(dataDir);
    giveTo(dataDir, account);
  } catch (error) {
    return explain({ what: { zh: '準備資料夾', en: 'Preparing the data folder' }, where: dataDir }, error);
  }
  const barrier = firstBarrier(dataDir, account);
  return barrier === undefined ? undefined : outOfReach(dataDir, barrier, account);
}

/** Under an older Node, bin/ancheng.js waits as our parent, still root: it lays down its rights too. */
function tellWrapper({ uid, gid }: Account): Promise<void> {
  if (!process.send) return Promise.resolve();
  return new Promise((resolve) => process.send!({ account: { uid, gid } }, () => resolve()));
}

function environmentOf(account: Account, dataDir: string): NodeJS.ProcessEnv {
  const { NODE_CHANNEL_FD: _fd, NODE_CHANNEL_SERIALIZATION_MODE: _mode, ...rest } = process.env;
  return { ...rest, HOME: dataDir, USER: account.name, LOGNAME: account.name };
}
