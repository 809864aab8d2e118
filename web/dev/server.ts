import { createHash } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { RPCHandler } from '@orpc/server/node';
import type { Plugin } from 'vite';
import type { contract as Contract } from '../../src/http/contract.ts';
import { answers } from './answers.ts';
import { clauseAnswers } from './clauses.ts';
import { officeAnswers } from './offices.ts';
import { proofAnswers } from './proofs.ts';

/** Answers `/api` during `vite` without an installation: typed by the contract, kept in memory, one made-up office. */
export function mockServer(contract: typeof Contract): Plugin {
  return {
    name: 'ancheng-made-up-office',
    apply: 'serve',
    configureServer(server) {
      const handler = new RPCHandler({
        ...answers(contract),
        ...clauseAnswers(contract),
        ...officeAnswers(contract),
        ...proofAnswers(contract),
      });
      server.middlewares.use('/api/auth', (request, response) => void account(request, response));
      server.middlewares.use('/api/v1/stream', (_request, response) => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.write(': open\n\n');
      });
      server.middlewares.use('/api/v1/files', (request, response) => void receive(request, response));
      server.middlewares.use('/api/rpc', (request, response, next) => {
        request.url = `/api/rpc${request.url ?? ''}`;
        const persona = cookie(request, 'persona');
        handler
          .handle(request as Parameters<typeof handler.handle>[0], response, {
            prefix: '/api/rpc',
            context: { persona },
          })
          .then(({ matched }) => matched || next(), next);
      });
    },
  };
}

async function account(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const route = request.url ?? '';
  const body = JSON.parse((await read(request)).toString() || '{}') as {
    email?: string;
    password?: string;
    code?: string;
  };
  const send = (status: number, json: unknown, persona?: string) => {
    if (persona !== undefined) response.setHeader('set-cookie', `persona=${persona}; Path=/; SameSite=Strict`);
    response.writeHead(status, { 'content-type': 'application/json' });
    response.end(JSON.stringify(json));
  };
  if (route.startsWith('/sign-in/email')) {
    if (body.password === 'locked')
      return send(401, {
        code: 'LOCKED',
        refused: [
          {
            code: 'by',
            message: {
              zh: '連續失敗次數過多，20:49 以前不能登入',
              en: 'Too many failures in a row; no sign-in before 20:49',
            },
            fix: { text: { zh: '請於 20:49 以後再試', en: 'Try again after 20:49' } },
          },
        ],
      });
    if (body.password === 'wrong') return send(401, { code: 'INVALID_EMAIL_OR_PASSWORD' });
    if (body.password === 'totp') return send(200, { twoFactorRedirect: true });
    return send(200, {}, body.email?.split('@')[0] ?? 'room');
  }
  if (route.startsWith('/two-factor/enable'))
    return send(200, {
      totpURI: 'otpauth://totp/Ancheng:room?secret=JBSWY3DPEHPK3PXP&issuer=Ancheng',
      backupCodes: ['k3f9-aa21', '88mz-p0q1'],
    });
  if (route.startsWith('/two-factor'))
    return body.code === '000000' ? send(401, { code: 'INVALID_CODE' }) : send(200, {}, 'room');
  if (route.startsWith('/sign-out')) return send(200, {}, '');
  if (route.startsWith('/list-sessions')) {
    return send(200, [
      {
        token: 's1',
        createdAt: new Date(Date.now() - 3_600_000).toISOString(),
        expiresAt: '',
        userAgent: request.headers['user-agent'],
        ipAddress: '10.1.2.3',
      },
    ]);
  }
  if (route.startsWith('/passkey/list')) return send(200, []);
  return send(200, {});
}

async function receive(request: IncomingMessage, response: ServerResponse): Promise<void> {
  const body = await read(request);
  const name = /filename="([^"]*)"/.exec(body.toString('latin1'))?.[1] ?? 'file';
  response.writeHead(200, { 'content-type': 'application/json' });
  const sha256 = createHash('sha256').update(body).digest('hex');
  response.end(
    JSON.stringify({
      id: sha256.slice(0, 12),
      name: Buffer.from(name, 'latin1').toString(),
      sha256,
      size: body.length,
      media: 'application/octet-stream',
    }),
  );
}

async function read(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

const cookie = (request: IncomingMessage, name: string): string =>
  new RegExp(`(?:^|; )${name}=([^;]*)`).exec(request.headers.cookie ?? '')?.[1] ?? '';
