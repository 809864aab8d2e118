import { exec, execFile, execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { type Certificates, openCertificates } from './certificates.ts';
import { type Listener, listen } from './listener.ts';
import { addressOf } from './names.ts';

/** openssl and curl are the clients: what they see is what an office's computers see. */

const folder = mkdtempSync(join(tmpdir(), 'ancheng 憑證 '));
const root = join(folder, 'root.pem');
let now = new Date();
let certificates: Certificates;
let listener: Listener;
const heard: string[] = [];

beforeAll(async () => {
  certificates = openCertificates(folder, () => now);
  listener = await listen({
    host: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      heard.push(`${request.method} ${request.url} ${await request.text()}`);
      return new Response(`hello ${new URL(request.url).pathname}`);
    },
    secure: certificates.context,
    address: (host) => addressOf(certificates.names().includes(host) ? host : certificates.names()[0]!, listener.port),
    strict: certificates.strict,
    openPaths: ['/healthz'],
  });
  certificates.onChange(() => listener.refresh());
});
afterAll(async () => {
  await listener.close();
  rmSync(folder, { recursive: true });
});

/** Asynchronously run clients, for the server lives in this process. */
async function curl(path: string, ...more: string[]) {
  const args = [
    '-s',
    '-i',
    '--max-time',
    '100',
    '--cacert',
    root,
    ...more,
    path.replace('PORT', String(listener.port)),
  ];
  return new Promise<{ code: number; out: string }>((done) =>
    execFile('curl', args, (error, out) => done({ code: error ? Number(error.code) : 0, out })),
  );
}

test('without a certificate the port answers http', async () => {
  expect(await curl('http://127.0.0.1:PORT/a')).toMatchObject({ code: 0, out: expect.stringContaining('hello /a') });
});

test('an idle connection outlives what proxies keep, so that they never send into a closed one', async () => {
  const { out } = await curl('http://127.0.0.1:PORT/a', '--http1.1');
  const kept = Number(/keep-alive: timeout=(\d+)/i.exec(out)?.[1]);
  expect(kept).toBeGreaterThan(60);
});

