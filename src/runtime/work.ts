import { sql } from 'kysely';
import type { Capacity } from '../kernel/engine/capacity.ts';
import { sequenceKey } from '../kernel/engine/number.ts';
import type { Read } from '../kernel/engine/read.ts';
import type { Actor, Command, Input, Known, Moment } from '../kernel/engine/types.ts';
import type { Json } from '../kernel/ledger/canonical.ts';
import type { LedgerActor } from '../kernel/ledger/envelope.ts';
import { hidePersonal } from '../kernel/ledger/personal.ts';
import type { Refused } from '../kernel/refusal.ts';
import { type Plan, planRows } from './ahead.ts';
import { type Drafted, enter, type Journal, journalRows, loadVersions, requestHash } from './entries.ts';
import { type Asking, answer, needsMore } from './gather.ts';
import { grantsOf } from './grants.ts';
import type { DispatchResult, StoredEvent, Tx } from './module.ts';
import type { News, OrganisationContext, Parts } from './parts.ts';
import { ERASED } from './query/history.ts';
import { evidenceRows } from './store/project-evidence.ts';
import { noticeRows } from './store/project-notices.ts';
import { namesAtHand, recordRows, sequenceRows, type Touched, titlesOf, typeUnder } from './store/project-records.ts';
import { asOne, type Statement, together } from './store/session.ts';

/** A request as it waits for its organisation's writer. */
export type Request = {
  actor: Actor;
  command: Command | { do: string; id: string; input: unknown };
  at?: Moment;
};
export type Answer = Refused | DispatchResult;

/** One group in the making: what is known, what was decided, what is not yet in the tables. */
export type Work = {
  parts: Parts;
  tx: Tx;
  organisation: string;
  context: OrganisationContext;
  journal: Journal;
  known: Known;
  asking: Asking;
  touched: Touched[];
  /** The last number of each sequence used so far and not yet in the tables. */
  numbersUsed: Map<string, Used>;
  /** Records whose tasks, deadline and next wake-up are to be worked out at the group's end. */
  unplanned: Set<string>;
  /** What was worked out for them and is not yet in the tables. */
  plans: Map<string, Plan>;
  /** Wakes those who watch what changed, before the next rows. */
  waking: Statement[];
  /** Rows on their way to the tables; rejects as the first of them that failed. */
  sent: Promise<unknown>;
  news: News;
  commands: { id: string; hash: string; pos: number; count: number; response: unknown }[];
  reload: () => Promise<OrganisationContext>;
};

export type Used = { type: string; prefix: string; next: number };

const MOST_PASSES = 40;

export function inputOf(work: Work, request: Pick<Request, 'actor' | 'at'>): Input {
  return {
    organisation: work.organisation,
    current: work.context.definition,
    definitions: work.context.definitions,
    directory: work.context.directory,
    calendar: work.parts.calendar(),
    actor: request.actor,
    now: work.asking.now,
    known: work.known,
    readByModules: work.parts.modules.flatMap(({ reads }) => reads ?? []),
  };
}

/** Decides until nothing is needed; what earlier commands of the group changed is written before tables are asked. */
export async function settled<T>(work: Work, run: () => T): Promise<Exclude<T, { needs: unknown }>> {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const outcome = run();
    if (!needsMore(outcome)) return outcome as Exclude<T, { needs: unknown }>;
    await flushProjections(work);
    await answer(work.asking, work.known, outcome.needs);
  }
  throw new Error(`deciding still asks after ${MOST_PASSES} passes`);
}

/** Events into the journal: personal keys first, then versions, positions, marks. */
export async function journal(
  work: Work,
  request: Request,
  drafted: Drafted[],
  as: Capacity = { grants: [] },
  read?: Read,
) {
  const events = drafted.map((event) => withoutErased(work, event));
  await loadVersions(
    work.tx,
    work.organisation,
    work.journal,
    events.map((event) => event.stream),
  );
  const subjects = events.flatMap((event) =>
    (event.personal ?? []).map(({ subject }) => ({ subject, record: event.stream })),
  );
  if (subjects.length > 0) await work.parts.personal.ensure(work.organisation, subjects);
  return enter(work.parts, work.journal, events, {
    organisation: work.organisation,
    actor: ledgerActor(request, as),
    command: request.command.id,
    definition: work.context.definition.hash,
    // The moment that was decided with: folding the entries gives the very states that were decided.
    at: work.asking.now,
    ...(read ? { read } : {}),
  });
}

/** Nothing new is written in clear about somebody, or in a record, that was erased: a mark stands in its place. */
function withoutErased({ parts: { personal }, organisation }: Work, event: Drafted): Drafted {
  const gone = (event.personal ?? []).filter(
    ({ subject }) =>
      personal.isShredded(organisation, 'subject', subject) ||
      personal.isShredded(organisation, 'record', event.stream),
  );
  if (gone.length === 0) return event;
  const data = hidePersonal(event.data as { [key: string]: Json }, gone, () => ERASED as never);
  return {
    ...event,
    data: data as Drafted['data'],
    personal: (event.personal ?? []).filter((one) => !gone.includes(one)),
  };
}

