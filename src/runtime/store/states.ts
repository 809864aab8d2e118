import { type RawBuilder, sql } from 'kysely';

/**
 * Every state of every record of an organisation: those past from `record_version`, the present one from `record`, each with the positions it
 * stood between. Of the present one `pos_to` is null.
 */
export const everyState = (organisation: string): RawBuilder<unknown> =>
  sql`(select organisation, id, pos_from, pos_to, type, number, title, state, open, changed_at, body from record_version
      where organisation = ${organisation}
    union all select organisation, id, pos, null, type, number, title, state, open, changed_at, body from record
      where organisation = ${organisation})`;
