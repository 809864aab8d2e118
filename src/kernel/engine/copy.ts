import type { Field, RecordType } from '../pack/types.ts';
import type { Text } from '../text.ts';
import { isEmpty } from './compute.ts';
import { planOf } from './plan.ts';
import type { RecordState, Row, Value, Values } from './types.ts';

/**
 * What a new case may take from an earlier one: what its requester writes at the start, without evidence (files), dates and periods,
 * results (what later states and acts wrote), anything drawn or computed, and of course without seals. `left` names what was filled
 * and is not taken over.
 */
export function copyable(type: RecordType, earlier: Pick<RecordState, 'values'>): { values: Values; left: Text[] } {
  const values: Values = {};
  const left: Text[] = [];
  for (const [name, value] of Object.entries(earlier.values)) {
    const field = type.fields[name];
    if (!field || field.section === '_base' || isEmpty(value)) continue;
    const kept = isTaken(type, field) ? takenOf(field, value) : undefined;
    if (kept === undefined) left.push(field.label);
    else values[name] = kept;
  }
  return { values, left };
}

/** Evidence and dates belong to the case they were made for. */
const PASSING = new Set(['files', 'date', 'moment', 'period']);

function isTaken(type: RecordType, field: Field): boolean {
  const filled = type.sections[field.section]?.filled;
  const atStart = filled !== undefined && filled !== 'none' && filled.in.includes(planOf(type).initial);
  return atStart && !field.is && !field.from && !PASSING.has(field.type.is);
}

/** Of a table, its rows without such columns. */
function takenOf(field: Field, value: Value): Value | undefined {
  if (field.type.is !== 'table') return value;
  const { columns } = field.type;
  const rows = (value as Row[]).map(({ id, ...cells }) => {
    const kept = Object.entries(cells).filter(
      ([name]) => columns[name] && !columns[name].is && !PASSING.has(columns[name].type.is),
    );
    return { id, ...Object.fromEntries(kept) };
  });
  return rows as Value;
}
