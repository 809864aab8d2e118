import { sql } from 'kysely';
import { type Preview, preview } from '../../kernel/engine/preview.ts';
import type { RecordState, Value } from '../../kernel/engine/types.ts';
import type { RecordType, Section } from '../../kernel/pack/types.ts';
import { everyState } from '../store/states.ts';
import type { Task } from '../views.ts';
import { asListed } from './closed-sections.ts';
import { changesBetween } from './history.ts';
import { inputFor, type Look, settleLook } from './look.ts';

/** A first page shows no more rows than this; what lies deeper is judged when it is opened. */
const MOST_READ = 60;
const LONGEST_REASON = 90;

/**
 * The soonest tasks with what whoever does them wants to know before opening: how many gates hold, why it is asked for, and what
 * has changed since the viewer last acted on it. Judged together, so that facts are asked for set-wise.
 */
export async function readTasks(look: Look, tasks: Task[]): Promise<Task[]> {
  const near = tasks.slice(0, MOST_READ);
  const states = await statesOf(look, [...new Set(near.map(({ record }) => record.id))]);
  const gates = await gatesOf(look, near, states);
  const since = await lastActed(look, states.values());
  return tasks.map((task) => {
    const state = states.get(task.record.id);
    const under = state && look.context.definitions.get(state.definition)?.records[state.type];
    if (!state || !under) return task;
    const type = asListed(look, under);
    const seen = gates.get(task.id);
    const reason = reasonIn(type, state, task.record.title);
    const before = since.get(state.id);
    const changed =
      before &&
      changesBetween(under, before.values, state.values)
        .filter(({ field }) => type.fields[field] !== undefined)
        .map(({ label }) => label);
    return {
      ...task,
      ...(seen ? { gates: seen } : {}),
      ...(reason ? { reason } : {}),
      ...(before && changed ? { changed: { since: before.changedAt, fields: changed } } : {}),
    };
  });
}

async function statesOf(look: Look, ids: string[]): Promise<Map<string, RecordState>> {
  if (ids.length === 0) return new Map();
  const found = await sql<{ id: string; body: RecordState }>`select id, body from record
    where organisation = ${look.organisation} and id = any(${ids})`.execute(look.tx);
  for (const { id, body } of found.rows) look.known.records.set(id, body);
  return new Map(found.rows.map(({ id, body }) => [id, body]));
}

/** Gates of each task's own action, by task; `off` ones do not count, and what only advises passes. */
async function gatesOf(
  look: Look,
  tasks: Task[],
  states: Map<string, RecordState>,
): Promise<Map<string, { passed: number; all: number }>> {
  const asked = tasks.flatMap((task) => {
    const state = states.get(task.record.id);
    return state ? [{ task, state }] : [];
  });
  const input = inputFor(look);
  const judged = (await settleLook(look, () => {
    const previews = asked.map(({ task, state }) => preview(input, state, { actions: [task.action] }));
    const needs = previews.flatMap((one) => ('needs' in one ? one.needs : []));
    return (needs.length > 0 ? { needs } : previews) as never;
  })) as Preview[];
  return new Map(
    judged.flatMap(({ actions: [action] }, place) => {
      const shown = action?.gates.filter((gate) => gate.outcome !== 'off') ?? [];
      if (shown.length === 0) return [];
      const passed = shown.filter((gate) => gate.outcome === 'holds' || gate.outcome === 'waived' || gate.advises);
      return [[asked[place]!.task.id, { passed: passed.length, all: shown.length }]];
    }),
  );
}

/** Each record as it was when the viewer last did something in it; records they never acted on are left out. */
async function lastActed(look: Look, states: Iterable<RecordState>): Promise<Map<string, RecordState>> {
  const asked = [...states].flatMap(({ id, acts, seals }) => {
    const mine = [...Object.values(acts), ...seals].filter(({ by }) => by === look.viewer.person).map(({ at }) => at);
    return mine.length > 0 ? [{ id, at: mine.toSorted().at(-1) }] : [];
  });
  if (asked.length === 0) return new Map();
  const found = await sql<{ id: string; body: RecordState }>`
    select asked.id, v.body from jsonb_to_recordset(${JSON.stringify(asked)}::jsonb) as asked(id text, at timestamptz)
    cross join lateral (select body from ${everyState(look.organisation)} s where s.id = asked.id
      and changed_at <= asked.at order by pos_from desc limit 1) v`.execute(look.tx);
  return new Map(found.rows.map(({ id, body }) => [id, body]));
}

/** Why it is asked for: what was written at length where the case begins, else whatever was first written there; never the title again. */
function reasonIn(type: RecordType, { values }: RecordState, title: string): string | undefined {
  const begins = Object.values(type.flow).find(({ initial }) => initial)?.name ?? '';
  const written = Object.values(type.fields)
    .filter(({ section }) => isFilledIn(type.sections[section], begins))
    .filter(({ type: { is }, personal, name }) => is === 'text' && !personal && isWritten(values[name]))
    .map(({ name, lines = 1 }) => ({ long: lines > 1, words: String(values[name]).replaceAll(/\s+/g, ' ').trim() }))
    .filter(({ words }) => words !== title && !HASH.test(words));
  const words = (written.find(({ long }) => long) ?? written[0])?.words;
  return words && words.length > LONGEST_REASON ? `${words.slice(0, LONGEST_REASON)}…` : words;
}

/** What only a machine reads tells nobody why. */
const HASH = /\b[0-9a-f]{40,}\b/;
const isFilledIn = (section: Section | undefined, state: string): boolean =>
  section !== undefined && section.filled !== 'none' && section.filled.in.includes(state);
const isWritten = (value: Value | undefined): boolean => typeof value === 'string' && value.trim() !== '';
