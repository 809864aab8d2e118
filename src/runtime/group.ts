import { type QueryResult, sql } from 'kysely';
import { decide } from '../kernel/engine/decide.ts';
import type { Command, Moment, Need } from '../kernel/engine/types.ts';
import { notBefore } from '../kernel/ledger/envelope.ts';
import { isRefused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { planAhead } from './ahead.ts';
import type { contexts } from './context.ts';
import { decideModule } from './decide-module.ts';
import { decideRecord } from './decide-record.ts';
import { entailed } from './entailed.ts';
import {
  type Head,
  type HeadRow,
  headIn,
  headLock,
  loadVersions,
  newestVersions,
  noteVersions,
  requestHash,
  type VersionRow,
} from './entries.ts';
import { answer, needsMore, noteRecords, type RecordRow, recordStates, unknownWorld } from './gather.ts';
import type { DispatchResult, Tx } from './module.ts';
import type { News, OrganisationContext, Parts } from './parts.ts';
import { onlyOf, together } from './store/session.ts';
import { type Answer, flushTables, inputOf, type Request, sendTables, type Work } from './work.ts';

const ENGINE = new Set<string>([
  ...(['open', 'save', 'act', 'comment', 'link', 'tick'] as const),
  ...(['confirm', 'correct', 'object', 'propose', 'decide', 'hand_over'] as const),
] satisfies Command['do'][]);

/**
 * Decides what has gathered for one organisation in one transaction: head locked first, states and facts loaded set-wise,
 * commands decided one after another (later ones see earlier ones), then events, projections and head together.
 * What is written last is on its way when this returns, so that the commit goes right behind it: it holds once `sent` does.
 * Throws on anything unexpected; the caller rolls back and decides one by one.
 */
export async function runGroup(
  parts: Parts,
  cache: ReturnType<typeof contexts>,
  tx: Tx,
  organisation: string,
  requests: Request[],
): Promise<{ answers: Answer[]; news: News; sent: Promise<unknown> }> {
  const records = recordsNamed(requests);
  // The lock is taken before anything is read: each statement sees what was committed when its turn came.
  const [, heads, commands, versions, states] = await together<[unknown, HeadRow, CommandRow, VersionRow, RecordRow]>(
    tx,
    [
      onlyOf(organisation),
      headLock(organisation),
      commandsSeen(organisation, requests),
      newestVersions(organisation, records),
      recordStates(organisation, records),
    ],
  );
  const head = headIn(heads);
  if (!head) return nowhere(organisation, requests, 0);
  // One moment for the whole group (its requests share `at`), never before the newest entry.
  const now = notBefore(head.lastAt, requests[0]?.at ?? parts.clock());
  const context = await cache.of(tx, organisation, head.nextPos, now);
  if (!context) return nowhere(organisation, requests, head.nextPos);
  const work = beginWork(parts, cache, tx, organisation, head, context, now);
  noteVersions(work.journal, records, versions);
  noteRecords(work.known, records, states);
  const repeated = answersGiven(commands);
  await prefetch(
    work,
    requests.filter((request) => !repeated.has(request.command.id)),
  );
  const answers: Answer[] = [];
  for (const request of requests) {
    const { id } = request.command;
    const answer = repeated.get(id)?.(request) ?? (await decideOne(work, request));
    if (!isRefused(answer) && !repeated.has(id)) repeated.set(id, sameAgain(request, answer));
    answers.push(answer);
  }
  await planAhead(work);
  await sendTables(work);
  work.news.size = work.journal.head.nextPos;
  if (work.journal.head.nextPos > head.nextPos) work.news.mac = work.journal.head.lastMac;
  cache.passed(organisation, head.nextPos, work.news);
  return { answers, news: work.news, sent: work.sent };
}

/** Records that commands of the engine name: their states and versions are asked while the head is locked. */
const recordsNamed = (requests: Request[]): string[] => [
  ...new Set(
    requests.flatMap(({ command }) =>
      ENGINE.has(command.do) && 'record' in command && command.record ? [command.record] : [],
    ),
  ),
];

/** A group in the making over a locked head: nothing known, nothing decided yet. */
export function beginWork(
  parts: Parts,
  cache: ReturnType<typeof contexts>,
  tx: Tx,
  organisation: string,
  head: Head,
  context: OrganisationContext,
  now: Moment,
): Work {
  const work: Work = {
    parts,
    tx,
    organisation,
    context,
    journal: { head, rows: [], versions: new Map(), stored: [] },
    known: unknownWorld(),
    asking: { tx, organisation, definition: context.definition, modules: parts.modules, now, needs: new Map() },
    touched: [],
    numbersUsed: new Map(),
    unplanned: new Set(),
    plans: new Map(),
    waking: [],
    sent: Promise.resolve(),
    news: emptyNews(organisation, head.nextPos),
    commands: [],
    reload: async () => {
      await flushTables(work);
      cache.forget(organisation);
      return (await cache.of(tx, organisation, work.journal.head.nextPos, now)) ?? context;
    },
  };
  return work;
}

const emptyNews = (organisation: string, size: number): News => ({
  organisation,
  size,
  records: [],
  tasks: false,
  notices: [],
  eventTypes: new Set(),
});

const nowhere = (organisation: string, requests: Request[], size: number) => ({
  answers: requests.map(() => noOrganisation),
  news: emptyNews(organisation, size),
  sent: Promise.resolve(),
});

const noOrganisation = refused({ code: 'missing', message: text('沒有這個機關。', 'There is no such organisation.') });

type CommandRow = { id: string; request_hash: Buffer; first_pos: string; count: number; response: never };

const commandsSeen = (organisation: string, requests: Request[]) => sql<CommandRow>`
    select id, request_hash, first_pos, count, response from command
    where organisation = ${organisation} and id = any(${requests.map((request) => request.command.id)})`;

/** Answers to command ids seen before: the same request gets its stored answer, another one is refused. */
const answersGiven = ({ rows }: QueryResult<CommandRow>) =>
  new Map(
    rows.map((row) => [
      row.id,
      (request: Request): Answer =>
        row.request_hash.equals(requestHash(request.command))
          ? { pos: Number(row.first_pos), count: row.count, response: row.response, repeated: true }
          : otherContent,
    ]),
  );

/** The same for a command id that comes twice inside one group. */
const sameAgain =
  (first: Request, answer: DispatchResult) =>
  (again: Request): Answer =>
    Buffer.compare(requestHash(first.command), requestHash(again.command)) === 0
      ? { ...answer, repeated: true }
      : otherContent;

const otherContent = refused({
  code: 'conflict',
  message: text('這個指令編號已用於不同內容。', 'This command id was used for something else.'),
});

/** Rounds of decisions only to learn what they need, so that the whole group's needs are asked together. */
async function prefetch(work: Work, requests: Request[]): Promise<void> {
  const engine = requests.filter((request) => ENGINE.has(request.command.do));
  await loadVersions(work.tx, work.organisation, work.journal, recordsNamed(engine));
  let asking = engine.length > 1 ? engine : [];
  for (let pass = 0; pass < 3 && asking.length > 0; pass++) {
    const needs: Need[] = [];
    asking = asking.filter((request) => {
      const outcome = decide(inputOf(work, request), request.command as Command);
      if (needsMore(outcome)) needs.push(...outcome.needs);
      return needsMore(outcome);
    });
    if (needs.length > 0) await answer(work.asking, work.known, needs);
  }
}

async function decideOne(work: Work, request: Request): Promise<Answer> {
  if (!ENGINE.has(request.command.do)) return decideModule(work, request);
  const id = (request.command as { record?: string }).record ?? '';
  const before = work.known.records.get(id)?.state;
  const answer = await decideRecord(work, request);
  if (!isRefused(answer)) await entailed(work, id, before, prefetch);
  return answer;
}
