import type { Refusal, RefusalCode } from '../kernel/refusal.ts';

/** The HTTP status of an expected refusal: the only place that knows. */
const STATUS: Record<RefusalCode, number> = {
  by: 403,
  never: 403,
  state: 409,
  required: 422,
  gate: 422,
  owed: 409,
  factor: 403,
  conflict: 409,
  duplicate: 409,
  invalid: 422,
  missing: 404,
  forbidden: 403,
  limit: 413,
  unready: 503,
};

export const statusOf = (refusals: Refusal[]): number => STATUS[refusals[0]?.code ?? 'invalid'];
