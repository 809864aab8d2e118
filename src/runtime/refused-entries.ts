import { sql } from 'kysely';
import type { Moment } from '../kernel/engine/types.ts';
import { decryptPersonal, revealPersonal } from '../kernel/ledger/personal.ts';
import type { Text } from '../kernel/text.ts';
import { ERASED } from './query/history.ts';
import type { Look } from './query/look.ts';
import { personNamed } from './query/names.ts';
import { failureLabel, type RefusalWindow } from './query/refusal-words.ts';
import { decoded } from './query/trail.ts';
import type { Named } from './views.ts';

const SHOWN = 50;

const OF = {
  'sign_in.refused': 'sign_in',
  'sign_in.unknown_names': 'unknown_names',
  'token.refused': 'token',
} as const;

export type RefusedEntry = Omit<RefusalWindow, 'person' | 'kinds'> & {
  pos: number;
  of: (typeof OF)[keyof typeof OF];
  person?: Named;
  kinds: { label: Text; count: number }[];
};

/** What was refused at sign-in and to tokens since a moment: how many windows there are, and the newest of them with their addresses. */
export async function refusedEntries(look: Look, since: Moment): Promise<{ count: number; items: RefusedEntry[] }> {
  const { tx, organisation } = look;
  const which = sql`organisation = ${organisation} and recorded_at >= ${since}::timestamptz and type = any(${Object.keys(OF)})`;
  const counted = await sql<{ count: string }>`select count(*) as count from event where ${which}`.execute(tx);
  const found = await sql<{ pos: string; entry: Buffer }>`select pos, entry from event where ${which}
    order by pos desc limit ${SHOWN}`.execute(tx);
  const items = found.rows.map((row): RefusedEntry => {
    const { type, data } = decoded(row.entry);
    const { person, kinds, ...window } = revealPersonal(data, (personal) => {
      const keys = look.parts.personal.keys(organisation, personal.subject, personal.record);
      const shown = decryptPersonal(personal, keys);
      return shown.outcome === 'readable' ? shown.value : ERASED;
    }) as unknown as RefusalWindow;
    return {
      ...window,
      pos: Number(row.pos),
      of: OF[type as keyof typeof OF],
      kinds: kinds.map(({ kind, count }) => ({ label: failureLabel(kind), count })),
      ...(person ? { person: personNamed(look, person) } : {}),
    };
  });
  return { count: Number(counted.rows[0]?.count ?? 0), items };
}
