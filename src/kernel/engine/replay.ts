import type { Json } from '../ledger/canonical.ts';
import type { Envelope } from '../ledger/envelope.ts';
import { type Personal, revealPersonal } from '../ledger/personal.ts';
import { evolve } from './evolve.ts';
import type { EventType, RecordState } from './types.ts';

/** An entry with its place in the ledger. */
export type Placed = { pos: number; envelope: Envelope };

/** The states of records as their entries alone give them: after each event of a record, its state and the event's position. */
export function* statesFrom(
  entries: Iterable<Placed>,
  show: (personal: Personal) => Json,
): Generator<{ pos: number; state: RecordState }> {
  const states = new Map<string, RecordState>();
  for (const { pos, envelope } of entries) {
    if (!isOfRecord(envelope.type)) continue;
    const { stream, type, at, actor, organisation } = envelope;
    const data = revealPersonal(envelope.data, show);
    const state = evolve(states.get(stream), { stream, type, data, at, actor, organisation } as never);
    states.set(stream, state);
    yield { pos, state };
  }
}

/** Whether a type of event belongs to the stream of a record, and is folded. */
export const isOfRecord = (type: string): type is EventType => type.startsWith('record.');

/** What remains of a destroyed record: number, type, dates, who acted and sealed; none of its content. */
export function emptied(state: RecordState): RecordState {
  const acts = Object.entries(state.acts).map(([name, act]) => [name, { ...act, asked: {} }]);
  const { marked: _marked, proposals: _proposals, ...rest } = state;
  return {
    ...rest,
    values: {},
    acts: Object.fromEntries(acts),
    pending: {},
    seals: state.seals.map(({ corrected: _corrected, ...seal }) => ({ ...seal, content: {} })),
  };
}
