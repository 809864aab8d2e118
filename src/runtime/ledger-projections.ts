import { isDeepStrictEqual } from 'node:util';
import { sql } from 'kysely';
import { evolve } from '../kernel/engine/evolve.ts';
import { emptied } from '../kernel/engine/replay.ts';
import type { RecordState } from '../kernel/engine/types.ts';
import { decodeEntry, type Envelope } from '../kernel/ledger/envelope.ts';
import { decryptPersonal, revealPersonal } from '../kernel/ledger/personal.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { allLedgerRows } from './ledger-rows.ts';
import type { Db } from './module.ts';
import type { PersonalKeyring } from './parts.ts';
import { withOrganisation } from './store/session.ts';

/** A projection that is not what the ledger makes of it, at the position of its last event. */
export type ProjectionFault = { position?: number; message: Text };

/**
 * Folds every record's events again and compares with what the tables of current and past states say: whoever changes what people
 * see without an event is found (L3). Personal values are compared where their keys are at hand; a shredded one is compared as gone.
 */
export async function projectionFaults(
  db: Db,
  organisation: string,
  personal: Pick<PersonalKeyring, 'keys'> | undefined,
): Promise<ProjectionFault[]> {
  const faults: ProjectionFault[] = [];
  const folded = await foldAll(db, organisation, personal, faults);
  const seen = new Set<string>();
  for await (const row of recordRows(db, organisation)) {
    seen.add(row.id);
    const own = folded.get(row.id);
    if (!own) faults.push(fault(undefined, row.id, '不是由任何事項產生', 'comes from no event'));
    else faults.push(...compared(own, row));
  }
  for (const [id, { last }] of folded)
    if (!seen.has(id)) faults.push(fault(last, id, '自清單消失', 'is gone from the tables'));
  return faults;
}

/** `past`: what stood before the last command, if anything did. */
type Folded = { state: RecordState; past?: RecordState; command: string; last: number; hidden: Set<string> };
type Row = { id: string; body: RecordState; past: RecordState | null; number: string; state: string; type: string };

async function foldAll(
  db: Db,
  organisation: string,
  personal: Pick<PersonalKeyring, 'keys'> | undefined,
  faults: ProjectionFault[],
): Promise<Map<string, Folded>> {
  const folded = new Map<string, Folded>();
  for await (const { pos, entry } of allLedgerRows(db, organisation)) {
    const envelope = decodeEntry(entry);
    if (!isRefused(envelope) && envelope.type === 'disposal.destroyed') emptiedIn(folded, String(envelope.data.record));
    if (isRefused(envelope) || !envelope.type.startsWith('record.') || envelope.stream.includes(':')) continue;
    const before = folded.get(envelope.stream);
    const { event, hidden } = revealed(envelope, personal);
    try {
      const state = evolve(before?.state, event as never);
      faults.push(...decidedOnOther(before?.state, state, event, pos));
      const { command } = envelope;
      const past = before?.command === command ? before.past : before?.state;
      const all = new Set([...(before?.hidden ?? []), ...hidden]);
      folded.set(envelope.stream, { state, ...(past ? { past } : {}), command, last: pos, hidden: all });
    } catch {
      // An event without the ones before it: told at L2 as a missing row.
    }
  }
  return folded;
}

/**
 * What a decision says it found is what the events before it make: the state it began in, the content it sealed. Somebody who changed the row
 * for the time of the act and put it back is found where it was used.
 */
function decidedOnOther(
  before: RecordState | undefined,
  after: RecordState,
  { type, data, stream }: { type: string; data: unknown; stream: string },
  pos: number,
): ProjectionFault[] {
  const said = data as { from?: string; seal?: { content?: Record<string, unknown>; mark?: unknown } };
  if (type === 'record.acted' && before && said.from !== undefined && said.from !== before.state)
    return [fault(pos, stream, '此作為所見的狀態不是事項所成', 'was acted on in a state its events do not make')];
  if (type !== 'record.sealed') return [];
  const other = Object.entries(said.seal?.content ?? {}).filter(
    ([field, value]) => !alike(plain(after.values[field]), plain(value), true) && value !== HIDDEN,
  );
  return other.length === 0
    ? []
    : [fault(pos, stream, '簽核所見的內容不是事項所成', 'was sealed with a content its events do not make')];
}

