import type { Hono } from 'hono';
import { streamSSE } from 'hono/streaming';
import { callerNow, callerOf } from './caller.ts';
import type { Changed, Progress } from './contract.ts';
import type { HttpParts } from './parts.ts';

const HEARTBEAT_MILLISECONDS = 25_000;

/**
 * Server-sent events: open pages hear that something of their organisation changed, and ask again what they show; whoever started
 * something long hears how far it has come.
 */
export function streamRoute(app: Hono, http: HttpParts): void {
  app.get('/api/v1/stream', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.organisation) return c.json({ error: 'UNAUTHORIZED' }, 401);
    return streamSSE(c, async (stream) => {
      const me = caller.viewer.person ?? '';
      const stop = http.news.listen(caller.organisation, (news) => {
        if (news.working) {
          const { person, ...progress } = news.working;
          if (person === me)
            void stream.writeSSE({ event: 'working', data: JSON.stringify(progress satisfies Progress) });
          return;
        }
        // Which records change is no outsider's business; its pages ask again, and are shown what they may.
        const records = caller.viewer.outside ? [] : news.records;
        const changed: Changed = { records, tasks: news.tasks, notices: news.notices.includes(me) };
        void stream.writeSSE({ event: 'changed', data: JSON.stringify(changed) });
      });
      stream.onAbort(stop);
      while (!stream.aborted) {
        await stream.writeSSE({ event: 'beat', data: '' });
        await stream.sleep(HEARTBEAT_MILLISECONDS);
        if (caller.viewer.outside && !(await callerNow(http, c.req.raw))) break;
      }
      stop();
    });
  });
}
