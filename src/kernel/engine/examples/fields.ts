import type { RecordState } from '../types.ts';

const SYSTEM = ['state', 'requester', 'unit', 'origin', 'number'] as const;

/** Whether a record's field is written like this. */
export function matchesField(state: RecordState, name: string, written: string): boolean {
  const value = state.values[name] ?? SYSTEM.filter((one) => one === name).map((one) => state[one])[0];
  if (Array.isArray(value)) return value.map(String).includes(written);
  return value !== undefined && String(value) === written;
}
