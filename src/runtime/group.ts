import { sql } from 'kysely';
import { decide } from '../kernel/engine/decide.ts';
import type {
  Actor,
  Command,
  Decision,
  EngineEvent,
  Input,
  Known,
  Moment,
  RecordState,
} from '../kernel/engine/types.ts';
import { waiting } from '../kernel/engine/waiting.ts';
import { wakes } from '../kernel/engine/wakes.ts';
import type { LedgerActor } from '../kernel/ledger/envelope.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { changesContext, type contexts } from './context.ts';
import { type Drafted, enter, flushJournal, type Journal, loadVersions, lockHead, requestHash } from './entries.ts';
import { type Asking, answer, needsMore, touchedBy, unknownWorld } from './gather.ts';
import { grantsOf } from './grants.ts';
import type { DispatchResult, ModuleCommand, Tx } from './module.ts';
import type { News, OrganisationContext, Parts } from './parts.ts';
import { projectEvidence } from './store/project-evidence.ts';
import { projectNotices } from './store/project-notices.ts';
import { projectRecords, type Touched, typeUnder, writeSequences } from './store/project-records.ts';
import { projectTasks, type TaskOf } from './store/project-tasks.ts';

/** A request as it waits for its organisation's writer. */
export type Request = {
  actor: Actor;
  command: Command | { do: string; id: string; input: unknown };
  at?: Moment;
};
export type Answer = Refused | DispatchResult;

const ENGINE = new Set(['open', 'save', 'act', 'comment', 'link', 'tick']);
const MOST_EVENTS = 500;
const MOST_PASSES = 40;

type Work = {
  parts: Parts;
  tx: Tx;
  organisation: string;
  context: OrganisationContext;
  journal: Journal;
  known: Known;
  asking: Asking;
  touched: Touched[];
  /** How many of `touched` are already in the tables. */
  flushed: number;
  news: News;
  commands: { id: string; hash: string; pos: number; count: number; response: unknown }[];
  reload: () => Promise<OrganisationContext>;
};

/**
 * Decides what has gathered for one organisation in one transaction: head locked first, states and facts loaded set-wise,
 * commands decided one after another (later ones see earlier ones), then events, projections and head together.
 * Throws on anything unexpected; the caller rolls back and decides one by one.
 */
export async function runGroup(
  parts: Parts,
  cache: ReturnType<typeof contexts>,
  tx: Tx,
  organisation: string,
  requests: Request[],
): Promise<{ answers: Answer[]; news: News }> {
  const head = await lockHead(tx, organisation);
  if (!head) return { answers: requests.map(() => noOrganisation), news: emptyNews(organisation, 0) };
  const now = requests[0]?.at ?? parts.clock();
  const context = await cache.of(tx, organisation, head.nextPos, now);
  if (!context) return { answers: requests.map(() => noOrganisation), news: emptyNews(organisation, head.nextPos) };
  const work: Work = {
    parts,
    tx,
    organisation,
    context,
    journal: { head, rows: [], versions: new Map(), stored: [] },
    known: unknownWorld(),
    asking: { tx, organisation, definition: context.definition, modules: parts.modules, now, queries: new Map() },
    touched: [],
    flushed: 0,
    news: emptyNews(organisation, head.nextPos),
    commands: [],
    reload: async () => {
      await flushAll(work);
      cache.forget(organisation);
      return (await cache.of(tx, organisation, work.journal.head.nextPos, now)) ?? context;
    },
  };
  const repeated = await repeatedCommands(tx, organisation, requests);
  await prefetch(
    work,
    requests.filter((request) => !repeated.has(request.command.id)),
  );
  const answers: Answer[] = [];
  for (const request of requests) {
    answers.push(repeated.get(request.command.id)?.(request) ?? (await decideOne(work, request)));
  }
  await flushAll(work);
  work.news.size = work.journal.head.nextPos;
  return { answers, news: work.news };
}

const emptyNews = (organisation: string, size: number): News => ({
  organisation,
  size,
  records: [],
  tasks: false,
  notices: [],
  eventTypes: new Set(),
});

const noOrganisation = refused({ code: 'missing', message: text('沒有這個機關。', 'There is no such organisation.') });

