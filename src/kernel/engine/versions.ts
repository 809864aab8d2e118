import type { RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { open } from './open.ts';
import { askingOf, mayFill, standing } from './standing.ts';
import type { RecordState } from './types.ts';
import { emit, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/** The act every versioned record has while in force, unless its pack declares one of that name. */
export const REVISE = 'revise';

/** Whether `revise` means the built-in act for this record. */
export const isRevision = (type: RecordType, state: RecordState, action: string): boolean =>
  action === REVISE && type.versioned === state.state && !type.actions[REVISE];

/**
 * Drafts version n+1 of a record in force: a new record with the same contents, its origin the present one. Version n rules until
 * n+1 gets into force; whoever refers to n keeps n (dahe.1.16.1.b).
 */
export function revise(work: Work, type: RecordType, state: RecordState): Refusal[] {
  const scope = scopeOf(work, state);
  const opening = type.actions.open;
  if (opening) {
    const stands = standing(work, askingOf(opening), scope);
    if (stands.may === false) return [stands.refusal];
  } else if (
    !Object.keys(type.sections).some((section) => mayFill(work, state, section, scope) !== false) &&
    type.role !== 'form'
  ) {
    return [
      {
        code: 'by',
        message: text(`您不能修訂${type.label.zh}`, `You cannot revise ${type.label.en}`),
        clauses: type.clauses,
      },
    ];
  }
  const { actor } = work.input;
  const requester = actor.kind === 'clock' ? state.requester : (actor.person ?? state.requester);
  return open(work, {
    type: type.name,
    values: copied(type, state),
    by: 'act',
    requester,
    unit: state.unit,
    origin: state.id,
    edition: (state.edition ?? 1) + 1,
  });
}

/** Contents without what acts wrote, what was computed, and tables drawn anew. */
function copied(type: RecordType, state: RecordState): RecordState['values'] {
  const entries = Object.entries(state.values).filter(([name]) => {
    const field = type.fields[name];
    return (
      field && !field.is && !field.from && type.sections[field.section]?.filled !== 'none' && field.section !== '_base'
    );
  });
  return Object.fromEntries(entries);
}

/** When a version gets into force, the one it revises ends: it goes to a final state of the flow. */
export function superseded(work: Work, record: string, type: RecordType): Refusal[] {
  const state = recordOf(work, record) as RecordState;
  if (
    type.versioned === undefined ||
    state.state !== type.versioned ||
    state.edition === undefined ||
    state.origin === undefined
  )
    return [];
  const older = recordOf(work, state.origin);
  if (!older || 'thing' in older || older.type !== type.name || older.state !== type.versioned) return [];
  const to = endOf(typeOf(work, older) ?? type);
  if (to === undefined) return [];
  emit(work, older, {
    stream: older.id,
    type: 'record.acted',
    data: {
      type: type.name,
      action: 'superseded',
      from: older.state,
      to,
      final: true,
      values: {},
      asked: {},
      because: state.id,
    },
  });
  return [];
}

const ENDS = ['superseded', 'replaced', 'obsolete', 'withdrawn', 'ended'];

function endOf(type: RecordType): string | undefined {
  const finals = Object.values(type.flow).filter((state) => state.final);
  return (finals.find((state) => ENDS.includes(state.name)) ?? finals.at(-1))?.name;
}
