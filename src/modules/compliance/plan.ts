import { sql } from 'kysely';
import { z } from 'zod';
import { addMonths, type LocalDate, localDate } from '../../kernel/calendar/date.ts';
import { capacityIn, capacityWith, unproven } from '../../kernel/engine/capacity.ts';
import type { Value } from '../../kernel/engine/types.ts';
import { type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';

/** How far ahead a clause may start; later than that is no plan any more. */
export const FURTHEST_MONTHS = 24;

export type Start = { clause: string; on: LocalDate };
const propose = z.object({
  plan: z.string().min(1).max(100),
  reason: z.string().trim().min(1).max(2_000),
  starts: z
    .array(z.object({ clause: z.string().min(1), on: z.iso.date() }))
    .min(1)
    .max(1_000),
});
type Proposal = z.infer<typeof propose>;
type Loaded = { waiting: boolean; taken: boolean; begun: Map<string, LocalDate>; late: Set<string> };

/**
 * 採用計畫: from when each clause counts; before that day its light is grey. The coordinator proposes, the CISO approves. A clause
 * that has begun, or is late now, cannot be put off this way: that takes an exception, or an explanation beside the light.
 */
export const proposePlan: ModuleCommand<Proposal, Loaded> = {
  input: propose,
  async load(tx, { plan, starts }, { organisation }) {
    const open = await sql<{
      id: string;
    }>`select id from adoption_plan where organisation = ${organisation} and (outcome is null or id = ${plan})`.execute(
      tx,
    );
    return {
      waiting: open.rows.some(({ id }) => id !== plan),
      taken: open.rows.some(({ id }) => id === plan),
      ...(await standingOf(tx, organisation, starts)),
    };
  },
  decide({ waiting, taken, begun, late }, { plan, reason, starts }, context) {
    const { now, definition } = context;
    const as = capacityWith(context, ['isms_coordinator', 'security_officer']);
    if (!as) return refused(coordinatorProposes);
    if (waiting || taken) return refused(oneAtATime);
    const today = localDate(now);
    const faults = starts.flatMap(({ clause, on }) => {
      if (!definition.clauses[clause]) return [noSuchClause(clause)];
      if (on < today || on > addMonths(today, FURTHEST_MONTHS)) return [outOfRange(clause, on)];
      return putOff({ clause, on }, today, begun, late);
    });
    if (faults.length > 0) return refused(...faults.slice(0, 20));
    const data = { plan, reason, starts: once(starts) as unknown as Value };
    return { events: [{ stream: `adoption_plan:${plan}`, type: 'adoption_plan.proposed', data }], response: plan, as };
  },
};

const decision = z.object({
  plan: z.string().min(1),
  approve: z.boolean(),
  note: z.string().trim().max(2_000).optional(),
});
type Found = {
  starts: Start[];
  by: string | null;
  by_for: string | null;
  begun: Map<string, LocalDate>;
  late: Set<string>;
};

/** The CISO, or a deputy within dates, approves the plan as a whole, or returns it with a reason; never whoever proposed it. */
export const decidePlan: ModuleCommand<z.infer<typeof decision>, Found | undefined> = {
  input: decision,
  async load(tx, { plan }, { organisation }) {
    const found = await sql<{
      starts: Start[];
      by: string | null;
      by_for: string | null;
    }>`select starts, by, by_for from adoption_plan
      where organisation = ${organisation} and id = ${plan} and outcome is null`.execute(tx);
    const row = found.rows[0];
    return row && { ...row, ...(await standingOf(tx, organisation, row.starts)) };
  },
  decide(found, { plan, approve, note }, context) {
    const { actor, now } = context;
    const as = capacityIn(context, ['ciso'], [found?.by, found?.by_for]);
    if (!as) return refused(cisoDecides);
    if (!found) return refused(notWaiting);
    if (as === 'barred') return refused(notOwnPlan);
    const early = unproven(actor);
    if (early) return refused(early);
    const stream = `adoption_plan:${plan}`;
    if (!approve) {
      if (!note) return refused(sayWhy);
      return { events: [{ stream, type: 'adoption_plan.returned', data: { plan, note } }], response: plan, as };
    }
    const today = localDate(now);
    const faults = found.starts.flatMap((start) => putOff(start, today, found.begun, found.late));
    if (faults.length > 0) return refused(...faults.slice(0, 20));
    const data = { plan, starts: found.starts as unknown as Value, ...(note ? { note } : {}) };
    return { events: [{ stream, type: 'adoption_plan.approved', data }], response: plan, as };
  },
};

const once = (starts: Start[]): Start[] => [...new Map(starts.map((start) => [start.clause, start])).values()];

/** What stands against a later start: the clause has begun under an earlier plan, or is late now. */
function putOff({ clause, on }: Start, today: LocalDate, begun: Map<string, LocalDate>, late: Set<string>): Refusal[] {
  const since = begun.get(clause);
  if (since !== undefined && since <= today && on > today) return [hasBegun(clause, since)];
  return late.has(clause) && on > today ? [isLate(clause)] : [];
}

async function standingOf(
  tx: Tx,
  organisation: string,
  starts: Start[],
): Promise<{ begun: Map<string, LocalDate>; late: Set<string> }> {
  const clauses = starts.map(({ clause }) => clause);
  const begun = await sql<{ clause: string; on: string }>`select clause, starts_on::text as on from clause_start
    where organisation = ${organisation} and pos_to is null and clause = any(${clauses})`.execute(tx);
  const late = await sql<{ clause: string }>`select distinct clause from clause_breach
    where organisation = ${organisation} and until_at is null and clause = any(${clauses})`.execute(tx);
  return {
    begun: new Map(begun.rows.map(({ clause, on }) => [clause, on])),
    late: new Set(late.rows.map(({ clause }) => clause)),
  };
}

/** Plans nobody has decided yet. */
export async function waitingPlans(tx: Tx, organisation: string): Promise<{ id: string; clauses: number }[]> {
  const found = await sql<{ id: string; clauses: number }>`select id, jsonb_array_length(starts) as clauses
    from adoption_plan where organisation = ${organisation} and outcome is null order by pos`.execute(tx);
  return found.rows;
}

/** Rows of adoption_plan and clause_start. */
export async function projectPlan(tx: Tx, { organisation, pos, at, actor, type, data }: StoredEvent): Promise<void> {
  if (type === 'adoption_plan.proposed') {
    await sql`insert into adoption_plan (organisation, id, reason, starts, pos, at, by, by_for) values (${organisation}, ${data.plan}, ${data.reason},
      ${JSON.stringify(data.starts)}::jsonb, ${pos}, ${at}, ${actor.person ?? null}, ${actor.for ?? null}) on conflict do nothing`.execute(
      tx,
    );
    return;
  }
  if (type !== 'adoption_plan.approved' && type !== 'adoption_plan.returned') return;
  const outcome = type.slice('adoption_plan.'.length);
  await sql`update adoption_plan set outcome = ${outcome}, note = ${data.note ?? null}, decided_pos = ${pos}, decided_at = ${at},
    decided_by = ${actor.person ?? null}, decided_for = ${actor.for ?? null} where organisation = ${organisation} and id = ${data.plan}`.execute(
    tx,
  );
  if (outcome === 'returned') return;
  const starts = JSON.stringify(data.starts);
  await sql`update clause_start s set pos_to = ${pos} from jsonb_to_recordset(${starts}::jsonb) as x(clause text)
    where s.organisation = ${organisation} and s.clause = x.clause and s.pos_to is null and s.pos_from < ${pos}`.execute(
    tx,
  );
  await sql`insert into clause_start (organisation, clause, starts_on, plan, pos_from)
    select ${organisation}, x.clause, x.on, ${data.plan}, ${pos}::bigint from jsonb_to_recordset(${starts}::jsonb) as x(clause text, "on" date)
    on conflict do nothing`.execute(tx);
}

const coordinatorProposes: Refusal = {
  code: 'by',
  message: text(
    '採用計畫由資安承辦人或資安專責人員擬訂。',
    'The ISMS coordinator or the security officer proposes the adoption plan.',
  ),
};
const cisoDecides: Refusal = {
  code: 'by',
  message: text('採用計畫由資安長核定。', 'The CISO approves the adoption plan.'),
};
const notOwnPlan: Refusal = {
  code: 'never',
  message: text(
    '擬訂人（及其所代理之人）不得核定這份計畫。',
    'Whoever proposed the plan, and whoever that was done for, does not approve it.',
  ),
};
const oneAtATime: Refusal = {
  code: 'state',
  message: text(
    '已有一份計畫待核定；核定或退回後再擬訂。',
    'A plan waits for approval; propose another once that is decided.',
  ),
};
const notWaiting: Refusal = { code: 'state', message: text('這份計畫已核定或退回。', 'This plan is decided already.') };
const sayWhy: Refusal = {
  code: 'required',
  field: 'note',
  message: text('請說明退回原因。', 'Say why it is returned.'),
};
const noSuchClause = (clause: string): Refusal => ({
  code: 'missing',
  field: 'starts',
  message: text(`沒有 ${clause} 這一條。`, `There is no clause ${clause}.`),
});
const outOfRange = (clause: string, on: string): Refusal => ({
  code: 'invalid',
  field: 'starts',
  clauses: [clause],
  message: text(
    `起始日 ${on} 須在今天起 ${FURTHEST_MONTHS} 個月內。`,
    `The start ${on} must lie between today and ${FURTHEST_MONTHS} months from now.`,
  ),
});
const hasBegun = (clause: string, since: string): Refusal => ({
  code: 'state',
  field: 'starts',
  clauses: [clause],
  message: text(
    `這一條自 ${since} 起已適用，不能再延後。`,
    `This clause has applied since ${since} and cannot be put off.`,
  ),
  fix: { text: text('確有困難請申請例外', 'Where it cannot be met, ask for an exception'), go: 'exception.open' },
});
const isLate = (clause: string): Refusal => ({
  code: 'state',
  field: 'starts',
  clauses: [clause],
  message: text('這一條目前逾期，不能以計畫延後。', 'This clause is late now; a plan cannot put it off.'),
  fix: { text: text('請在該條旁填寫說明及改善', 'Write 說明及改善 beside its light') },
});
