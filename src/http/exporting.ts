import { createHash, randomUUID } from 'node:crypto';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { Exported } from '../modules/trail/index.ts';
import type { Caller } from './caller.ts';
import type { HttpParts } from './parts.ts';

type Filter = { [name: string]: unknown };
type Made = Pick<Exported, 'what' | 'format' | 'type' | 'rows' | 'bytes' | 'sha256'> & { filter: Filter };

/**
 * Writes that something was taken out in bulk; without that entry nothing is handed over. Whoever may read may export, a token
 * that only reads included.
 */
export async function noteExport(
  http: HttpParts,
  caller: Caller,
  { filter, ...made }: Made,
): Promise<Refused | number> {
  const { person } = caller.viewer;
  if (!person)
    return refused({ code: 'by', message: text('匯出須由本機關人員辦理。', 'A person of the organisation exports.') });
  const outcome = await http.dispatch({
    organisation: caller.organisation,
    actor: {
      kind: 'person',
      person,
      factor: 'none',
      ...(caller.session ? { account: caller.session.account.id, via: 'web' } : { via: 'token' }),
    },
    command: {
      do: 'trail.export',
      id: randomUUID(),
      input: { export: randomUUID(), ...made, filter: asTexts(filter) },
    },
  });
  return isRefused(outcome) ? outcome : outcome.pos;
}

/** The same for a table, which is handed over as text. */
export async function noteTable<Table extends { csv: string; rows: number }>(
  http: HttpParts,
  caller: Caller,
  about: Pick<Made, 'what' | 'type' | 'filter'>,
  table: Table,
): Promise<Refused | Table> {
  const noted = await noteBytes(http, caller, { ...about, format: 'csv', rows: table.rows }, Buffer.from(table.csv));
  return isRefused(noted) ? noted : table;
}

/** The same for anything handed over as it is: a paper, a table. */
export function noteBytes(
  http: HttpParts,
  caller: Caller,
  about: Omit<Made, 'bytes' | 'sha256'>,
  bytes: Uint8Array,
): Promise<Refused | number> {
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  return noteExport(http, caller, { ...about, bytes: bytes.length, sha256 });
}

const asTexts = (filter: Filter): Record<string, string> =>
  Object.fromEntries(
    Object.entries(filter).flatMap(([name, value]) => {
      if (value === undefined) return [];
      const words = typeof value === 'string' ? value : JSON.stringify(value);
      return [[name, words.slice(0, 2000)]];
    }),
  );