describe('with a certificate of the own authority', () => {
  beforeAll(async () => {
    const made = await certificates.makeOwn({ names: ['https://LOCALHOST:8480/', '127.0.0.1'], office: '示範鎮公所' });
    expect(isRefused(made)).toBe(false);
    writeFileSync(root, certificates.rootPem()!);
  });

  test.each(['localhost', '127.0.0.1'])(
    'https answers on the same port, trusted by whoever knows the root: %s',
    async (host) => {
      const { code, out } = await curl(`https://${host}:PORT/b`);
      expect({ code, out }).toMatchObject({ code: 0, out: expect.stringContaining('hello /b') });
      expect(out).toMatch(/strict-transport-security: max-age=0/i);
    },
  );

  test('a client that does not know the root refuses it', async () => {
    expect((await curl('https://localhost:PORT/', '--cacert', '/etc/ssl/certs/ca-certificates.crt')).code).not.toBe(0);
  });

  test('plain http leads on to https, with path and question; the name that was asked for is kept', async () => {
    const { out } = await curl('http://127.0.0.1:PORT/requests?x=1');
    expect(out).toMatch(/^HTTP\/1.1 307/);
    expect(out).toContain(`Location: https://127.0.0.1:${listener.port}/requests?x=1`);
    const stranger = await curl('http://127.0.0.1:PORT/', '-H', 'Host: evil.example');
    expect(stranger.out).toContain(`Location: https://localhost:${listener.port}/`);
  });

  test('what is sent in clear is refused and never reaches the application; health stays open', async () => {
    heard.length = 0;
    expect((await curl('http://127.0.0.1:PORT/api/auth/sign-in', '-d', 'password=x')).out).toMatch(/^HTTP\/1.1 403/);
    expect(heard).toEqual([]);
    expect((await curl('http://127.0.0.1:PORT/healthz')).out).toContain('hello /healthz');
  });

  test.each([
    ['-tls1_1', 'refused'],
    ['-tls1_2', 'spoken'],
    ['-tls1_3', 'spoken'],
  ])('%s is %s', async (version, expected) => {
    const args = [
      's_client',
      '-connect',
      `127.0.0.1:${listener.port}`,
      '-CAfile',
      root,
      '-verify_return_error',
      version,
    ];
    const { code } = await new Promise<{ code: unknown }>((done) => {
      execFile('openssl', [...args, '-cipher', 'ALL:@SECLEVEL=0'], (error) =>
        done({ code: error?.code ?? 0 }),
      ).stdin!.end();
    });
    expect(code === 0 ? 'spoken' : 'refused').toBe(expected);
  });

  test('a connection that says nothing, or half a handshake, harms nobody', async () => {
    const silent = connect(listener.port, '127.0.0.1');
    const half = connect(listener.port, '127.0.0.1', () => half.write(Buffer.from([0x16, 3, 1, 0, 5, 1])));
    const gone = connect(listener.port, '127.0.0.1', () => gone.destroy());
    expect((await curl('https://localhost:PORT/c')).out).toContain('hello /c');
    silent.destroy();
    half.destroy();
  });

  test('strict transport is told only when asked for', async () => {
    certificates.setStrict(true);
    expect((await curl('https://localhost:PORT/')).out).toMatch(/strict-transport-security: max-age=2592000/i);
    certificates.setStrict(false);
  });

  test('the certificate is renewed thirty days ahead, under the same root, without a restart', async () => {
    const before = certificates.state();
    expect(await certificates.renew()).toBe(false);
    now = new Date(now.getTime() + 368 * 86_400_000);
    expect(await certificates.renew()).toBe(true);
    const after = certificates.state();
    if (before.kind === 'none' || after.kind === 'none') throw new Error('no certificate');
    expect(after.root).toEqual(before.root);
    expect(Date.parse(after.card.until)).toBeGreaterThan(Date.parse(before.card.until));
    const shown = spawnShown();
    expect(await shown).toContain(after.card.fingerprint);
    now = new Date();
  });

  test('another name of the office keeps the root; a name outside makes a new one', async () => {
    expect(await certificates.makeOwn({ names: ['localhost', '10.9.8.7'], office: 'x' })).toEqual({ newRoot: false });
    expect(await certificates.makeOwn({ names: ['ancheng.example.com'], office: 'x' })).toEqual({ newRoot: true });
  });

  test('a name that is none is told', async () => {
    const refused = await certificates.makeOwn({ names: ['安程 主機'], office: 'x' });
    expect(isRefused(refused) && refused.refused[0]?.message.en).toContain('neither a host name nor an IP address');
  });

  test('the root of ten years is asked for half a year ahead', () => {
    now = new Date(now.getTime() + (3_652 - 170) * 86_400_000);
    expect(certificates.state()).toMatchObject({ due: { what: 'root' } });
    now = new Date();
  });

  test('turned off, the port answers http again and the root stays for later', async () => {
    certificates.turnOff();
    expect((await curl('http://127.0.0.1:PORT/d')).out).toContain('hello /d');
    expect(await certificates.makeOwn({ names: ['ancheng.example.com'], office: 'x' })).toEqual({ newRoot: false });
  });

  test('keys are readable by the account alone', () => {
    const rights = execFileSync('find', [join(folder, 'tls'), '-type', 'f', '-perm', '/077'], { encoding: 'utf8' });
    expect(rights).toBe('');
    expect(spawnSync('openssl', ['pkey', '-in', join(folder, 'tls/root.key'), '-noout']).status).toBe(0);
  });
});

async function spawnShown(): Promise<string> {
  const command = `openssl s_client -connect 127.0.0.1:${listener.port} </dev/null 2>/dev/null | openssl x509 -noout -fingerprint -sha256`;
  return new Promise((done) => exec(command, (_error, out) => done(out)));
}

test('who waits for an answer gets it when the platform stops; a stream of events keeps nobody waiting', async () => {
  let answer = (_: Response) => {};
  const ready = new Promise<Response>((resolve) => {
    answer = resolve;
  });
  let asked = false;
  let ended = false;
  const stopping = await listen({
    host: '127.0.0.1',
    port: 0,
    fetch: async (request) => {
      if (new URL(request.url).pathname !== '/events') {
        asked = true;
        return ready;
      }
      const stream = new ReadableStream({
        start: (controller) => controller.enqueue(Buffer.from('data: 1\n\n')),
        cancel() {
          ended = true;
        },
      });
      return new Response(stream, { headers: { 'content-type': 'text/event-stream' } });
    },
    secure: () => undefined,
    address: () => '',
    strict: () => false,
    openPaths: [],
  });
  const url = `http://127.0.0.1:${stopping.port}`;
  const events = await fetch(`${url}/events`);
  const saved = fetch(`${url}/save`);
  await expect.poll(() => asked).toBe(true);
  const closed = stopping.close();
  await expect(fetch(`${url}/another`)).rejects.toThrow();
  expect(ended).toBe(false);
  answer(new Response('saved'));
  expect(await (await saved).text()).toBe('saved');
  await closed;
  await expect(events.text()).rejects.toThrow();
  await expect.poll(() => ended).toBe(true);
});