/** Answers to command ids seen before: the same request gets its stored answer, another one is refused. */
async function repeatedCommands(tx: Tx, organisation: string, requests: Request[]) {
  const found = await sql<{ id: string; request_hash: Buffer; first_pos: string; count: number; response: never }>`
    select id, request_hash, first_pos, count, response from command
    where organisation = ${organisation} and id = any(${requests.map((request) => request.command.id)})`.execute(tx);
  return new Map(
    found.rows.map((row) => [
      row.id,
      (request: Request): Answer =>
        row.request_hash.equals(requestHash(request.command))
          ? { pos: Number(row.first_pos), count: row.count, response: row.response, repeated: true }
          : refused({
              code: 'conflict',
              message: text('這個指令編號已用於不同內容。', 'This command id was used for something else.'),
            }),
    ]),
  );
}

/** One round of decisions only to learn what they need, so that the whole group's needs are asked together. */
async function prefetch(work: Work, requests: Request[]): Promise<void> {
  const engine = requests.filter((request) => ENGINE.has(request.command.do));
  for (let pass = 0; pass < 3 && engine.length > 1; pass++) {
    const needs = engine.flatMap((request) => {
      const outcome = decide(inputOf(work, request), request.command as Command);
      return needsMore(outcome) ? outcome.needs : [];
    });
    if (needs.length === 0) return;
    await answer(work.asking, work.known, needs);
  }
}

function inputOf(work: Work, request: Request): Input {
  return {
    organisation: work.organisation,
    current: work.context.definition,
    definitions: work.context.definitions,
    directory: work.context.directory,
    calendar: work.parts.calendar(),
    actor: request.actor,
    now: request.at ?? work.asking.now,
    known: work.known,
  };
}

async function decideOne(work: Work, request: Request): Promise<Answer> {
  // A second use of one command id inside the same group waits for the next.
  if (work.commands.some((command) => command.id === request.command.id)) {
    return refused({
      code: 'conflict',
      message: text('同一指令重複送出，請稍候。', 'The same command was sent twice; wait for its answer.'),
    });
  }
  return ENGINE.has(request.command.do) ? decideRecord(work, request) : decideModule(work, request);
}

async function decideRecord(work: Work, request: Request): Promise<Answer> {
  const command = request.command as Command;
  const input = inputOf(work, request);
  const outcome = await settled(work, () => decide(input, command));
  if (isRefused(outcome)) return recordAttempt(work, request, outcome);
  if (outcome.events.length > MOST_EVENTS) return tooManyEvents;
  if (outcome.events.length === 0) {
    if (command.do === 'tick') await moveWakeUp(work, input, command.record);
    return {
      pos: work.journal.head.nextPos,
      count: 0,
      response: { record: outcome.record, warnings: outcome.warnings as never },
      repeated: false,
    };
  }
  const effects = outcome.effects.flatMap((effect) => effectEvents(work, effect));
  const entered = await journal(
    work,
    request,
    [...outcome.events.map((event) => draft(event, outcome.states)), ...effects],
    decidedFor(outcome),
  );
  if (isRefused(entered)) return entered;
  await remember(work, input, outcome, entered.pos);
  const response = {
    record: outcome.record,
    warnings: outcome.warnings as never,
    waived: outcome.waived,
    waitingFor: outcome.waitingFor,
  };
  return finish(work, request, entered, response);
}

/** A record that was woken and had nothing to do sleeps until its next moment. */
async function moveWakeUp(work: Work, input: Input, record: string): Promise<void> {
  const state = work.known.records.get(record);
  const next = state && (await settled(work, () => wakes(input, state)));
  await sql`update record set wake_at = ${next?.at ?? null} where organisation = ${work.organisation} and id = ${record}`.execute(
    work.tx,
  );
}

/** Decides until nothing is needed; what earlier commands of the group changed is written before tables are asked. */
async function settled<T>(work: Work, run: () => T): Promise<Exclude<T, { needs: unknown }>> {
  for (let pass = 0; pass < MOST_PASSES; pass++) {
    const outcome = run();
    if (!needsMore(outcome)) return outcome as Exclude<T, { needs: unknown }>;
    await flushProjections(work);
    await answer(work.asking, work.known, outcome.needs);
  }
  throw new Error(`deciding still asks after ${MOST_PASSES} passes`);
}

/** The record's type stands in each of its events, so that an event can be read without its stream's first one. */
const draft = (event: EngineEvent, states: Map<string, RecordState>): Drafted => ({
  stream: event.stream,
  type: event.type,
  data: {
    ...event.data,
    type: states.get(event.stream)?.type ?? '',
    ...(event.clauses ? { clauses: event.clauses } : {}),
  },
  personal: event.personal,
  ...(event.gates ? { gates: event.gates } : {}),
});

