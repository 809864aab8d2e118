import { brokenText, refused } from '../kernel/refusal.ts';
import { isWritable, text } from '../kernel/text.ts';
import type { contexts } from './context.ts';
import { Undone } from './entailed.ts';
import { runGroup } from './group.ts';
import type { Dispatch } from './module.ts';
import type { Parts } from './parts.ts';
import type { Answer, Request } from './work.ts';

const LARGEST_GROUP = 256;
/** Requests waiting beyond this are refused at once rather than piling up. */
const LONGEST_QUEUE = 10_000;

type Waiting = { request: Request; resolve: (answer: Answer) => void; reject: (error: unknown) => void };

/**
 * The one door for writes. Commands queue per organisation; one writer per organisation takes what has gathered
 * (group commit), so 32 people saving at once share one transaction and one flush.
 * Resolves with the result or a typed refusal; rejects only with a defect.
 */
export function dispatcher(
  parts: Parts,
  cache: ReturnType<typeof contexts>,
): { dispatch: Dispatch; idle(): Promise<void> } {
  const queues = new Map<string, Waiting[]>();
  const writing = new Map<string, Promise<void>>();

  async function write(organisation: string): Promise<void> {
    const queue = queues.get(organisation) ?? [];
    while (queue.length > 0) {
      const group = takeGroup(queue);
      await runTogether(parts, cache, organisation, group);
    }
    writing.delete(organisation);
  }

  return {
    dispatch: ({ organisation, actor, command, at }) =>
      new Promise((resolve, reject) => {
        if (!isWritable(command)) {
          resolve(refused(brokenText));
          return;
        }
        const queue = queues.get(organisation) ?? [];
        queues.set(organisation, queue);
        if (queue.length >= LONGEST_QUEUE) {
          resolve(
            refused({
              code: 'unready',
              message: text('系統忙碌，請稍後再送。', 'Too busy; send it again in a moment.'),
            }),
          );
          return;
        }
        queue.push({ request: { actor, command, ...(at ? { at } : {}) }, resolve, reject });
        if (!writing.has(organisation)) {
          // One turn of the event loop lets whatever arrived together be written together.
          writing.set(
            organisation,
            new Promise<void>((next) => setImmediate(next)).then(() => write(organisation)),
          );
        }
      }),
    async idle() {
      while (writing.size > 0) await Promise.all(writing.values());
    },
  };
}

/** What has gathered, but no more than one command per record with the same simulated moment rules: order is kept. */
function takeGroup(queue: Waiting[]): Waiting[] {
  const first = queue[0]!;
  const group: Waiting[] = [];
  while (queue.length > 0 && group.length < LARGEST_GROUP && queue[0]!.request.at === first.request.at)
    group.push(queue.shift()!);
  return group;
}

async function runTogether(
  parts: Parts,
  cache: ReturnType<typeof contexts>,
  organisation: string,
  group: Waiting[],
): Promise<void> {
  try {
    const requests = group.map(({ request }) => request);
    const { answers, news, sent } = await parts.db
      .transaction()
      .execute((tx) => runGroup(parts, cache, tx, organisation, requests));
    // A commit behind a statement that failed rolls back and does not complain.
    await sent;
    group.forEach(({ resolve }, index) => {
      resolve(answers[index]!);
    });
    if (news.eventTypes.size > 0) parts.committed(news);
  } catch (error) {
    cache.forget(organisation);
    // One bad command must not take its neighbours with it: decide them one by one.
    if (group.length > 1) for (const one of group) await runTogether(parts, cache, organisation, [one]);
    else if (error instanceof Undone) group[0]!.resolve(error.outcome);
    else settleFailure(error, group[0]!);
  }
}

function settleFailure(error: unknown, { resolve, reject }: Waiting) {
  // The database refused a second holder of a unique key that appeared between asking and writing.
  if (isUniqueViolation(error)) resolve(duplicate);
  else reject(error);
}

const isUniqueViolation = (error: unknown) =>
  typeof error === 'object' &&
  error !== null &&
  'code' in error &&
  error.code === '23505' &&
  'table' in error &&
  error.table === 'record_unique';

const duplicate = refused({
  code: 'duplicate',
  message: text('相同內容已由他人先行登錄。', 'Somebody registered the same just before.'),
});
