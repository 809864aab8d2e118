import { sql } from 'kysely';
import { evolve } from '../../kernel/engine/evolve.ts';
import { EMERGENCY } from '../../kernel/engine/otherwise.ts';
import type {
  Confirmed,
  Correction,
  GateSeen,
  Mark,
  Proposal,
  RecordState,
  Value,
  Values,
} from '../../kernel/engine/types.ts';
import type { Envelope } from '../../kernel/ledger/envelope.ts';
import { decryptPersonal, revealPersonal } from '../../kernel/ledger/personal.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { MarkView } from '../mark-views.ts';
import type { Change, HistoryItem } from '../views.ts';
import { closedFields } from './closed-sections.ts';
import { changeViews } from './corrections.ts';
import type { Look } from './look.ts';
import { markView } from './marks.ts';
import { personNamed } from './names.ts';
import { mayReadPast } from './reading.ts';
import { decoded, eventLabel, plainLabel, sealedState } from './trail.ts';

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
    return outcome.outcome === 'readable' ? outcome.value : ERASED;
  }) as Envelope['data'];
}

/** Stands where a personal value was destroyed. */
export const ERASED = '（已依規定銷毀）';

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
      ...(envelope.type === 'record.late' && envelope.data.rung !== 'late' ? { reminder: true as const } : {}),
      ...saidIn(envelope.data as Said),
      ...labelOf(look, envelope),
      changes: changedBy(type, envelope.data as Said) ?? changesBetween(type, before, state?.values ?? {}),
      gates: (envelope.gates ?? []) as unknown as GateSeen[],
      sealed: pos < sealed.size,
    });
  }
  if (!state) return [];
  const since = (await onlyAsItIs(look, state)) ? state.since : '';
  const closed = await closedFields(look, state, type);
  const shown = items.filter(({ at }) => at >= since).reverse();
  return shown.map((item) => ({ ...item, changes: item.changes.filter(({ field }) => !closed.has(field)) }));
}

/** Open to all staff by its present state: the drafts before it are not. */
async function onlyAsItIs(look: Look, state: RecordState): Promise<boolean> {
  const type = look.context.definition.records[state.type];
  return type?.see?.staff !== undefined && !(await mayReadPast(look, state, type));
}

type Said = {
  text?: string;
  words?: string;
  correction?: Pick<Correction, 'reason' | 'changes'> | string;
  proposal?: Pick<Proposal, 'reason' | 'changes'> | string;
  objection?: { words: string } | string;
  confirmed?: { words?: string };
  decided?: { words?: string };
};

/** What somebody said with it: a comment, a reason, an objection. */
function saidIn({ text, words, correction, proposal, objection, confirmed, decided }: Said): { comment?: string } {
  const reason = [correction, proposal].map((one) => (typeof one === 'object' ? one.reason : undefined)).find(Boolean);
  const objected = typeof objection === 'object' ? objection.words : objection;
  const said = text ?? words ?? reason ?? objected ?? confirmed?.words ?? decided?.words;
  return typeof said === 'string' && said !== '' ? { comment: said } : {};
}

/** An erratum and a request for a correction change nothing in the record, and say what they are about. */
function changedBy(type: RecordType, { correction, proposal }: Said): Change[] | undefined {
  const about = [correction, proposal].find((one) => typeof one === 'object');
  return typeof about === 'object' ? changeViews(type, about.changes) : undefined;
}

/** What it was; a mark beside it where one can be told, else in the words. */
function labelOf(look: Look, envelope: Envelope): Pick<HistoryItem, 'label' | 'mark'> {
  const marked = markIn(look, envelope);
  return marked.mark ? { label: plainLabel(look, envelope), ...marked } : { label: eventLabel(look, envelope) };
}

/** The mark of what an event brought about, and who did it, which for paper is not who entered it. */
function markIn(look: Look, envelope: Envelope): { mark?: MarkView } {
  const { data, at, actor } = envelope;
  const inside = data as unknown as { seal?: Carrier; act?: Carrier; votes?: Carrier[]; marked?: Carrier | Carrier[] };
  const carriers = [
    inside.seal,
    inside.act,
    inside.votes?.findLast(({ mark }) => mark),
    ...[inside.marked ?? []].flat(),
  ];
  const found = carriers.find((one) => one?.mark);
  if (!found?.mark) return emergencyIn(look, envelope);
  const { mark, confirmed } = found;
  const by = found.by ?? actor.person ?? '';
  return { mark: markView(look, { by, at: found.at ?? at, mark, ...(confirmed ? { confirmed } : {}) }) };
}

/** An act that began before its papers. */
function emergencyIn(look: Look, { type, data, at, actor, definition }: Envelope): { mark?: MarkView } {
  const { records } = look.context.definitions.get(definition) ?? look.context.definition;
  if (type !== 'record.acted' || !records[String(data.type)]?.actions[String(data.action)]?.emergency) return {};
  return { mark: { kind: 'emergency', label: EMERGENCY, by: personNamed(look, actor.person ?? ''), at } };
}

type Carrier = { by?: string; at?: string; mark?: Mark; confirmed?: Confirmed };

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