/** Of an act on a record: for whom it was decided, and the grants of whoever that is. */
export function capacityOf(work: Work, { actor, command }: Request, actsFor: string | undefined): Capacity {
  if (actor.kind !== 'person') return { grants: [] };
  const signer = 'paper' in command ? command.paper?.signer : undefined;
  const grants = grantsOf(work.context, work.known, command, actsFor ?? signer ?? actor.person, work.asking.now);
  return { ...(actsFor ? { for: actsFor } : {}), grants };
}

function ledgerActor({ actor }: Request, as: Capacity): LedgerActor {
  if (actor.kind === 'clock') return { via: 'clock', grants: [] };
  if (actor.kind === 'setup') return { via: 'setup', grants: [], ...(actor.person ? { person: actor.person } : {}) };
  return {
    person: actor.person,
    ...(actor.account ? { account: actor.account } : {}),
    ...(as.for ? { for: as.for } : {}),
    ...(actor.factor && actor.factor !== 'none' ? { factor: actor.factor } : {}),
    ...(actor.via === 'token' ? { via: 'token' } : {}),
    grants: as.grants,
  };
}

export function finish(
  work: Work,
  request: Request,
  entered: { pos: number; count: number },
  response: unknown,
): DispatchResult {
  work.commands.push({
    id: request.command.id,
    hash: Buffer.from(requestHash(request.command)).toString('base64'),
    pos: entered.pos,
    count: entered.count,
    response,
  });
  return { ...entered, response: response as never, repeated: false };
}

/** A command moved these records: their rows are written with the group, from the states and names of now. */
export function touch(work: Work, moved: Omit<Touched, 'names'>[]): void {
  const typeOf = typeUnder(work.context.definitions);
  for (const one of moved) {
    work.touched.push({ ...one, names: namesAtHand(typeOf(one.after), one.after, work.known.records) });
    work.unplanned.add(one.after.id);
  }
}

/** Everything decided so far into the tables: projections, plans, events with the head, answers to commands, in one go. */
export async function flushTables(work: Work): Promise<void> {
  await sendTables(work);
  await work.sent;
}

/** The same without waiting for it: what is sent next, the commit too, comes behind it. Whoever commits waits for `sent`. */
export async function sendTables(work: Work): Promise<void> {
  const { tx, organisation, journal, touched, plans } = work;
  const fresh = new Set(touched.map(({ after }) => after.id));
  const { statements, events } = await projections(work);
  const planned = [...plans.values()];
  plans.clear();
  const rows = [
    ...work.waking.splice(0),
    ...statements,
    ...planRows(organisation, planned, fresh),
    ...asOne([...journalRows(organisation, journal), ...commandRows(organisation, work.commands.splice(0))]),
  ];
  if (rows.length > 0) {
    work.sent = Promise.all([work.sent, together(tx, rows)]);
    work.sent.catch(() => undefined); // heard by whoever waits for it
  }
  await projectModules(work, events);
}

/** The numbers an act or an entry used up: what comes behind goes on from them, and they reach the tables with the rest. */
export function noteNumbers(work: Work, events: Pick<StoredEvent, 'type' | 'data'>[]): void {
  for (const { type, data } of events) {
    if (type !== 'record.opened' || !data.sequence) continue;
    const used = data.sequence as Used;
    const key = sequenceKey(used.type, used.prefix);
    work.known.sequences.set(key, used.next);
    work.numbersUsed.set(key, used);
  }
}

function commandRows(organisation: string, commands: Work['commands']): Statement[] {
  if (commands.length === 0) return [];
  return [
    sql`insert into command select ${organisation} as organisation, x.id, decode(x.hash, 'base64'), x.pos, x.count, x.response
    from jsonb_to_recordset(${JSON.stringify(commands)}::jsonb) as x(id text, hash text, pos bigint, count int, response jsonb)`,
  ];
}

/** Records and evidence, so that SQL answers as later commands must see it. */
export async function flushProjections(work: Work): Promise<void> {
  const { statements, events } = await projections(work);
  if (statements.length > 0) await together(work.tx, statements);
  await projectModules(work, events);
}

/** Statements for what was decided since the last flush, and its events, whose modules' rows come behind them. */
async function projections(work: Work): Promise<{ statements: Statement[]; events: StoredEvent[] }> {
  const { tx, organisation, context, plans } = work;
  const touched = work.touched.splice(0);
  const typeOf = typeUnder(context.definitions);
  const titles = await titlesOf(tx, organisation, touched, typeOf);
  const events = work.journal.stored.splice(0);
  const notices = noticeRows(organisation, events);
  work.news.notices.push(...notices.told);
  const used = [...work.numbersUsed.values()];
  work.numbersUsed.clear();
  const statements = [
    ...sequenceRows(organisation, used),
    ...recordRows(organisation, touched, typeOf, titles, (id) => plans.get(id)?.wakes),
    ...evidenceRows(organisation, events, (hash) => context.definitions.get(hash)),
    ...notices.statements,
  ];
  return { statements, events };
}

async function projectModules(work: Work, events: StoredEvent[]): Promise<void> {
  for (const event of events) {
    work.news.eventTypes.add(event.type);
    for (const module of work.parts.modules) await module.project?.(work.tx, event);
  }
}
