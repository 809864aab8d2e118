import { setTimeout as wait } from 'node:timers/promises';
import type { Hono } from 'hono';
import { type SSEStreamingApi, streamSSE } from 'hono/streaming';
import { isRefused } from '../kernel/refusal.ts';
import { look } from '../runtime/query/look.ts';
import { refsOf } from '../runtime/query/names.ts';
import { type Caller, callerNow, callerOf } from './caller.ts';
import type { Changed, Progress } from './contract.ts';
import type { HttpParts, NewsRoom } from './parts.ts';

const HEARTBEAT_MILLISECONDS = 25_000;
/** What happens within this time is told at once: one question about rights for all of it, the more listeners the more rarely. */
const GATHER_MILLISECONDS = 200;
const GATHER_EACH_MILLISECONDS = 2;

/**
 * Server-sent events: open pages hear that something of their organisation changed, and ask again what they show; named are the
 * records the listener may read at that moment. Whoever started something long hears how far it has come. Whoever may no longer listen
 * hears nothing more.
 */
export function streamRoute(app: Hono, http: HttpParts): void {
  app.get('/api/v1/stream', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.organisation) return c.json({ error: 'UNAUTHORIZED' }, 401);
    return streamSSE(c, async (stream) => {
      const inbox = gathering(http.news, caller.organisation, caller.viewer.person);
      stream.onAbort(inbox.stop);
      await stream.writeSSE({ event: 'beat', data: '' });
      while (!stream.aborted) {
        const news = await inbox.next(HEARTBEAT_MILLISECONDS);
        if (stream.aborted) break; // gone, perhaps because the platform stops and its database with it
        const now = await callerNow(http, c.req.raw);
        if (stream.aborted || now?.organisation !== caller.organisation || now.viewer.person !== caller.viewer.person)
          break;
        if (news) await tell(stream, http, now, news);
        else await stream.writeSSE({ event: 'beat', data: '' });
      }
      inbox.stop();
    });
  });
}

async function tell(stream: SSEStreamingApi, http: HttpParts, now: Caller, news: News): Promise<void> {
  for (const progress of news.working.values())
    await stream.writeSSE({ event: 'working', data: JSON.stringify(progress) });
  if (!news.changed) return;
  const { organisation, viewer } = now;
  const ids = [...news.records];
  const refs = ids.length > 0 && (await look(http.parts, http.cache, organisation, viewer, (one) => refsOf(one, ids)));
  const changed: Changed = {
    records: !refs || isRefused(refs) ? [] : ids.filter((id) => refs.has(id)),
    tasks: news.tasks,
    notices: news.notices.has(viewer.person ?? ''),
  };
  await stream.writeSSE({ event: 'changed', data: JSON.stringify(changed) });
}

/** What was heard meanwhile; of what is under way the last word by record. */
type News = {
  changed: boolean;
  records: Set<string>;
  tasks: boolean;
  notices: Set<string>;
  working: Map<string, Progress>;
};

const silence = (): News => ({
  changed: false,
  records: new Set(),
  tasks: false,
  notices: new Set(),
  working: new Map(),
});

/** Keeps what is heard, and of what is under way the listener's own, until it is asked for. */
function gathering(room: NewsRoom, organisation: string, me: string | undefined) {
  let kept: News | undefined;
  let arrived = () => {};
  const over = new AbortController();
  const stopListening = room.listen(organisation, ({ records, tasks, notices, working }) => {
    if (working && working.person !== me) return;
    kept ??= silence();
    if (working) kept.working.set(working.record, { record: working.record, done: working.done, all: working.all });
    else kept.changed = true;
    for (const id of records) kept.records.add(id);
    for (const person of notices) kept.notices.add(person);
    kept.tasks ||= tasks;
    arrived();
  });
  return {
    stop() {
      stopListening();
      over.abort();
      arrived();
    },
    /** What was heard since, or undefined after so many quiet milliseconds. */
    async next(milliseconds: number): Promise<News | undefined> {
      if (!kept && !over.signal.aborted) {
        const quiet = new AbortController();
        const signal = AbortSignal.any([quiet.signal, over.signal]);
        const heard = new Promise<void>((resolve) => {
          arrived = resolve;
        });
        await Promise.race([heard, wait(milliseconds, undefined, { signal }).catch(() => {})]);
        quiet.abort();
      }
      if (kept) await wait(GATHER_MILLISECONDS + GATHER_EACH_MILLISECONDS * room.listening(organisation));
      const news = kept;
      kept = undefined;
      return news;
    },
  };
}
