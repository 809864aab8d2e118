import { sql } from 'kysely';
import { clauseMechanisms } from '../../kernel/pack/sentences.ts';
import type { Clause, Definition } from '../../kernel/pack/types.ts';
import type { Refused } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import type { ClauseEvidence, ClauseView, ParameterView, ProcedureView } from '../views.ts';
import { type Look, noSuch } from './look.ts';
import { refsOf } from './names.ts';

type Counts = { evidence: number; refusals: number; breaches: number; opened: number };

/** Adopted packs with their lights, clauses left out. */
export async function procedures(look: Look): Promise<Omit<ProcedureView, 'clauses'>[]> {
  const definition = await definitionThen(look);
  const lights = await countsPerClause(look);
  return definition.packs.map((pack) => {
    const { clauses: _, ...rest } = procedureOf(look, definition, pack.name, lights);
    return rest;
  });
}

/** One pack: every clause with its light as of the date looked at. */
export async function procedure(look: Look, pack: string): Promise<ProcedureView | Refused> {
  const definition = await definitionThen(look);
  if (!definition.packs.some((one) => one.name === pack)) return noSuch('這份程序書', 'procedure');
  return procedureOf(look, definition, pack, await countsPerClause(look));
}

function procedureOf(look: Look, definition: Definition, pack: string, counts: Map<string, Counts>): ProcedureView {
  const card = definition.packs.find((one) => one.name === pack)!;
  const clauses = Object.values(definition.clauses)
    .filter((clause) => clause.pack === pack)
    .sort((a, b) => a.order - b.order)
    .map((clause) => clauseView(definition, clause, counts.get(clause.id)));
  const tally = { ok: 0, partial: 0, late: 0, off: 0 };
  for (const clause of clauses) tally[clause.light] += 1;
  return {
    pack,
    title: card.title,
    version: card.version,
    asOf: look.asOf?.date ?? look.now.slice(0, 10),
    clauses,
    counts: tally,
  };
}

function clauseView(definition: Definition, clause: Clause, counts: Counts | undefined): ClauseView {
  return {
    id: clause.id,
    pack: clause.pack,
    ...(clause.ref ? { ref: clause.ref } : {}),
    text: { zh: clause.zh, en: clause.en },
    light: lightOf(clause, counts),
    ...(clause.pending ? { pending: clause.pending } : {}),
    mechanisms: clauseMechanisms(definition, clause.id),
    count: counts?.evidence ?? 0,
  };
}

/**
 * Late when something it demands is overdue; grey while nothing runs behind it or nothing has called for it yet;
 * green with dated evidence; amber when it was called for (cases open, or refused) and evidence is still missing.
 */
function lightOf(clause: Clause, counts: Counts | undefined): ClauseView['light'] {
  if (clause.pending) return 'off';
  if (!counts) return 'off';
  if (counts.breaches > 0) return 'late';
  if (counts.evidence > 0) return 'ok';
  return counts.opened > 0 || counts.refusals > 0 ? 'partial' : 'off';
}

async function countsPerClause(look: Look): Promise<Map<string, Counts>> {
  const until = look.asOf?.date ?? taipeiDay(look.now);
  const days = await sql<{
    clause: string;
    evidence: string;
    refusals: string;
  }>`select clause, sum(evidence) as evidence, sum(refusals) as refusals
    from clause_day where organisation = ${look.organisation} and day <= ${until}::date group by clause`.execute(
    look.tx,
  );
  const breaches = await sql<{ clause: string; n: string }>`select clause, count(*) as n from clause_breach
    where organisation = ${look.organisation} and from_at < ${endOf(until)} and (until_at is null or until_at >= ${endOf(until)}) group by clause`.execute(
    look.tx,
  );
  const counts = new Map<string, Counts>();
  const at = (clause: string) => {
    const known = counts.get(clause) ?? { evidence: 0, refusals: 0, breaches: 0, opened: 0 };
    counts.set(clause, known);
    return known;
  };
  for (const row of days.rows)
    Object.assign(at(row.clause), { evidence: Number(row.evidence), refusals: Number(row.refusals) });
  for (const row of breaches.rows) at(row.clause).breaches = Number(row.n);
  await countCalledFor(look, at);
  return counts;
}

/** A clause is called for when records of the type it works on are open: then missing evidence is a gap, not silence. */
async function countCalledFor(look: Look, at: (clause: string) => Counts): Promise<void> {
  const open = look.asOf
    ? await sql<{
        type: string;
        n: string;
      }>`select type, count(*) as n from record_version where organisation = ${look.organisation} and open
        and pos_from < ${look.asOf.pos} and (pos_to is null or pos_to >= ${look.asOf.pos}) group by type`.execute(
        look.tx,
      )
    : await sql<{
        type: string;
        n: string;
      }>`select type, count(*) as n from record where organisation = ${look.organisation} and open group by type`.execute(
        look.tx,
      );
  const byType = new Map(open.rows.map((row) => [row.type, Number(row.n)]));
  for (const clause of Object.values(look.context.definition.clauses)) {
    for (const by of clause.by) {
      const type = by.split('.')[1];
      const n = type ? byType.get(type) : undefined;
      if (n) at(clause.id).opened += n;
    }
  }
}

