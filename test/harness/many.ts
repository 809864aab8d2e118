import { randomUUID } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import type pg from 'pg';
import type { Platform } from '../../src/main.ts';
import { createOrganisation } from '../../src/runtime/organisations.ts';

/** Many organisations on one platform, one of them busy: for the test of who is sealed when, and for its bench. */
export type Many = ReturnType<typeof manyOver>;

/** @param superuser sees the rows of every organisation */
export function manyOver(platform: Platform, superuser: pg.Client, dataDir: string, count: number) {
  const ids = Array.from({ length: count }, (_, n) => `school-${n}`);
  const busy = `school-${count / 2}`;
  const pulse = (organisation: string) =>
    platform.dispatch({
      organisation,
      actor: { kind: 'clock' },
      command: { do: 'trail.pulse', id: randomUUID(), input: {} },
    });
  const number = async (query: string) => Number((await superuser.query<{ n: string }>(query)).rows[0]?.n);
  return {
    ids,
    busy,
    /** One event. */
    pulse,
    number,
    /** Every organisation, with a first event. */
    async found() {
      for (const id of ids)
        await createOrganisation(platform.db, { id, name: id, demo: false }, new Date().toISOString());
      for (let at = 0; at < count; at += 50) await Promise.all(ids.slice(at, at + 50).map(pulse));
    },
    unsealed: (where = 'true') =>
      number(
        `select count(*) as n from head h join log_state s using (organisation) where h.next_pos > s.size and ${where}`,
      ),
    /** Files of one organisation's log. */
    files: (organisation: string) =>
      readdirSync(join(dataDir, 'log', organisation), { recursive: true, withFileTypes: true }).filter((one) =>
        one.isFile(),
      ),
  };
}
