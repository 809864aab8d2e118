import { sql } from 'kysely';
import { clauseMechanisms } from '../../kernel/pack/sentences.ts';
import type { Clause, Definition } from '../../kernel/pack/types.ts';
import type { Refused } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import type { ClauseEvidence } from '../evidence-views.ts';
import type { ClauseView, ParameterView, ProcedureView } from '../views.ts';
import { explanationsOf, mayExplain } from './explanations.ts';
import { gapsOfClause } from './gaps.ts';
import { type Counts, countsPerClause, dayOf, definitionThen, lightOf, tally } from './lights.ts';
import { type Look, noSuch } from './look.ts';
import { refsAmong } from './names.ts';
import { confinedTo, seesClause } from './outside.ts';
import { tagsOf } from './tags.ts';

/** Adopted packs with their lights, clauses left out. */
export async function procedures(look: Look): Promise<Omit<ProcedureView, 'clauses'>[]> {
  const definition = await definitionThen(look);
  const lights = await countsPerClause(look);
  const shown = definition.packs.filter(({ name }) => hasClauses(look, definition, name));
  return shown.map((pack) => {
    const { clauses: _, ...rest } = procedureOf(look, definition, pack.name, lights);
    return rest;
  });
}

/** One pack: every clause with its light as of the date looked at. */
export async function procedure(look: Look, pack: string): Promise<ProcedureView | Refused> {
  const definition = await definitionThen(look);
  if (!definition.packs.some((one) => one.name === pack) || !hasClauses(look, definition, pack))
    return noSuch('這份程序書', 'procedure');
  return procedureOf(look, definition, pack, await countsPerClause(look));
}

function procedureOf(look: Look, definition: Definition, pack: string, counts: Map<string, Counts>): ProcedureView {
  const card = definition.packs.find((one) => one.name === pack)!;
  const clauses = Object.values(definition.clauses)
    .filter((clause) => clause.pack === pack && seesClause(look, clause.id))
    .sort((a, b) => a.order - b.order)
    .map((clause) => clauseView(definition, clause, counts.get(clause.id)));
  return {
    pack,
    title: card.title,
    version: card.version,
    asOf: dayOf(look),
    ...(card.chapters ? { chapters: card.chapters } : {}),
    clauses,
    counts: tally(clauses.map(({ light }) => light)),
  };
}

/** Whether there is anything in a pack for this reader. */
const hasClauses = (look: Look, { clauses }: Definition, pack: string): boolean =>
  !confinedTo(look) || Object.values(clauses).some((clause) => clause.pack === pack && seesClause(look, clause.id));

/** A clause of ours with its light and what realises it. */
export function clauseView(definition: Definition, clause: Clause, counts: Counts | undefined): ClauseView {
  return {
    id: clause.id,
    pack: clause.pack,
    ...(clause.ref ? { ref: clause.ref } : {}),
    text: { zh: clause.zh, en: clause.en },
    light: lightOf(clause, counts),
    ...(clause.pending ? { pending: clause.pending } : {}),
    ...(counts?.starts ? { starts: counts.starts } : {}),
    mechanisms: clauseMechanisms(definition, clause.id),
    count: counts?.evidence ?? 0,
  };
}

/** Dated records that show a clause is lived, newest first; of those not for this viewer how many there are among them. */
export async function evidenceOf(look: Look, clauseId: string): Promise<ClauseEvidence | Refused> {
  const definition = await definitionThen(look);
  const clause = definition.clauses[clauseId];
  if (!clause || !seesClause(look, clauseId)) return noSuch('這一條', 'clause');
  const counts = (await countsPerClause(look)).get(clauseId);
  const found = await sql<{
    record: string;
    at: Date;
    pos: string;
    what: string;
  }>`select record, at, pos, what from clause_evidence
    where organisation = ${look.organisation} and clause = ${clauseId} ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``}
    order by pos desc limit 100`.execute(look.tx);
  const ids = found.rows.map((row) => row.record);
  const { refs, hidden } = await refsAmong(look, ids);
  const tags = await tagsOf(look, [...refs.keys()]);
  return {
    clause: clauseView(definition, clause, counts),
    records: found.rows.flatMap((row) => {
      const ref = refs.get(row.record);
      return ref
        ? [
            {
              ...ref,
              tags: tags.get(row.record) ?? [],
              at: row.at.toISOString(),
              pos: Number(row.pos),
              what: mechanismLabel(definition, row.what),
            },
          ]
        : [];
    }),
    withheld: hidden.size,
    gaps: await gapsOfClause(look, clauseId),
    refusals: counts?.refusals ?? 0,
    violations: counts?.breaches ?? 0,
    explanations: await explanationsOf(look, clauseId),
    mayExplain: !look.asOf && (await mayExplain(look, definition, clause)),
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
