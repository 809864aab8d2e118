import type { RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { changesBetween, clearedBetween } from './assess.ts';
import { applied, compute, draw } from './compute.ts';
import { judgeAll } from './judge-all.ts';
import { missingFields } from './required.ts';
import { voidSeals, votesTouched } from './seals.ts';
import { mayFill } from './standing.ts';
import type { RecordState, Values } from './types.ts';
import { readValues } from './values.ts';
import { noSuchRecord } from './words.ts';
import { editionOf, emit, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/**
 * Writes fields: only sections the actor may fill in this state, only what really changed. Tables that depend on a changed field
 * are drawn again, computed fields follow, seals on changed content are void. A required field may be filled late but not emptied.
 * Gates on `save` are asked even when nothing changed: what was allowed by an exception is refused once that has ended.
 */
export function save(work: Work, record: string, given: Values): Refusal[] {
  const found = recordOf(work, record);
  if (!found) return [noSuchRecord(record)];
  if ('thing' in found) return [];
  const type = typeOf(work, found);
  if (!type) return [noSuchRecord(record)];
  const changed = onlyChanged(type, found, given);
  const forbidden = Object.keys(changed).flatMap((name) => notPermitted(work, type, found, name));
  if (forbidden.length > 0) return work.needs.size > 0 ? [] : forbidden;
  const read = readValues(type.fields, changed, {
    definition: editionOf(work.input, found),
    directory: work.input.directory,
    before: found.values,
  });
  if (read.refusals.length > 0) return read.refusals;
  const names = [...Object.keys(read.values), ...read.cleared];
  const candidate = candidateOf(work, type, found, read, names);
  const missing = missingFields(type, candidate, 'save', { fields: new Set(names) }, scopeOf(work, candidate));
  const judged = judgeAll(work, type, candidate, ['save'], found.state, []);
  if (work.needs.size > 0) return [];
  const refusals = [...missing, ...judged.refusals];
  if (refusals.length > 0) return refusals;
  judged.note(work);
  if (names.length > 0) fill(work, type, found, candidate, names, judged.seen);
  return [];
}

/** Computed fields are not the writer's, and what is the same is not a change: pages send whole forms. */
function onlyChanged(type: RecordType, state: RecordState, given: Values): Values {
  return Object.fromEntries(
    Object.entries(given).filter(([name, value]) => {
      const before = state.values[name];
      if (type.fields[name]?.is) return false;
      return before === undefined ? value !== '' && value !== null : JSON.stringify(before) !== JSON.stringify(value);
    }),
  );
}

function notPermitted(work: Work, type: RecordType, state: RecordState, name: string): Refusal[] {
  const field = type.fields[name];
  if (!field || work.input.actor.kind === 'setup') return [];
  if (mayFill(work, state, field.section, scopeOf(work, state)) !== false) return [];
  return [
    {
      code: 'forbidden',
      message: text(`您現在不能填寫「${field.label.zh}」`, `You cannot write “${field.label.en}” now`),
      field: name,
    },
  ];
}

function candidateOf(
  work: Work,
  type: RecordType,
  state: RecordState,
  read: { values: Values; cleared: string[] },
  changed: string[],
): RecordState {
  const filled = { ...state, values: applied(state.values, read) };
  const redrawn = { ...filled, values: { ...filled.values, ...draw(work, type, filled, { changed }) } };
  return { ...redrawn, values: applied(redrawn.values, compute(work, type, redrawn)) };
}

function fill(
  work: Work,
  type: RecordType,
  state: RecordState,
  candidate: RecordState,
  names: string[],
  gates: Parameters<typeof emit>[2]['gates'],
): void {
  const values = changesBetween(state.values, candidate.values);
  const cleared = clearedBetween(state.values, candidate.values);
  const dropped = votesTouched(type, state, names);
  const data = {
    type: type.name,
    values,
    cleared: cleared.length > 0 ? cleared : undefined,
    dropped: dropped.length > 0 ? dropped : undefined,
  };
  const done = emit(work, state, { stream: state.id, type: 'record.filled', data, gates: gates ?? [] });
  voidSeals(work, type, done);
}
