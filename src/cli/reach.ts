import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { NoConnection } from '../adapters/postgres/away.ts';
import { openDatabase } from '../adapters/postgres/open.ts';
import { OWNER } from '../adapters/postgres/roles.ts';
import { secret } from '../adapters/postgres/secrets.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import type { Settings } from './settings.ts';

type Place = Pick<Settings, 'dataDir' | 'databaseUrl' | 'databaseAppUrl'>;

/** The database of a data folder, as the owner of its tables. */
export type Reached = { kind: 'embedded' | 'external'; ownerUrl: string; stop(): Promise<void> };

/**
 * Reaches the database beside a running platform, or starts the embedded one for the time being.
 * Refuses a folder in which nothing was ever started.
 */
export async function reachDatabase(place: Place, log: (line: string) => void): Promise<Reached | Refused> {
  if (!existsSync(join(place.dataDir, 'secrets/node.key'))) return nothingThere(place.dataDir);
  if (place.databaseUrl !== undefined) return { kind: 'external', ownerUrl: place.databaseUrl, stop: async () => {} };
  const running = runningUrl(place.dataDir, OWNER, 'postgres-owner');
  if (running && (await answers(running))) return { kind: 'embedded', ownerUrl: running, stop: async () => {} };
  log('平台未執行，暫時啟動資料庫 · the platform is not running; starting its database for the time being');
  const opened = await openDatabase({ ...place, log });
  return isRefused(opened) ? opened : { kind: 'embedded', ownerUrl: opened.ownerUrl, stop: () => opened.stop() };
}

/** Where the embedded database of a folder was last seen; PostgreSQL notes its port in the fourth line of `postmaster.pid`. */
export function runningUrl(dataDir: string, role: string, password: string): string | undefined {
  const file = join(dataDir, 'postgres/cluster/postmaster.pid');
  if (!existsSync(file)) return undefined;
  const port = readFileSync(file, 'utf8').split('\n')[3]?.trim();
  return port ? `postgres://${role}:${secret(dataDir, password)}@127.0.0.1:${port}/ancheng` : undefined;
}

export async function answers(url: string): Promise<boolean> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => {}); // told by the query that waits
  try {
    await client.connect();
    await client.query('select 1');
    return true;
  } catch {
    return false; // nobody there: the caller starts the database
  } finally {
    await client.end().catch(() => {});
  }
}

export const nothingThere = (dataDir: string): Refused =>
  refused({
    code: 'missing',
    message: text(`資料夾 ${dataDir} 裡沒有安程的資料。`, `There is no data of Ancheng in ${dataDir}.`),
    fix: { text: text('請以 --data 指定資料夾。', 'Name the data folder with --data.') },
  });

/** Why a database somebody named cannot be asked, in words; undefined for what has another cause. The password is never told. */
export function databaseTrouble(error: unknown, url: string): Refused | undefined {
  const said = error instanceof NoConnection ? error.cause : error;
  const code = said instanceof Error && 'code' in said ? String(said.code) : '';
  const why = WHY_NOT[code] ?? (error instanceof Error && CUT_OFF.test(error.message) ? NO_ANSWER : undefined);
  if (!why) return undefined;
  return refused({
    code: 'unready',
    message: text(`資料庫 ${placeIn(url)}：${why.zh}。`, `The database at ${placeIn(url)}: ${why.en}.`),
    fix: {
      text: text(
        '請檢查位址「postgres://帳號@主機:埠/資料庫」、網路與該帳號的讀取權限後再執行。',
        'Look at the address (postgres://user@host:port/database), the network and that account’s right to read, then run it again.',
      ),
    },
  });
}

const NO_ANSWER = text('沒有回應', 'it does not answer');
const CUT_OFF = /^(Connection terminated|timeout exceeded)/;
const NOT_OURS = text('不是安程的資料庫', 'it is no database of Ancheng');
const NOT_LET_IN = text('帳號或密碼不符，或無權讀取', 'it does not let this account in, or does not let it read');
const WHY_NOT: Record<string, Text> = {
  ECONNREFUSED: NO_ANSWER,
  ECONNRESET: NO_ANSWER,
  ETIMEDOUT: NO_ANSWER,
  EHOSTUNREACH: NO_ANSWER,
  ENETUNREACH: NO_ANSWER,
  ENOTFOUND: text('找不到這個主機', 'there is no such host'),
  EAI_AGAIN: text('找不到這個主機', 'there is no such host'),
  ERR_INVALID_URL: text('位址無法辨識', 'this is no address'),
  '28000': NOT_LET_IN,
  '28P01': NOT_LET_IN,
  '42501': NOT_LET_IN,
  '3D000': text('沒有這個資料庫', 'there is no such database'),
  '42P01': NOT_OURS,
  '42703': NOT_OURS,
  '57P03': text('正在啟動或關閉', 'it is starting or stopping'),
};

const placeIn = (url: string): string => {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  return parsed?.host ? `${parsed.host}${parsed.pathname}` : url.replace(/:[^:@/]*@/, ':…@');
};
