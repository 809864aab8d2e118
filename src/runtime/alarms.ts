import { randomUUID } from 'node:crypto';
import { sql } from 'kysely';
import { isRefused } from '../kernel/refusal.ts';
import type { Text } from '../kernel/text.ts';
import type { Db, Dispatch } from './module.ts';
import { withOrganisation } from './store/session.ts';

/** Something of the installation itself that stands badly: told once, settled when it is over. */
export type Trouble = {
  /** The same trouble has the same key for as long as it lasts. */
  key: string;
  message: Text;
};

export type Alarming = { db: Db; dispatch: Dispatch; clock: () => string };

/**
 * Tells whoever holds one of `roles` of every trouble not told yet, and settles what is over. Troubles of one `family` are looked at
 * together: a told one that is missing from `troubles` is over.
 */
export async function raiseAlarms(
  { db, dispatch, clock }: Alarming,
  organisation: string,
  family: string,
  troubles: Trouble[],
  to: { roles: string[]; go: string },
): Promise<void> {
  const prefix = `alarm:${family}:`;
  const open = await withOrganisation(db, organisation, async (tx) => {
    const found = await sql<{ id: string }>`select distinct id from notice
      where organisation = ${organisation} and id like 'alarm:%' and starts_with(id, ${prefix}) and settled_at is null`.execute(
      tx,
    );
    return found.rows.map(({ id }) => id);
  });
  const run = async (name: string, input: unknown) => {
    const command = { do: name, id: randomUUID(), input };
    const outcome = await dispatch({ organisation, actor: { kind: 'clock' }, command });
    // A halted ledger takes no more entries, and says so itself.
    if (isRefused(outcome) && outcome.refused[0]?.code !== 'unready')
      throw new Error(`${name}: ${outcome.refused[0]?.message.en}`);
  };
  const beginning = ({ key }: Trouble) => `${prefix}${key.slice(0, 48)}:`;
  for (const trouble of troubles) {
    if (open.some((id) => id.startsWith(beginning(trouble)))) continue;
    await run('notices.send', { notice: `${beginning(trouble)}${clock()}`, message: trouble.message, ...to });
  }
  for (const notice of open)
    if (!troubles.some((trouble) => notice.startsWith(beginning(trouble)))) await run('notices.settle', { notice });
}
