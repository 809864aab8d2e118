import { OpenAPIHandler } from '@orpc/openapi/fetch';
import { ORPCError, onError } from '@orpc/server';
import { RPCHandler } from '@orpc/server/fetch';
import { ResponseHeadersPlugin } from '@orpc/server/plugins';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { databaseAway, isAway } from '../adapters/postgres/away.ts';
import type { Refusal } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { no } from './answers/ask.ts';
import { answers } from './answers/index.ts';
import { packageRoute } from './answers/packages.ts';
import { certificateRoute } from './certificate.ts';
import { documentPage, openApiDocument } from './document.ts';
import { fileRoutes } from './files.ts';
import type { HttpParts } from './parts.ts';
import { printRoutes } from './print.ts';
import { streamRoute } from './stream.ts';
import { webRoutes } from './web.ts';

/**
 * Every door of the server: health, sign-in, pages' procedures (`/api/rpc`), programs' REST (`/api/v1`, OpenAPI 3.1),
 * files, prints, the stream of changes, and the web application itself.
 */
export function createApp(http: HttpParts): Hono {
  const app = new Hono();
  app.onError((error, c) => {
    const reference = http.parts.defect(error, `${c.req.method} ${c.req.path}`);
    if (isAway(error)) return c.json({ refused: [databaseAway] }, 503);
    return c.json({ error: 'internal', reference }, 500);
  });
  app.use('*', async (c, next) => {
    await next();
    secure(c.res.headers);
  });
  app.get('/healthz', async (c) => {
    const health = await http.health();
    return c.json(health, health.ok ? 200 : 503);
  });
  app.use('/api/*', async (c, next) =>
    fromElsewhere(c.req.raw, http.baseUrl) ? c.json({ error: 'origin' }, 403) : next(),
  );
  // A token that is refused is told with the address it came from.
  app.use('/api/*', async (c, next) => {
    if (c.req.header('authorization') !== undefined) c.req.raw = withAddress(c);
    await next();
  });
  app.use('/api/auth/*', noLonger(SIGN_IN_BYTES));
  app.all('/api/auth/*', (c) => http.auth.handler(withAddress(c)));
  app.get('/api/v1/openapi.json', async (c) => c.json(await openApiDocument(http, c.req.raw)));
  app.get('/api/docs', async (c) => c.html(documentPage(await openApiDocument(http, c.req.raw))));
  certificateRoute(app, http);
  streamRoute(app, http);
  fileRoutes(app, http);
  printRoutes(app, http);
  packageRoute(app, http);
  procedureRoutes(app, http);
  webRoutes(app, http.webRoot);
  return app;
}

function procedureRoutes(app: Hono, http: HttpParts) {
  const interceptors = [
    onError((error: unknown) => {
      const unreadable = unreadableInput(error);
      if (unreadable) no(unreadable);
      // An expected "no" is an ORPCError already; whatever else arrives here is a defect.
      if (error instanceof ORPCError && error.code !== 'INTERNAL_SERVER_ERROR') return;
      const reference = http.parts.defect(error, 'procedure');
      if (isAway(error)) no([databaseAway]);
      throw new ORPCError('INTERNAL_SERVER_ERROR', {
        message: `unexpected error, reference ${reference}`,
        data: { reference },
      });
    }),
  ];
  const options = { interceptors: interceptors as never[], plugins: [new ResponseHeadersPlugin()] };
  const rpc = new RPCHandler(answers, options as never);
  const rest = new OpenAPIHandler(answers, options as never);
  for (const path of ['/api/rpc/*', '/api/v1/*']) app.use(path, noLonger(INPUT_BYTES));
  app.all('/api/rpc/*', async (c) => {
    const { response } = await rpc.handle(c.req.raw, { prefix: '/api/rpc', context: { http, request: c.req.raw } });
    return response ?? c.json({ error: 'missing' }, 404);
  });
  app.all('/api/v1/*', async (c) => {
    const { response } = await rest.handle(c.req.raw, { context: { http, request: c.req.raw } });
    return response ?? c.json({ error: 'missing' }, 404);
  });
}

