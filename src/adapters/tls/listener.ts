import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createHttps } from 'node:https';
import { createServer, type Server, type Socket } from 'node:net';
import { getRequestListener } from '@hono/node-server';
import { within } from '../within.ts';
import type { Context } from './read.ts';

/** A request, and what Node made of it. */
type Asked = Parameters<Parameters<typeof getRequestListener>[0]>;

export type Door = {
  host: string;
  port: number;
  /** A second port, for people who type the name only (80). */
  httpPort?: number | undefined;
  fetch(...asked: Asked): Response | Promise<Response>;
  /** The certificate shown; undefined serves plain http. Asked again by `refresh`. */
  secure(): Context | undefined;
  /** Where plain http is sent once there is a certificate, given the host that was asked for. */
  address(host: string): string;
  /** Whether browsers are told to come by https only. */
  strict(): boolean;
  /** Stays reachable by plain http: health, and the root certificate before it is trusted. */
  openPaths: string[];
};

export type Listener = {
  port: number;
  refresh(): void;
  /** Takes no more connections; resolves when what was asked has been answered, or has had its time. */
  close(): Promise<void>;
};

/**
 * Listens on one port for both: a connection that begins with a TLS handshake is https, any other plain http, which is sent
 * to https once there is a certificate. So the address stays when a certificate is set up, and old bookmarks lead on.
 */
export async function listen(door: Door): Promise<Listener> {
  const answers = answering();
  const respond = getRequestListener((request, env) => answers.working(env.outgoing, door.fetch(request, env)));
  const handle = (request: IncomingMessage, response: ServerResponse) => {
    answers.owed(response);
    void respond(request, response);
  };
  let context: Context | undefined;
  const plain = createHttp((request, response) => {
    const path = request.url?.split('?')[0] ?? '/';
    if (context && !door.openPaths.includes(path)) sendToHttps(door, request, response);
    else handle(request, response);
  });
  const secure = createHttps({ minVersion: OLDEST_TLS }, (request, response) => {
    response.setHeader('Strict-Transport-Security', door.strict() ? STRICT : 'max-age=0');
    handle(request, response);
  });
  const refresh = () => {
    context = door.secure();
    if (context) secure.setSecureContext({ ...context, minVersion: OLDEST_TLS });
    plain.closeIdleConnections();
  };
  for (const server of [plain, secure]) server.keepAliveTimeout = KEEP_ALIVE_MS;
  refresh();
  // A server that is handed its connections does not keep count of them.
  const open = new Set<Socket>();
  const take = (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
    distinguish(socket, (isTls) => (isTls && context ? secure : plain).emit('connection', socket));
  };
  const fronts: Server[] = [];
  for (const port of [door.port, door.httpPort])
    if (port !== undefined)
      fronts.push(await bind(createServer({ pauseOnConnect: true }, take), door.host, port, fronts));
  return {
    port: (fronts[0]!.address() as { port: number }).port,
    refresh,
    async close() {
      const closed = fronts.map((front) => new Promise<void>((done) => front.close(() => done())));
      for (const server of [plain, secure]) server.closeIdleConnections();
      await answers.given();
      for (const socket of open) socket.destroy();
      await Promise.all([...closed, answers.worked()]);
    },
  };
}

/** A response of any version of HTTP, as the library hands it on. */
type Outgoing = Asked[1]['outgoing'];

/** Who waits for an answer, so that a stop cuts nobody off whose save has just been written. */
function answering() {
  const owed = new Map<Outgoing, Promise<void>>();
  const working = new Set<Promise<unknown>>();
  return {
    owed(response: Outgoing) {
      const over = new Promise<void>((resolve) => response.once('close', resolve));
      owed.set(response, over);
      void over.then(() => owed.delete(response));
    },
    working(response: Outgoing, work: Response | Promise<Response>): Response | Promise<Response> {
      const settled = Promise.resolve(work).then(
        // A stream of events never ends by itself: nobody waits for its end.
        ({ headers }) => headers.get('content-type')?.startsWith('text/event-stream') && owed.delete(response),
        () => {}, // whoever asked is told
      );
      working.add(settled);
      void settled.then(() => working.delete(settled));
      return work;
    },
    given: () => within(ANSWER_MS, owed.values()),
    worked: () => within(WORK_MS, working),
  };
}

/** A slow download is not waited for beyond this: whoever stops the platform waits too. */
const ANSWER_MS = 10_000;
/** What nobody waits for any more, such as a long list being entered, is still finished before the database closes. */
const WORK_MS = 30_000;

const OLDEST_TLS = 'TLSv1.2';
/** A month: long enough to protect, short enough to get out of. */
const STRICT = 'max-age=2592000';
/** Longer than a proxy keeps an idle connection (nginx: 60 s), so that none sends into one just closed and reports 502. */
const KEEP_ALIVE_MS = 65_000;
const TLS_HANDSHAKE = 0x16;
const FIRST_BYTE_MS = 10_000;

function bind(server: Server, host: string, port: number, opened: Server[]): Promise<Server> {
  return new Promise((resolve, reject) => {
    server.once('error', (error) => {
      for (const other of opened) other.close();
      reject(error);
    });
    server.listen(port, host, () => resolve(server));
  });
}

/** Looks at the first byte and puts it back; who sends none within ten seconds is let go. */
function distinguish(socket: Socket, hand: (isTls: boolean) => void): void {
  const gone = () => socket.destroy();
  socket.on('error', gone);
  socket.setTimeout(FIRST_BYTE_MS, gone);
  socket.once('readable', () => {
    const first = socket.read(1) as Buffer | null;
    if (first === null) return;
    socket.unshift(first);
    socket.setTimeout(0);
    socket.off('timeout', gone);
    socket.off('error', gone);
    hand(first[0] === TLS_HANDSHAKE);
  });
}

/** Temporarily, for a certificate can be taken back; what was already sent in clear (a form) is refused, not repeated. */
function sendToHttps(door: Door, request: IncomingMessage, response: ServerResponse): void {
  const address = door.address((request.headers.host ?? '').replace(/:\d+$/, '').replace(/^\[(.*)\]$/, '$1'));
  const reading = request.method === 'GET' || request.method === 'HEAD';
  const location = `${address}${request.url ?? '/'}`;
  const headers = { 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store', Connection: 'close' };
  response.writeHead(reading ? 307 : 403, { ...headers, ...(reading ? { Location: location } : {}) });
  response.end(`請改用 · please use  ${address}\n`);
}
