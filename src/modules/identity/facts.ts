import { localDate } from '../../kernel/calendar/date.ts';
import type { Moment, Value } from '../../kernel/engine/types.ts';
import type { Db, Tx } from '../../runtime/module.ts';
import { loadDirectory } from './directory.ts';
import { onDay } from './people.ts';

type Asked = { organisation: string; args: Value[]; now: Moment };

/** `has_role(person, role): yes_no` — on the day asked, by grants that hold (twvs.5.8.1.7). */
export const hasRole =
  (key: Uint8Array) =>
  async (db: Tx | Db, asked: Asked[]): Promise<(Value | undefined)[]> => {
    const grants = await grantsAsked(db, asked, key);
    return asked.map(({ args: [person, role] }, index) => {
      if (typeof person !== 'string' || typeof role !== 'string') return undefined;
      return (grants[index] ?? []).some((grant) => grant.person === person && grant.role === role);
    });
  };

async function grantsAsked(db: Tx | Db, asked: Asked[], key: Uint8Array) {
  const loaded = new Map<string, Awaited<ReturnType<typeof loadDirectory>>>();
  for (const { organisation, now } of asked) {
    const day = `${organisation} ${localDate(now)}`;
    if (!loaded.has(day)) loaded.set(day, await loadDirectory(db, organisation, key, now));
  }
  return asked.map(({ organisation, now }) => {
    const day = localDate(now);
    return loaded.get(`${organisation} ${day}`)?.directory.grants.filter((grant) => onDay(grant, day));
  });
}