/** What an approved disposal destroyed keeps its number and dates, and none of its content. */
function emptiedIn(folded: Map<string, Folded>, record: string): void {
  const one = folded.get(record);
  if (!one) return;
  const past = one.past ? { past: emptied(one.past) } : {};
  folded.set(record, { ...one, state: emptied(one.state), ...past });
}

function revealed(envelope: Envelope, personal: Pick<PersonalKeyring, 'keys'> | undefined) {
  const hidden: string[] = [];
  const data = revealPersonal(envelope.data, (value) => {
    const keys = personal?.keys(envelope.organisation, value.subject, value.record);
    const opened = keys && decryptPersonal(value, keys);
    if (opened?.outcome === 'readable') return opened.value;
    hidden.push(value.enc);
    return HIDDEN;
  });
  const { stream, type, at, actor, organisation } = envelope;
  return { hidden, event: { stream, type, data, at, organisation, actor: { person: actor.person } } };
}

/** Stands for a personal value that cannot be read here. */
const HIDDEN = '\u0000hidden';

async function* recordRows(db: Db, organisation: string): AsyncGenerator<Row> {
  const CHUNK = 1000;
  for (let after = ''; ; ) {
    const found = await withOrganisation(db, organisation, (tx) =>
      sql<Row>`select c.id, c.body, c.number, c.state, c.type, v.body as past from record c
        left join record_version v on v.organisation = c.organisation and v.id = c.id and v.pos_to = c.pos
        where c.organisation = ${organisation} and c.id > ${after} order by c.id limit ${CHUNK}`.execute(tx),
    );
    yield* found.rows;
    const last = found.rows.at(-1);
    if (!last || found.rows.length < CHUNK) return;
    after = last.id;
  }
}

function compared({ state, past, last, hidden }: Folded, row: Row): ProjectionFault[] {
  const faults: ProjectionFault[] = [];
  const same = (expected: RecordState | undefined, found: RecordState | null) =>
    alike(plain(expected), plain(found ?? undefined), hidden.size > 0);
  if (!same(state, row.body))
    faults.push(fault(last, row.id, '目前內容與事項不符', 'differs from what its events make of it'));
  if (!same(past, row.past))
    faults.push(fault(last, row.id, '最近的歷史與事項不符', 'has a newest past state its events do not make'));
  const { number, state: at, type } = state;
  if (row.number !== number || row.state !== at || row.type !== type)
    faults.push(
      fault(
        last,
        row.id,
        '編號、狀態或種類欄位與事項不符',
        'has a number, state or type column its events do not make',
      ),
    );
  return faults;
}

const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

/** Deeply equal; where a value could not be read, anything goes in its place. */
function alike(expected: unknown, found: unknown, someHidden: boolean): boolean {
  if (!someHidden) return isDeepStrictEqual(expected, found);
  if (expected === HIDDEN) return true;
  if (typeof expected !== 'object' || expected === null || typeof found !== 'object' || found === null)
    return isDeepStrictEqual(expected, found);
  const names = new Set([...Object.keys(expected), ...Object.keys(found)]);
  return [...names].every((name) =>
    alike((expected as Record<string, unknown>)[name], (found as Record<string, unknown>)[name], true),
  );
}

const fault = (position: number | undefined, id: string, zh: string, en: string): ProjectionFault => ({
  ...(position === undefined ? {} : { position }),
  message: text(`紀錄 ${id} ${zh}`, `record ${id} ${en}`),
});