const decidedFor = (outcome: Decision) =>
  outcome.events.map((event) => event.data.for).find((principal) => typeof principal === 'string') as
    | string
    | undefined;

function effectEvents(work: Work, effect: Decision['effects'][number]): Drafted[] {
  const module = work.parts.modules.find(({ name }) => name === effect.module);
  const make = module?.effects?.[effect.name];
  // What no module does yet is still on record as asked for.
  return make
    ? make(effect.args, effect.record)
    : [
        {
          stream: effect.record,
          type: 'effect.asked',
          data: { module: effect.module, name: effect.name, args: effect.args },
        },
      ];
}

async function journal(work: Work, request: Request, events: Drafted[], actsFor: string | undefined) {
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
    actor: ledgerActor(work, request, actsFor),
    command: request.command.id,
    definition: work.context.definition.hash,
    at: request.at ?? work.parts.clock(),
  });
}

function ledgerActor(work: Work, request: Request, actsFor: string | undefined): LedgerActor {
  const { actor } = request;
  if (actor.kind === 'clock') return { via: 'clock', grants: [] };
  if (actor.kind === 'setup') return { via: 'setup', grants: [], ...(actor.person ? { person: actor.person } : {}) };
  return {
    person: actor.person,
    ...(actor.account ? { account: actor.account } : {}),
    ...(actsFor ? { for: actsFor } : {}),
    ...(actor.factor && actor.factor !== 'none' ? { factor: actor.factor } : {}),
    ...(actor.via === 'token' ? { via: 'token' } : {}),
    grants: grantsOf(work.context, work.known, request.command, actsFor ?? actor.person, request.at ?? work.asking.now),
  };
}

/** After a decision: later commands of the group see the new states, and what those states answered is asked again. */
async function remember(work: Work, input: Input, outcome: Decision, firstPos: number) {
  const positions = new Map<string, number>();
  outcome.events.forEach((event, index) => {
    positions.set(event.stream, firstPos + index);
  });
  const changedTypes = new Set<string>();
  for (const [id, state] of outcome.states) {
    const before = work.known.records.get(id);
    changedTypes.add(state.type);
    work.known.records.set(id, state);
    const touched: Touched = { after: state, pos: positions.get(id) ?? firstPos };
    if (before) touched.before = before;
    work.touched.push(touched);
  }
  forgetAnswers(work, changedTypes);
  await writeSequences(work.tx, work.organisation, usedSequences(outcome));
  for (const touched of work.touched.slice(-outcome.states.size)) {
    await lookAhead(work, { ...input, actor: { kind: 'clock' } }, touched);
  }
  work.news.records.push(...outcome.states.keys());
}

/** Tasks, deadline and next wake-up of a touched record, computed with the same knowledge. */
async function lookAhead(work: Work, input: Input, touched: Touched) {
  const ahead = await settled(work, () => waiting(input, touched.after));
  const wake = await settled(work, () => wakes(input, touched.after));
  (touched as Touched & { tasks: TaskOf[] }).tasks = ahead.map((task) => ({
    ...task,
    record: touched.after.id,
    since: touched.after.since,
  }));
  if (wake.due) touched.dueAt = wake.due;
  if (wake.at) touched.wakeAt = wake.at;
}

const usedSequences = (outcome: Decision) =>
  outcome.events.flatMap((event) => {
    const used = event.data.sequence as { type: string; prefix: string; next: number } | undefined;
    return event.type === 'record.opened' && used ? [used] : [];
  });

function forgetAnswers(work: Work, changedTypes: Set<string>) {
  const { known, context } = work;
  for (const key of [...known.sets.keys()]) {
    const query = work.asking.queries.get(key);
    const touched = query ? touchedBy(context.definition, query) : 'any';
    if (touched === 'any' || [...changedTypes].some((type) => touched.has(type))) known.sets.delete(key);
  }
  known.taken.clear();
  known.sequences.clear();
  if ([...changedTypes].some((type) => work.parts.modules.some((module) => module.reads?.includes(type))))
    known.facts.clear();
}

