import { canonicalHash, type Json } from '../ledger/canonical.ts';
import type { Field, RecordType } from '../pack/types.ts';
import { sameValue } from './compute.ts';
import { planOf } from './plan.ts';
import type { RecordState, Row, Seal, Value, Values } from './types.ts';
import { emit, nextId, type Work } from './work.ts';

/** Everything that stands in some sections: exactly what a seal on them covers. */
export function contentOf(type: RecordType, values: Values, sections: string[]): Values {
  const content: Values = {};
  for (const section of sections) {
    for (const name of type.sections[section]?.fields ?? []) {
      const value = values[name];
      if (value !== undefined) content[name] = value;
    }
  }
  return content;
}

/** SHA-256 over the canonical bytes (RFC 8785) of sealed content, hex. */
export const sealHash = (content: Values): string => canonicalHash(content as Json);

/** Seals that count: not void, not superseded by a later one of the same act. */
export const standingSeals = (state: RecordState): Seal[] => state.seals.filter((seal) => !seal.void && !seal.renewed);

type Signer = Pick<Seal, 'by' | 'for' | 'role' | 'mark' | 'confirmed' | 'signature' | 'afterReset' | 'signedAt'> & {
  factor?: string;
};

/** Seals an act by everybody who signed it; older seals of the same act are superseded, the difference stays readable. */
export function seal(work: Work, type: RecordType, state: RecordState, action: string, signers: Signer[]): RecordState {
  const sections = type.actions[action]?.seal ?? [];
  const content = contentOf(type, state.values, sections);
  const { actor, now } = work.input;
  const factor = actor.kind === 'person' ? (actor.factor ?? 'none') : 'none';
  const replaces = state.seals.filter((older) => older.action === action && !older.renewed).map((older) => older.id);
  return signers.reduce((at, signer, i) => {
    const made: Seal = {
      id: nextId(work),
      action,
      sections,
      hash: sealHash(content),
      factor,
      ...signer,
      at: now,
      content,
    };
    return emit(work, at, {
      stream: state.id,
      type: 'record.sealed',
      data: { type: type.name, action, seal: made, for: signer.for, replaces: i === 0 ? replaces : [] },
    });
  }, state);
}

/**
 * Voids the seals whose content is no longer what was signed, except those of `acting`, which are about to be renewed. Whoever
 * must seal again owes it, unless the case will pass that act again anyway because it stands at or before where the act begins.
 */
export function voidSeals(work: Work, type: RecordType, state: RecordState, acting?: string): RecordState {
  let at = state;
  for (const made of standingSeals(state)) {
    if (made.action === acting) continue;
    const fields = changedFields(type, made, state.values);
    if (fields.length === 0) continue;
    at = emit(work, at, {
      stream: state.id,
      type: 'record.voided',
      data: { type: type.name, action: made.action, seal: made.id, fields },
    });
    if (isBehind(type, made.action, state.state)) at = owe(work, type, at, made);
  }
  return at;
}

function owe(work: Work, type: RecordType, state: RecordState, made: Seal): RecordState {
  if (state.owed.some((owed) => owed.action === made.action)) return state;
  const clauses = type.actions[made.action]?.clauses ?? [];
  const owed = { action: made.action, because: 'voided' as const, since: work.input.now, clauses, seal: made.id };
  return emit(work, state, {
    stream: state.id,
    type: 'record.owed',
    data: { type: type.name, action: made.action, owed },
  });
}

/** Voids seals whose signers no longer stand for them; what lies behind is owed. */
export function withdrawSeals(
  work: Work,
  type: RecordType,
  state: RecordState,
  seals: Seal[],
  fields: string[],
  objection: string,
): RecordState {
  return seals.reduce((at, made) => {
    const data = { type: type.name, action: made.action, seal: made.id, fields, objection };
    const voided = emit(work, at, { stream: at.id, type: 'record.voided', data });
    return isBehind(type, made.action, at.state) || type.flow[at.state]?.final ? owe(work, type, voided, made) : voided;
  }, state);
}

/** Whether an act lies behind the state a case is in: it will not be passed again by going on. */
function isBehind(type: RecordType, actionName: string, state: string): boolean {
  const action = type.actions[actionName];
  if (!action || action.to === undefined) return false;
  const { order } = planOf(type);
  const here = order.get(state) ?? 0;
  return action.from.every((from) => (order.get(from) ?? 0) < here);
}

/** Fields people wrote that differ from what was sealed; computed ones follow from others and void nothing by themselves. */
export function changedFields(type: RecordType, made: Seal, values: Values): string[] {
  const now = contentOf(type, values, made.sections);
  const signed = contentToday(made);
  const names = new Set([...Object.keys(signed), ...Object.keys(now)]);
  return [...names].filter((name) => {
    const field = type.fields[name];
    return !field?.is && !sameWritten(field, signed[name], now[name]);
  });
}

/** What a seal stands for today: the content as signed, with the slips corrected since. */
export function contentToday({ content, corrected }: Pick<Seal, 'content' | 'corrected'>): Values {
  if (!corrected) return content;
  const all = { ...content, ...corrected };
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== ''));
}

function sameWritten(field: Field | undefined, a: Value | undefined, b: Value | undefined): boolean {
  if (field?.type.is !== 'table') return sameValue(a, b);
  const computed = Object.values(field.type.columns)
    .filter((column) => column.is)
    .map((column) => column.name);
  return sameValue(withoutColumns(a, computed), withoutColumns(b, computed));
}

function withoutColumns(rows: Value | undefined, columns: string[]): Value | undefined {
  if (!Array.isArray(rows) || columns.length === 0) return rows;
  return (rows as Row[]).map(
    (row) => Object.fromEntries(Object.entries(row).filter(([name]) => !columns.includes(name))) as Value,
  );
}

/** Actions whose unfinished votes covered something that changed. */
export function votesTouched(type: RecordType, state: RecordState, changed: string[]): string[] {
  return Object.keys(state.pending).filter((action) => {
    const covered = (type.actions[action]?.seal ?? []).flatMap((section) => type.sections[section]?.fields ?? []);
    return changed.some((name) => covered.includes(name));
  });
}
