import { isIPv6 } from 'node:net';
import { sql } from 'kysely';
import { endOfDay, localDate } from '../../kernel/calendar/date.ts';
import type { Db } from '../../runtime/module.ts';
import type { AuthEvent } from './record.ts';

/**
 * What was refused, counted per whom it was tried at, network address and window. When the window is over it is told once, with its
 * counts: ten thousand guesses are one entry an hour, not ten thousand (decision 0170).
 */

/** An account, a token of an organisation (none: a token nobody made), or names nobody has. */
export type About = { account: string } | { organisation: string; token?: string } | 'unknown';

/** One window. `kinds` by what failed, `addresses` most frequent first, at most twenty; `others` the rest together. */
export type Failures = {
  about: About;
  /** Stands for the window: the same each time it is told. */
  key: string;
  from: string;
  until: string;
  count: number;
  locks: number;
  kinds: { kind: string; count: number }[];
  addresses: { address: string; count: number }[];
  others?: { addresses: number; count: number };
};

/** Locks are counted beside attempts: the attempt that locked is one already. */
const LOCK = 'lock';
const SHOWN_ADDRESSES = 20;
/** Whoever comes from more addresses than this in one window is counted together. */
const KEPT_ADDRESSES = 200;
/** Another process may lag behind by so much; only then a window is told. */
const GRACE_MS = 60_000;
const HOUR_MS = 3_600_000;

/** Counts one refusal; `address` as the server saw it. */
export async function countFailure(db: Db, about: About, what: string, address: string | undefined, now: Date) {
  const key = keyOf(about);
  const ends = about === 'unknown' ? new Date(endOfDay(localDate(now.toISOString()))) : endOfHour(now);
  const from = networkOf(address);
  const others = sql`(select count(distinct address) from auth.failed_attempt where about = ${key} and ends_at = ${ends})`;
  const known = sql`exists (select 1 from auth.failed_attempt where about = ${key} and ends_at = ${ends} and address = ${from})`;
  await sql`insert into auth.failed_attempt as f (about, ends_at, what, address, count, first_at, last_at)
    values (${key}, ${ends}, ${what}, case when ${known} or ${others} < ${KEPT_ADDRESSES} then ${from} else '' end, 1, ${now}, ${now})
    on conflict (about, ends_at, what, address) do update set count = f.count + 1, last_at = ${now}`.execute(db);
}

/** What an event of sign-in counts as; undefined for what is no refusal of an account that exists. */
export function failureIn({ type, account, by = '', why, outcome, count }: AuthEvent): string | undefined {
  // With a count it is itself what was told of a window.
  if (account === undefined || count !== undefined) return undefined;
  if (type === 'account.locked') return LOCK;
  if (outcome !== 'refused') return undefined;
  if (type === 'sign_in.failed') return `sign_in.${why ?? by}`;
  return type === 'factor.refused' || type === 'factor.forged' ? `${type}.${why ?? by}` : undefined;
}

/** Windows that are over, oldest first. */
export async function failuresOver(db: Db, now: Date): Promise<Failures[]> {
  type Row = {
    about: string;
    ends_at: Date;
    what: string;
    address: string;
    count: number;
    first_at: Date;
    last_at: Date;
  };
  const { rows } =
    await sql<Row>`select * from auth.failed_attempt where ends_at <= ${new Date(now.getTime() - GRACE_MS)}
    order by ends_at, about, what, address`.execute(db);
  const windows = Object.groupBy(rows, ({ about, ends_at }) => `${about} ${ends_at.toISOString()}`);
  return Object.entries(windows).map(([key, some = []]) => {
    const attempts = some.filter(({ what }) => what !== LOCK);
    const addresses = sums(
      attempts.filter(({ address }) => address !== ''),
      ({ address }) => address,
    );
    const shown = addresses.slice(0, SHOWN_ADDRESSES);
    const rest = addresses.slice(SHOWN_ADDRESSES);
    const unnamed = total(attempts.filter(({ address }) => address === ''));
    const times = some.flatMap(({ first_at, last_at }) => [first_at.toISOString(), last_at.toISOString()]).sort();
    return {
      about: aboutOf(some[0]?.about ?? ''),
      key,
      from: times[0] ?? '',
      until: times.at(-1) ?? '',
      count: total(attempts),
      locks: total(some.filter(({ what }) => what === LOCK)),
      kinds: sums(attempts, ({ what }) => what).map(([kind, count]) => ({ kind, count })),
      addresses: shown.map(([address, count]) => ({ address, count })),
      ...(rest.length > 0 || unnamed > 0
        ? { others: { addresses: rest.length, count: rest.reduce((sum, [, n]) => sum + n, unnamed) } }
        : {}),
    };
  });
}

/** The window was told. */
export async function dropWindow(db: Db, { key }: Failures): Promise<void> {
  await sql`delete from auth.failed_attempt
    where about = ${key.slice(0, key.lastIndexOf(' '))} and ends_at = ${key.slice(key.lastIndexOf(' ') + 1)}`.execute(
    db,
  );
}

function keyOf(about: About): string {
  if (about === 'unknown') return about;
  return 'account' in about ? `account:${about.account}` : `token:${about.organisation}:${about.token ?? ''}`;
}

function aboutOf(key: string): About {
  const [kind, first = '', token = ''] = key.split(':');
  if (kind === 'account') return { account: first };
  return kind === 'token' ? { organisation: first, ...(token === '' ? {} : { token }) } : 'unknown';
}

const endOfHour = (now: Date): Date => new Date((Math.floor(now.getTime() / HOUR_MS) + 1) * HOUR_MS);

const total = (rows: { count: number }[]): number => rows.reduce((sum, { count }) => sum + count, 0);

/** Counts by name, the most first. */
function sums<Row extends { count: number }>(rows: Row[], name: (row: Row) => string): [string, number][] {
  return Object.entries(Object.groupBy(rows, name))
    .map(([one, some = []]): [string, number] => [one, total(some)])
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1));
}

/** A household or office has an IPv6 network of 64 bits: whoever walks through it is one. */
function networkOf(address: string | undefined): string {
  if (address === undefined) return '';
  const plain = address.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!isIPv6(plain)) return plain.slice(0, 45);
  const [head = '', tail] = (plain.split('%')[0] ?? '').split('::');
  const front = head === '' ? [] : head.split(':');
  const back = tail ? tail.split(':') : [];
  const groups = [...front, ...Array(Math.max(8 - front.length - back.length, 0)).fill('0'), ...back];
  return `${groups
    .slice(0, 4)
    .map((group) => Number.parseInt(group, 16).toString(16))
    .join(':')}::/64`;
}
