import { sql } from 'kysely';
import { evolve } from '../../kernel/engine/evolve.ts';
import type { GateSeen, RecordState, Value, Values } from '../../kernel/engine/types.ts';
import type { Json } from '../../kernel/ledger/canonical.ts';
import type { Envelope } from '../../kernel/ledger/envelope.ts';
import { decryptPersonal, revealPersonal } from '../../kernel/ledger/personal.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { Change, HistoryItem } from '../views.ts';
import type { Look } from './look.ts';
import { personNamed } from './names.ts';
import { decoded, eventLabel, sealedState } from './trail.ts';

export type Recorded = { pos: number; envelope: Envelope };

/** Every event of a record's stream (and refused attempts on it), personal values in clear where their keys still exist. */
export async function eventsOf(look: Look, record: string): Promise<Recorded[]> {
  const found = await sql<{ pos: string; entry: Buffer }>`select pos, entry from event
    where organisation = ${look.organisation} and stream = any(${[record, `attempt:${record}`]})
      ${look.asOf ? sql`and pos < ${look.asOf.pos}` : sql``} order by pos`.execute(look.tx);
  return found.rows.map((row) => {
    const envelope = decoded(row.entry);
    return { pos: Number(row.pos), envelope: { ...envelope, data: revealed(look, envelope) } };
  });
}

function revealed(look: Look, envelope: Envelope): Envelope['data'] {
  return revealPersonal(envelope.data, (personal) => {
    const outcome = decryptPersonal(
      personal,
      look.parts.personal.keys(look.organisation, personal.subject, personal.record),
    );
    return outcome.outcome === 'readable' ? outcome.value : SHREDDED;
  }) as Envelope['data'];
}

/** Stands where a personal value was destroyed. */
export const SHREDDED: Json = '（已依規定銷毀）';

/** All that happened to a record, newest first, each step with what it changed. */
export async function historyOf(look: Look, record: string, type: RecordType): Promise<HistoryItem[]> {
  const sealed = await sealedState(look);
  let state: RecordState | undefined;
  const items: HistoryItem[] = [];
  for (const { pos, envelope } of await eventsOf(look, record)) {
    const before = state?.values ?? {};
    if (envelope.stream === record)
      state = evolve(state, { ...asEngineEvent(envelope), at: envelope.at, actor: envelope.actor });
    items.push({
      pos,
      at: envelope.at,
      type: envelope.type,
      ...(envelope.actor.person ? { by: personNamed(look, envelope.actor.person) } : {}),
      ...(envelope.actor.for ? { for: personNamed(look, envelope.actor.for) } : {}),
      label: eventLabel(look, envelope),
      ...(typeof envelope.data.text === 'string' ? { comment: envelope.data.text } : {}),
      changes: changesBetween(type, before, state?.values ?? {}),
      gates: (envelope.gates ?? []) as unknown as GateSeen[],
      sealed: pos < sealed.size,
    });
  }
  return items.reverse();
}

export const asEngineEvent = (envelope: Envelope) => ({
  stream: envelope.stream,
  type: envelope.type as never,
  data: envelope.data as { [key: string]: Value },
  personal: [],
});

/** What differs between two contents of a record, field by field. */
export function changesBetween(type: RecordType, before: Values, after: Values): Change[] {
  const changes: Change[] = [];
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const was = before[name];
    const is = after[name];
    if (JSON.stringify(was) === JSON.stringify(is)) continue;
    const field = type.fields[name];
    if (field?.is) continue;
    changes.push({
      field: name,
      label: field?.label ?? { zh: name, en: name },
      ...(was !== undefined ? { before: was } : {}),
      ...(is !== undefined ? { after: is } : {}),
    });
  }
  return changes;
}
