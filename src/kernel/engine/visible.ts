import type { RecordType, Who } from '../pack/types.ts';
import type { Input, Need, RecordState } from './types.ts';
import { waitingFor } from './waiting.ts';
import { holdersNear, personsOf, principalsOf, unitOf, upwards } from './who.ts';
import { begin, scopeOf, typeOf, type Work } from './work.ts';

/** Roles whose work it is to read what goes on in their unit and below (DESIGN.md section 8). */
const READERS = ['security_officer', 'ciso', 'auditor'];

/**
 * Whether somebody may read a record. A type's own `see` decides alone; otherwise participants (who asked, acted, signed, is named
 * in a person field, or is waited for), the heads of any participant, security officer, CISO and auditor; registers: all staff.
 * A deputy reads what the principal reads.
 */
export function visible(input: Input, record: RecordState, viewer: string): boolean | { needs: Need[] } {
  const work = begin(input, 'visible');
  const type = typeOf(work, record);
  if (!type) return false;
  const readers = [viewer, ...principalsOf(input.directory, viewer, input.now)];
  const seen = type.see ? mayBySee(work, type.see.by, record, readers) : mayByDefault(work, type, record, readers);
  if (seen) return true;
  return work.needs.size > 0 ? { needs: [...work.needs.values()] } : false;
}

function mayBySee(work: Work, by: Who[], record: RecordState, readers: string[]): boolean {
  const scope = scopeOf(work, record);
  return by.some((who) =>
    readers.some((reader) => (who.kind === 'anyone' ? true : personsOf(work, who, scope).persons.includes(reader))),
  );
}

function mayByDefault(work: Work, type: RecordType, record: RecordState, readers: string[]): boolean {
  const { directory } = work.input;
  if (type.role === 'register') return readers.some((reader) => directory.persons[reader] !== undefined);
  const people = participants(work, type, record);
  if (readers.some((reader) => people.has(reader))) return true;
  if (
    readers.some((reader) =>
      READERS.some((role) => holdersNear(directory, role, unitOf(work, record), work.input.now).includes(reader)),
    )
  )
    return true;
  return [...people].some((person) => readers.some((reader) => heads(work, reader, person)));
}

/** Everybody a record involves by name. */
export function participants(work: Work, type: RecordType, record: RecordState): Set<string> {
  const people = new Set<string>();
  const add = (...persons: (string | undefined)[]) => {
    for (const person of persons) if (person !== undefined) people.add(person);
  };
  add(record.requester, ...(record.assigned?.persons ?? []));
  for (const act of Object.values(record.acts)) add(act.by, act.for, ...(act.voters ?? []));
  for (const seal of record.seals) add(seal.by, seal.for);
  for (const votes of Object.values(record.pending)) for (const vote of votes) add(vote.by, vote.for);
  for (const task of waitingFor(work, record)) add(...task.persons);
  for (const field of Object.values(type.fields)) {
    const value = record.values[field.name];
    if (field.type.is === 'person' && typeof value === 'string') add(value);
  }
  return people;
}

/** Whether somebody heads a person's unit or one above it. */
function heads(work: Work, reader: string, person: string): boolean {
  const { directory, now } = work.input;
  const unit = directory.persons[person]?.unit;
  if (unit === undefined) return false;
  return upwards(directory, unit).some((at) =>
    holdersNear({ ...directory, units: {} }, 'unit_head', at, now).includes(reader),
  );
}
