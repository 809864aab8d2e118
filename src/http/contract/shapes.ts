import { oc } from '@orpc/contract';
import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import type { Refusal } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';

/** Shapes that several parts of the contract use, and how one operation is declared. */

export const Values: z.ZodType<Record<string, Value>> = z.record(
  z.string(),
  z.lazy(() => AnyValue),
);
/** An empty text empties a field, an empty list a table, files or choices. */
export const AnyValue: z.ZodType<Value> = z.lazy(() =>
  z.union([z.string(), z.number(), z.boolean(), z.array(AnyValue), z.record(z.string(), AnyValue)]),
);
/** A name or an id. What every JavaScript object inherits (`constructor`) names nothing of ours and leads nowhere. */
export const Id = z
  .string()
  .min(1)
  .max(100)
  .refine((id) => !(id in Object.prototype), '沒有這個名稱 · no such name');
export const IsoDate = z.iso.date();
export const AsOf = IsoDate.optional().describe('the state at the end of this day, office time');
export const commandId = z.uuid().describe('idempotency key');
export const Named = z.object({ id: Id, name: z.string() });
export const Label: z.ZodType<Text> = z.object({ zh: z.string(), en: z.string() });
export const Page = z.object({
  after: z.string().optional(),
  limit: z.coerce.number().int().min(1).max(200).optional(),
});
/** WebAuthn AuthenticationResponseJSON. */
const Assertion = z.looseObject({
  id: z.string().max(1500),
  rawId: z.string().max(1500),
  type: z.literal('public-key'),
  clientExtensionResults: z.looseObject({}),
  response: z.looseObject({
    authenticatorData: z.string().max(4000),
    clientDataJSON: z.string().max(4000),
    signature: z.string().max(4000),
    userHandle: z.string().max(400).optional(),
  }),
});
export const Factor = z
  .object({
    password: z.string().max(200).optional(),
    totp: z.string().max(10).optional(),
    passkey: Assertion.optional(),
  })
  .describe('given again for sealing acts; a passkey signs the challenge of `records.signing`');
export const ListQuery = Page.extend({
  type: Id.optional(),
  role: z.enum(['form', 'register', 'child']).optional(),
  state: z.string().optional(),
  open: z.boolean().optional(),
  mine: z.boolean().optional(),
  late: z.boolean().optional(),
  search: z.string().max(200).optional(),
  filters: z
    .array(z.object({ field: Id, op: z.enum(['is', 'from', 'until']), value: z.string().max(500) }))
    .max(20)
    .optional(),
  order: z.object({ by: Id, desc: z.boolean() }).optional(),
  asOf: AsOf,
});
export const view = <T>() => z.custom<T>();
export const done = z.object({ pos: z.number().int().describe('ledger position of the first event written') });
export const created = done.extend({ id: Id });

/** One kind of error for every expected refusal: who, what, which clause, how to mend. */
export const base = oc.errors({
  REFUSED: { status: 422, message: 'refused', data: z.object({ refused: z.array(view<Refusal>()) }) },
  UNAUTHORIZED: { status: 401, message: 'sign in first' },
});
type Path = `/${string}`;
export const read = (tag: string, path: Path, summary: string) =>
  base.route({ method: 'GET', path: `/api/v1${path}`, tags: [tag], summary });
export const write = (tag: string, path: Path, summary: string, method: 'POST' | 'PUT' | 'DELETE' = 'POST') =>
  base.route({ method, path: `/api/v1${path}`, tags: [tag], summary });
