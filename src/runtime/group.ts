import { sql } from 'kysely';
import { decide } from '../kernel/engine/decide.ts';
import type { Command, Moment } from '../kernel/engine/types.ts';
import { notBefore } from '../kernel/ledger/envelope.ts';
import { isRefused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { planAhead } from './ahead.ts';
import type { contexts } from './context.ts';
import { decideModule } from './decide-module.ts';
import { decideRecord } from './decide-record.ts';
import { entailed } from './entailed.ts';
import { type Head, loadVersions, lockHead, requestHash } from './entries.ts';
import { answer, needsMore, unknownWorld } from './gather.ts';
import type { DispatchResult, Tx } from './module.ts';
import type { News, OrganisationContext, Parts } from './parts.ts';
import { type Answer, flushTables, inputOf, type Request, type Work } from './work.ts';

const ENGINE = new Set<string>([
  ...(['open', 'save', 'act', 'comment', 'link', 'tick'] as const),
  ...(['confirm', 'correct', 'object', 'propose', 'decide', 'hand_over'] as const),
] satisfies Command['do'][]);

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
  // One moment for the whole group (its requests share `at`), never before the newest entry.
  const now = notBefore(head.lastAt, requests[0]?.at ?? parts.clock());
  const context = await cache.of(tx, organisation, head.nextPos, now);
  if (!context) return { answers: requests.map(() => noOrganisation), news: emptyNews(organisation, head.nextPos) };
  const work = beginWork(parts, cache, tx, organisation, head, context, now);
  const repeated = await repeatedCommands(tx, organisation, requests);
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
  await flushTables(work);
  work.news.size = work.journal.head.nextPos;
  if (work.journal.head.nextPos > head.nextPos) work.news.mac = work.journal.head.lastMac;
  return { answers, news: work.news };
}

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
    asking: { tx, organisation, definition: context.definition, modules: parts.modules, now, queries: new Map() },
    touched: [],
    unplanned: new Set(),
    afterRecords: [],
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
          : otherContent,
    ]),
  );
}

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

/** One round of decisions only to learn what they need, so that the whole group's needs are asked together. */
async function prefetch(work: Work, requests: Request[]): Promise<void> {
  const engine = requests.filter((request) => ENGINE.has(request.command.do));
  const streams = engine.flatMap(({ command }) => ('record' in command && command.record ? [command.record] : []));
  await loadVersions(work.tx, work.organisation, work.journal, streams);
  for (let pass = 0; pass < 3 && engine.length > 1; pass++) {
    const needs = engine.flatMap((request) => {
      const outcome = decide(inputOf(work, request), request.command as Command);
      return needsMore(outcome) ? outcome.needs : [];
    });
    if (needs.length === 0) return;
    await answer(work.asking, work.known, needs);
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