/** Input is held in memory whole, also that of strangers; what is larger comes as a file, which is not. */
const INPUT_BYTES = 20_000_000;
const SIGN_IN_BYTES = 100_000;

/**
 * A length that was announced is judged by its number, for HTTP hands on no more bytes than that; only a body without one is counted
 * while it comes, as a stream, which costs more than the rest of the door.
 */
function noLonger(maxSize: number): MiddlewareHandler {
  const refuse = (c: Context) => c.json({ code: 'REFUSED', data: { refused: [tooLong(maxSize)] } }, 413);
  const counted = bodyLimit({ maxSize, onError: refuse });
  return async (c, next) => {
    const length = c.req.header('content-length');
    if (length === undefined || c.req.header('transfer-encoding') !== undefined) return counted(c, next);
    return Number(length) <= maxSize ? next() : refuse(c);
  };
}

const tooLong = (bytes: number): Refusal => ({
  code: 'limit',
  message: text(`內容超過 ${bytes / 1_000_000} MB。`, `The input is longer than ${bytes / 1_000_000} MB.`),
  fix: { text: text('請分批送出，大的內容改以附件上傳。', 'Send it in parts, or upload what is long as a file.') },
});

/** Header that carries the caller's network address to sign-in; whatever a client sends under it is overwritten. */
export const ADDRESS_HEADER = 'x-ancheng-address';

function withAddress(c: Context): Request {
  const { incoming } = (c.env ?? {}) as { incoming?: { socket?: { remoteAddress?: string } } };
  const request = new Request(c.req.raw);
  request.headers.delete(ADDRESS_HEADER);
  if (incoming?.socket?.remoteAddress) request.headers.set(ADDRESS_HEADER, incoming.socket.remoteAddress);
  return request;
}

/** A body that does not parse arrives as the parser's own error. */
const isBrokenBody = (error: unknown) =>
  error instanceof SyntaxError && error.stack?.includes('parseEmptyableJSON') === true;

type Issue = { path?: PropertyKey[]; message: string };

/** What the contract's shapes refuse, as any other refusal: which field, and what is wrong with it. */
function unreadableInput(error: unknown): Refusal[] | undefined {
  if (isBrokenBody(error)) return [{ code: 'invalid', message: text('內容不是 JSON。', 'The body is not JSON.') }];
  if (!(error instanceof ORPCError) || error.code !== 'BAD_REQUEST') return undefined;
  const issues = (error.data as { issues?: Issue[] } | undefined)?.issues ?? [{ message: error.message }];
  return issues.slice(0, 20).map(({ path = [], message }) => {
    const field = path.map(String).join('.');
    return {
      code: 'invalid',
      ...(field ? { field } : {}),
      message: text(
        `${field ? `「${field}」` : '內容'}格式不符：${message}`,
        `${field ? `"${field}"` : 'The input'} does not fit: ${message}`,
      ),
    };
  });
}

/** A browser that sends our cookie from another site's page must not act: the Origin has to be ours. */
function fromElsewhere(request: Request, baseUrl: string): boolean {
  if (['GET', 'HEAD', 'OPTIONS'].includes(request.method)) return false;
  const origin = request.headers.get('origin');
  if (!origin || origin === 'null') return origin === 'null';
  return origin !== new URL(request.url).origin && origin !== new URL(baseUrl).origin && !sameHost(origin, request);
}

const sameHost = (origin: string, request: Request) =>
  URL.canParse(origin) && new URL(origin).host === request.headers.get('host');

function secure(headers: Headers): void {
  headers.set('X-Content-Type-Options', 'nosniff');
  headers.set('Referrer-Policy', 'same-origin');
  headers.set('X-Frame-Options', 'DENY');
  if (!headers.has('Content-Security-Policy')) {
    headers.set(
      'Content-Security-Policy',
      "default-src 'self'; img-src 'self' data: blob:; style-src 'self' 'unsafe-inline'; font-src 'self' data:; script-src 'self'; frame-ancestors 'none'; base-uri 'self'; form-action 'self'",
    );
  }
}
