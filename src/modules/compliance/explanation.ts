import { sql } from 'kysely';
import { z } from 'zod';
import { capacityWith } from '../../kernel/engine/capacity.ts';
import { answerable } from '../../kernel/pack/answerable.ts';
import { type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';

const input = z.object({
  clause: z.string().min(1),
  cause: z.string().trim().min(1).max(4_000),
  measure: z.string().trim().min(1).max(4_000),
  due: z.iso.date().optional(),
});
type Loaded = { breaches: number; involved: Set<string> };

/**
 * 說明及改善: why a light is red or amber and what is done about it, by whoever answers for it. Nothing is overwritten: what was
 * said before stays beside what is said now, and the auditor reads both.
 */
export const explainClause: ModuleCommand<z.infer<typeof input>, Loaded> = {
  input,
  async load(tx, { clause }, { organisation }) {
    const open = await sql<{
      record: string;
      requester: string | null;
    }>`select b.record, r.requester from clause_breach b
      left join record r on r.organisation = b.organisation and r.id = b.record
      where b.organisation = ${organisation} and b.clause = ${clause} and b.until_at is null`.execute(tx);
    const waiting = await sql<{ person: string }>`select distinct person from task
      where organisation = ${organisation} and record = any(${open.rows.map(({ record }) => record)})`.execute(tx);
    const involved = [...open.rows.map(({ requester }) => requester), ...waiting.rows.map(({ person }) => person)];
    return { breaches: open.rows.length, involved: new Set(involved.filter((person) => person !== null)) };
  },
  decide({ breaches, involved }, { clause: id, cause, measure, due }, context) {
    const { actor, definition } = context;
    const clause = definition.clauses[id];
    if (!clause) return refused(noSuchClause);
    if (actor.kind !== 'person') return refused(byItsOwner);
    const as = involved.has(actor.person)
      ? { grants: [] }
      : capacityWith(context, [...KEEPERS, ...answerable(definition, clause)]);
    if (!as) return refused(byItsOwner);
    const data = { clause: id, cause, measure, breaches, ...(due ? { due } : {}) };
    const personal = ['cause', 'measure'].map((name) => ({ path: [name], subject: actor.person }));
    return { events: [{ stream: `clause:${id}`, type: 'clause.explained', data, personal }], response: id, as };
  },
};

const KEEPERS = ['isms_coordinator', 'security_officer', 'ciso'];

/** Rows of clause_explanation. */
export async function projectExplanation(
  tx: Tx,
  { organisation, pos, at, actor, type, data }: StoredEvent,
): Promise<void> {
  if (type !== 'clause.explained') return;
  await sql`insert into clause_explanation (organisation, clause, pos, at, by, cause, measure, due, breaches)
    values (${organisation}, ${data.clause}, ${pos}, ${at}, ${actor.person ?? ''}, ${data.cause}, ${data.measure}, ${data.due ?? null}, ${data.breaches})
    on conflict do nothing`.execute(tx);
}

const noSuchClause: Refusal = { code: 'missing', message: text('找不到這一條。', 'No such clause.') };
const byItsOwner: Refusal = {
  code: 'by',
  message: text(
    '說明及改善由該條承辦的人員或其主管、資安承辦人、資安專責人員或資安長填寫。',
    'Whoever answers for the clause, the ISMS coordinator, the security officer or the CISO explains it.',
  ),
};
