import type { RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { changesBetween, clearedBetween } from './assess.ts';
import { applied, compute, draw } from './compute.ts';
import { judgeAll } from './judge-all.ts';
import { marking, unconfirmed } from './marks.ts';
import { tellConfirmers } from './otherwise.ts';
import { missingFields } from './required.ts';
import { voidSeals, votesTouched } from './seals.ts';
import { mayFill } from './standing.ts';
import type { Marked, RecordState, Values } from './types.ts';
import { readValues } from './values.ts';
import { isDuring } from './who.ts';
import { noSuchRecord } from './words.ts';
import { asIf, editionOf, emit, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/**
 * Writes fields: only sections the actor may fill in this state, only what really changed. Tables that depend on a changed field
 * are drawn again, computed fields follow, seals on changed content are void. A required field may be filled late but not emptied.
 * `owner` is who it is filled in for (代填): what they may write counts, and they confirm it before the case goes on.
 * Gates on `save` are asked even when nothing changed: what was allowed by an exception is refused once that has ended.
 */
export function save(work: Work, record: string, given: Values, owner?: string): Refusal[] {
  const found = recordOf(work, record);
  if (!found) return [noSuchRecord(record)];
  if ('thing' in found) return [];
  const type = typeOf(work, found);
  if (!type) return [noSuchRecord(record)];
  const changed = onlyChanged(type, found, given);
  const stranger = owner === undefined ? undefined : notForThem(work, owner);
  if (stranger) return [stranger];
  const forbidden = asIf(work, owner, () =>
    Object.keys(changed).flatMap((name) => notPermitted(work, type, found, name)),
  );
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
  if (names.length > 0) fill(work, type, found, candidate, names, judged.seen, owner);
  return [];
}

/** 代填 is for another person who is here. */
export function notForThem(work: Work, owner: string): Refusal | undefined {
  const { actor, directory, now } = work.input;
  const person = Object.hasOwn(directory.persons, owner) ? directory.persons[owner] : undefined;
  if (actor.kind === 'person' && actor.person !== owner && person && isDuring(person, now)) return undefined;
  return {
    code: 'invalid',
    field: 'owner',
    message: text('代填須指定另一位在職人員', 'Filling in for somebody names another person who is here'),
  };
}

/** One mark per writer and owner: what is written later joins it. */
function markOfFilling(work: Work, state: RecordState, owner: string, fields: string[]): Marked {
  const by = work.input.actor.kind === 'person' ? work.input.actor.person : '';
  const open = unconfirmed(state).find(
    ({ what, mark, by: who }) => what === 'fill' && mark.kind === 'filled' && mark.for === owner && who === by,
  );
  const known = open?.mark.kind === 'filled' ? open.mark : undefined;
  const mark = known ?? marking(work, { kind: 'filled', for: owner, fields: [] });
  const all = [...new Set([...(known?.fields ?? []), ...fields])];
  return { what: 'fill', by, at: work.input.now, mark: { ...mark, kind: 'filled', for: owner, fields: all } };
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
  owner: string | undefined,
): void {
  const values = changesBetween(state.values, candidate.values);
  const cleared = clearedBetween(state.values, candidate.values);
  const dropped = votesTouched(type, state, names);
  const data = {
    type: type.name,
    values,
    cleared: cleared.length > 0 ? cleared : undefined,
    dropped: dropped.length > 0 ? dropped : undefined,
    marked: owner === undefined ? undefined : markOfFilling(work, state, owner, names),
  };
  const done = emit(work, state, { stream: state.id, type: 'record.filled', data, gates: gates ?? [] });
  const standing = voidSeals(work, type, done);
  const told = (state.marked ?? []).some(({ mark }) => mark.id === data.marked?.mark.id);
  if (data.marked && !told) tellConfirmers(work, type, standing, data.marked.mark.id);
}