const taipeiDay = (moment: string) => new Date(Date.parse(moment) + 8 * 3600_000).toISOString().slice(0, 10);
const endOf = (day: string) => sql`((${day}::date + 1)::timestamp at time zone 'Asia/Taipei')`;

/** The definition in force at the date looked at. */
async function definitionThen(look: Look): Promise<Definition> {
  if (!look.asOf) return look.context.definition;
  const found = await sql<{
    hash: string;
  }>`select hash from adoption where organisation = ${look.organisation} and pos < ${look.asOf.pos}
    order by pos desc limit 1`.execute(look.tx);
  const hash = found.rows[0]?.hash;
  return (hash && look.context.definitions.get(hash)) || look.context.definition;
}

/** Dated records that show a clause is lived, newest first. */
export async function evidenceOf(look: Look, clauseId: string): Promise<ClauseEvidence | Refused> {
  const definition = await definitionThen(look);
  const clause = definition.clauses[clauseId];
  if (!clause) return noSuch('這一條', 'clause');
  const counts = (await countsPerClause(look)).get(clauseId);
  const found = await sql<{
    record: string;
    at: Date;
    pos: string;
    what: string;
  }>`select record, at, pos, what from clause_evidence
    where organisation = ${look.organisation} and clause = ${clauseId} ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``}
    order by pos desc limit 100`.execute(look.tx);
  const refs = await refsOf(
    look,
    found.rows.map((row) => row.record),
  );
  return {
    clause: clauseView(definition, clause, counts),
    records: found.rows.flatMap((row) => {
      const ref = refs.get(row.record);
      return ref
        ? [{ ...ref, at: row.at.toISOString(), pos: Number(row.pos), what: mechanismLabel(definition, row.what) }]
        : [];
    }),
    refusals: counts?.refusals ?? 0,
    violations: counts?.breaches ?? 0,
  };
}

/** `gate.go_live.scan_recent` in words. */
export function mechanismLabel(definition: Definition, mechanism: string): Text {
  const [kind, type, name] = mechanism.split('.');
  const record = definition.records[type ?? ''];
  if (kind === 'action') return record?.actions[name ?? '']?.label ?? { zh: '辦理', en: 'Act' };
  if (kind === 'gate') return { zh: '檢核通過', en: 'Check held' };
  if (kind === 'field') return record?.fields[name ?? '']?.label ?? { zh: '填寫', en: 'Filled in' };
  if (kind === 'record') return { zh: '建立', en: 'Opened' };
  return { zh: '已採行', en: 'In force' };
}

/** Every parameter with what each pack asks, the strictest in force, and which clauses read it. */
export async function parameters(look: Look): Promise<ParameterView[]> {
  const { definition } = look.context;
  const own = await sql<{
    parameter: string;
    value: ParameterView['value'];
  }>`select parameter, value from organisation_value
    where organisation = ${look.organisation}`.execute(look.tx);
  const ours = new Map(own.rows.map((row) => [row.parameter, row.value]));
  return Object.values(definition.parameters).map((parameter) => ({
    name: parameter.name,
    label: parameter.label,
    unit: parameter.unit,
    stricter: parameter.stricter,
    value: parameter.value,
    ...(ours.has(parameter.name)
      ? { setBy: { pack: '', organisation: true } }
      : parameter.setBy
        ? { setBy: parameter.setBy }
        : {}),
    values: [
      ...parameter.values.map(({ pack, value, clause }) => ({ from: pack, value, ...(clause ? { clause } : {}) })),
      ...(ours.has(parameter.name) ? [{ from: 'organisation', value: ours.get(parameter.name)! }] : []),
    ],
    ...(parameter.min !== undefined ? { min: parameter.min } : {}),
    ...(parameter.max !== undefined ? { max: parameter.max } : {}),
    usedBy: usersOf(definition, parameter.name),
  }));
}

/** Clauses behind the gates, states and duties that read a parameter. */
function usersOf(definition: Definition, name: string): string[] {
  const users = new Set<string>();
  const reads = (part: unknown) => JSON.stringify(part).includes(`param.${name}`);
  for (const type of Object.values(definition.records)) {
    for (const gate of Object.values(type.gates)) if (reads(gate)) for (const clause of gate.clauses) users.add(clause);
    for (const state of Object.values(type.flow))
      if (reads(state)) for (const clause of type.clauses) users.add(clause);
    if (type.retention && reads(type.retention)) for (const clause of type.retention.clauses) users.add(clause);
  }
  for (const duty of Object.values(definition.duties))
    if (reads(duty)) for (const clause of duty.clauses) users.add(clause);
  return [...users];
}
