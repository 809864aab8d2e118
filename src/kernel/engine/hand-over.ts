import { localDate } from '../calendar/date.ts';
import type { Field, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import type { Command, RecordState, Row } from './types.ts';
import { noSuchRecord } from './words.ts';
import { emit, recordOf, typeOf, type Work } from './work.ts';

/** The record type by which one person's office goes to the next, and the state in which it takes effect. */
export const HANDOVER = 'handover';
export const IN_EFFECT = 'in_effect';

/**
 * One record goes from the leaver of a handover to the successor: fields and table columns of type person that name the leaver, whose
 * case it is, and what an opener asked of the leaver. Nothing closed changes, nor what acts and seals say, nor a field declared
 * `stays`: who tested something, or whom an exception permits it, is no duty that could go over. Only the program does it, and only for a
 * handover that both have signed and whose day has come.
 */
export function handOver(work: Work, command: Extract<Command, { do: 'hand_over' }>): Refusal[] {
  const handover = recordOf(work, command.handover);
  const state = recordOf(work, command.record);
  if (handover && 'thing' in handover) return [];
  if (state && 'thing' in state) return [];
  if (!state) return [noSuchRecord(command.record)];
  const type = typeOf(work, state);
  const parties = partiesOf(work, handover);
  if (!type || !parties) return [notSigned];
  if (type.flow[state.state]?.final || state.type === HANDOVER) return [];
  const { from, to } = parties;
  const fields = personFields(type, state, from);
  const requester = state.requester === from && type.role !== 'register';
  const asked = state.assigned?.persons.includes(from) ?? false;
  if (fields.length === 0 && !requester && !asked) return [];
  const data = { type: type.name, from, to, handover: command.handover, fields, ...(requester ? { requester } : {}) };
  emit(work, state, { stream: state.id, type: 'record.handed', data });
  return [];
}

function partiesOf(work: Work, handover: RecordState | undefined): { from: string; to: string } | undefined {
  if (work.input.actor.kind !== 'clock' || handover?.type !== HANDOVER || handover.state !== IN_EFFECT)
    return undefined;
  const { leaver, successor, effective } = handover.values;
  if (typeof leaver !== 'string' || typeof successor !== 'string' || leaver === successor) return undefined;
  if (typeof effective !== 'string' || effective > localDate(work.input.now)) return undefined;
  return { from: leaver, to: successor };
}

/** Written fields that name the person, `table.column` in rows; what is computed follows. */
function personFields(type: RecordType, state: RecordState, person: string): string[] {
  const goes = (field: Field) => field.type.is === 'person' && !field.is && !field.stays;
  return Object.values(type.fields).flatMap((field) => {
    if (field.type.is !== 'table') return goes(field) && state.values[field.name] === person ? [field.name] : [];
    const rows = (state.values[field.name] ?? []) as Row[];
    return Object.values(field.type.columns)
      .filter((column) => goes(column) && rows.some((row) => row[column.name] === person))
      .map((column) => `${field.name}.${column.name}`);
  });
}

const notSigned: Refusal = {
  code: 'state',
  message: text('職務交接尚未由雙方簽署或尚未生效', 'The handover is not signed by both, or its day has not come'),
};
