import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { makePrivateFolder } from './embedded/account.ts';
import { launch } from './embedded/launch.ts';
import { lockFolder } from './embedded/lock.ts';
import { explain } from './embedded/trouble.ts';
import { prepareExternal } from './external.ts';

/** The database under Ancheng, whoever runs it. */
export type OpenDatabase = {
  kind: 'embedded' | 'external';
  ownerUrl: string;
  appUrl: string;
  appRole: string;
  version: string;
  /** Settles only when an embedded server ends unasked; never for an external one. */
  lost: Promise<Refused>;
  /** Stops the embedded server (awaited) and gives the data folder back. */
  stop(): Promise<void>;
};

export type OpenOptions = {
  dataDir: string;
  /** The owner's address of an external PostgreSQL ≥ 15; without it the embedded one is started. */
  databaseUrl?: string;
  databaseAppUrl?: string;
  /** Settings of the embedded server over ours: what benchmarks measure with. */
  settings?: Record<string, string>;
  log: (line: string) => void;
};

/** Opens the one database of a data folder, which this process then holds alone; refuses with a remedy. */
export async function openDatabase(options: OpenOptions): Promise<OpenDatabase | Refused> {
  if (options.databaseUrl !== undefined) return openExternal({ ...options, databaseUrl: options.databaseUrl });
  const launched = await launch(options);
  return isRefused(launched) ? launched : { kind: 'embedded', ...launched };
}

async function openExternal(options: OpenOptions & { databaseUrl: string }): Promise<OpenDatabase | Refused> {
  const lock = take(options.dataDir);
  if (isRefused(lock)) return lock;
  const prepared = await prepareExternal(options).catch((error: unknown) => {
    lock.release();
    throw error;
  });
  if (isRefused(prepared)) {
    lock.release();
    return prepared;
  }
  return { kind: 'external', ...prepared, lost: new Promise(() => {}), stop: async () => lock.release() };
}

function take(dataDir: string) {
  try {
    makePrivateFolder(dataDir);
    return lockFolder(dataDir);
  } catch (error) {
    return explain({ what: { zh: '準備資料夾', en: 'Preparing the data folder' }, where: dataDir }, error);
  }
}
