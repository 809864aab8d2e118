import { sql } from 'kysely';
import { z } from 'zod';
import { capacityWith, unproven } from '../../kernel/engine/capacity.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Db, ModuleCommand, Tx } from '../../runtime/module.ts';

/** Setting of the organisation: whether its records are archives under the Archives Act (檔案法). Asked at set-up. */
export const ARCHIVES = 'archives';

/** Who states it otherwise later; it decides whether destroying takes the archives authority's approval. */
export const STATES_ARCHIVES = ['ciso'];

/**
 * What each kind of organisation is unless it says otherwise: agencies, cities and public schools are subject to the Act,
 * companies and operators are not. A private school says so itself.
 */
export const archivesByKind = (kind: string | undefined): boolean => kind !== 'company' && kind !== 'operator';

/**
 * Whether the organisation's records are archives: as it stated itself, else by its kind. A kind nobody stated is taken as a public
 * body, the stricter of the two.
 */
export async function archivesStatus(
  tx: Tx | Db,
  organisation: string,
): Promise<{ archives: boolean; stated: boolean }> {
  const found = await sql<{ name: string; value: string }>`select name, value#>>'{}' as value from organisation_setting
    where organisation = ${organisation} and name in ('kind', ${ARCHIVES})`.execute(tx);
  const settings = new Map(found.rows.map(({ name, value }) => [name, value]));
  const stated = settings.get(ARCHIVES);
  return stated === undefined
    ? { archives: archivesByKind(settings.get('kind')), stated: false }
    : { archives: stated === 'true', stated: true };
}

const Statement = z.object({ archives: z.boolean(), reason: z.string().trim().min(2).max(1000) });

/** `setting.edited` with a reason: the organisation is subject to the Archives Act, or it is not. By the CISO, proven again. */
export const stateArchives: ModuleCommand<z.output<typeof Statement>, boolean> = {
  input: Statement,
  load: async (tx, _input, { organisation }) => (await archivesStatus(tx, organisation)).archives,
  decide(now, { archives, reason }, context) {
    const as = capacityWith(context, STATES_ARCHIVES);
    if (!as) return notCiso;
    const early = unproven(context.actor);
    if (early) return refused(early);
    if (now === archives) return unchanged;
    const data = { name: ARCHIVES, value: archives, reason };
    return { events: [{ stream: `setting:${ARCHIVES}`, type: 'setting.edited', data }], response: true, as };
  },
};

const notCiso = refused({
  code: 'by',
  message: text('是否適用檔案法由資安長認定。', 'Whether the Archives Act applies is for the CISO to state.'),
});
const unchanged = refused({
  code: 'state',
  message: text('與目前的認定相同。', 'That is what is stated already.'),
});
