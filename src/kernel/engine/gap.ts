import type { RecordType } from '../pack/types.ts';
import type { RecordState } from './types.ts';
import { editionOf, type Work } from './work.ts';

type Standing = Pick<RecordState, 'state' | 'values' | 'definition'>;

/** The clauses that lack something while a record stays where it is: those of the row its state's `gap` field names. */
export const gapClauses = (work: Work, type: RecordType, state: Standing): string[] =>
  rowClauses(work, type, state, type.flow[state.state]?.gap);

/** The clauses that getting there is dated evidence for: those of the row its state's `shows` field names. */
export const shownClauses = (work: Work, type: RecordType, state: Standing): string[] =>
  rowClauses(work, type, state, type.flow[state.state]?.shows);

function rowClauses(work: Work, type: RecordType, state: Standing, name: string | undefined): string[] {
  const field = name === undefined ? undefined : type.fields[name];
  if (field?.type.is !== 'choice') return [];
  const rows = editionOf(work.input, state as RecordState).lists[field.type.of]?.rows ?? {};
  return rows[String(state.values[field.name] ?? '')]?.clauses ?? [];
}