/** Somebody tried what the rules do not allow them: the attempt itself is on record (xiluo.5.4.1.1). */
async function recordAttempt(work: Work, request: Request, outcome: Refused): Promise<Refused> {
  const command = request.command as Command;
  if (command.do !== 'act' || request.actor.kind !== 'person') return outcome;
  const telling = outcome.refused.filter((refusal) => ['by', 'never', 'gate'].includes(refusal.code));
  if (telling.length === 0) return outcome;
  const state = work.known.records.get(command.record);
  if (!state) return outcome;
  const event: Drafted = {
    stream: `attempt:${command.record}`,
    type: 'attempt.refused',
    data: {
      record: command.record,
      type: state.type,
      action: command.action,
      codes: telling.map((refusal) => refusal.gate ?? refusal.code),
      clauses: [...new Set(telling.flatMap((refusal) => refusal.clauses ?? []))],
    },
  };
  await journal(work, request, [event], undefined);
  return outcome;
}

const tooManyEvents = refused({
  code: 'limit',
  message: text(
    `一次作業最多寫入 ${MOST_EVENTS} 筆紀錄，請分批辦理。`,
    `One act writes at most ${MOST_EVENTS} events; do it in parts.`,
  ),
});

async function decideModule(work: Work, request: Request): Promise<Answer> {
  const { command } = request;
  const handler = work.parts.modules.map((module) => module.commands[command.do]).find((found) => found !== undefined);
  if (!handler)
    return refused({
      code: 'missing',
      message: text(`沒有「${command.do}」這項作業。`, `There is no command "${command.do}".`),
    });
  const parsed = handler.input.safeParse((command as { input: unknown }).input);
  if (!parsed.success) return refused(...parsed.error.issues.map(invalidInput));
  await flushAll(work);
  const outcome = await runModule(work, request, handler, parsed.data);
  if (isRefused(outcome)) return outcome;
  if (outcome.events.length > MOST_EVENTS) return tooManyEvents;
  const entered = await journal(work, request, outcome.events, undefined);
  if (isRefused(entered)) return entered;
  await flushAll(work);
  work.known.facts.clear();
  work.known.sets.clear();
  if (outcome.events.some((event) => changesContext(event.type))) {
    work.context = await work.reload();
    work.asking.definition = work.context.definition;
  }
  return finish(work, request, entered, outcome.response);
}

// biome-ignore lint/suspicious/noExplicitAny: inputs differ per command
async function runModule(work: Work, request: Request, handler: ModuleCommand<any, any>, input: unknown) {
  const context = {
    organisation: work.organisation,
    actor: request.actor,
    now: request.at ?? work.parts.clock(),
    commandId: request.command.id,
    directory: work.context.directory,
    definition: work.context.definition,
  };
  return handler.decide(await handler.load(work.tx, input, context), input, context);
}

const invalidInput = (issue: { path: PropertyKey[]; message: string }) => ({
  code: 'invalid' as const,
  field: issue.path.join('.'),
  message: text(
    `「${issue.path.join('.') || '內容'}」無法讀取：${issue.message}`,
    `"${issue.path.join('.') || 'input'}" cannot be read: ${issue.message}`,
  ),
});

function finish(
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

/** Everything decided so far into the tables, so that SQL answers as later commands must see it. */
async function flushAll(work: Work): Promise<void> {
  await flushProjections(work);
  await flushJournal(work.tx, work.organisation, work.journal);
  if (work.commands.length === 0) return;
  await sql`insert into command select ${work.organisation} as organisation, x.id, decode(x.hash, 'base64'), x.pos, x.count, x.response
    from jsonb_to_recordset(${JSON.stringify(work.commands)}::jsonb) as x(id text, hash text, pos bigint, count int, response jsonb)`.execute(
    work.tx,
  );
  work.commands = [];
}

async function flushProjections(work: Work): Promise<void> {
  const {
    tx,
    organisation,
    context,
    journal: { stored },
  } = work;
  const touched = work.touched.splice(0);
  const events = stored.splice(0);
  if (touched.length > 0) {
    const titles = (id: string) => titleIn(work, id);
    await projectRecords(tx, organisation, touched, typeUnder(context.definitions), titles);
    work.news.tasks =
      (await projectTasks(tx, organisation, touched as (Touched & { tasks: TaskOf[] })[])) || work.news.tasks;
  }
  if (events.length === 0) return;
  await projectEvidence(tx, organisation, events, (hash) => context.definitions.get(hash));
  work.news.notices.push(...(await projectNotices(tx, organisation, events)));
  for (const event of events) {
    work.news.eventTypes.add(event.type);
    for (const module of work.parts.modules) await module.project?.(tx, event);
  }
}

function titleIn(work: Work, id: string): string | undefined {
  const state: RecordState | undefined = work.known.records.get(id);
  if (!state) return undefined;
  const name = state.values.name ?? state.values.title;
  return typeof name === 'string' ? name : state.number;
}
