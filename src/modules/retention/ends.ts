import type { Calendar } from '../../kernel/calendar/calendar.ts';
import { addSpan } from '../../kernel/calendar/span.ts';
import type { Moment, RecordState } from '../../kernel/engine/types.ts';
import type { Definition, RecordType, SpanUnit } from '../../kernel/pack/types.ts';

/**
 * When a record may be destroyed by its type's retention: the moment it counts from (closing, opening, a field of its own) and the
 * span after it. Undefined when the type says nothing, the record has not come so far, or the length cannot be told: never due.
 */
export function retentionEnds(
  state: RecordState,
  type: RecordType,
  definition: Definition,
  calendar: Calendar,
): Moment | undefined {
  if (!type.retention) return undefined;
  const from = momentOf(state, type.retention.from.cel);
  const span = spanOf(type.retention, definition);
  return from && span ? addSpan(calendar, from, span).value : undefined;
}

function momentOf(state: RecordState, source: string): Moment | undefined {
  if (source === 'closed' || source === 'closed_at') return state.closedAt;
  if (source === 'opened_at') return state.openedAt;
  const value = state.values[source];
  if (typeof value !== 'string') return undefined;
  return value.length === 10 ? `${value}T00:00:00.000+08:00` : value;
}

/** `5 years`, or a parameter of the organisation: the strictest of its packs rules, also after the record was opened. */
function spanOf({ keep }: NonNullable<RecordType['retention']>, definition: Definition) {
  if (keep.kind === 'span') return { n: keep.n, unit: keep.unit };
  const name = keep.kind === 'cel' ? /^param\.([a-z0-9_]+)$/.exec(keep.of.cel.trim())?.[1] : undefined;
  const parameter = name === undefined ? undefined : definition.parameters[name];
  const n = Number(parameter?.value);
  return parameter && Number.isFinite(n) ? { n, unit: parameter.unit as SpanUnit } : undefined;
}
