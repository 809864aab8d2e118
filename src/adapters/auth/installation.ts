import { mkdtemp } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createOTP } from '@better-auth/utils/otp';
import { Kysely, PostgresDialect } from 'kysely';
import pg from 'pg';
import { startTestDatabase } from '../../../test/harness/database.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { type Auth, type AuthOptions, createAuth } from './auth.ts';
import { type Answer, type Browser, browser } from './browser.ts';
import type { AuthEvent } from './record.ts';

/** For tests: an installation with its own database, a clock that is moved by hand, and what its ledger heard. */
export const origin = 'http://localhost:8080';
export const good = 'Xiluo-Township-2026';
const morning = '2026-11-20T02:00:00.000Z';

export async function startInstallation() {
  const database = await startTestDatabase();
  const pool = new pg.Pool({ connectionString: database.appUrl });
  pool.on('error', () => undefined); // the database is dropped under connections that are just closing
  // biome-ignore lint/suspicious/noExplicitAny: tables are read by name
  const db = new Kysely<any>({ dialect: new PostgresDialect({ pool }) });
  const superuser = new pg.Client({ connectionString: database.superUrl });
  await superuser.connect();
  let n = 0;
  const installation = {
    db,
    superuser,
    clock: new Date(morning),
    events: [] as AuthEvent[],
    types: () => installation.events.map((event) => event.type),
    minutes(count: number) {
      installation.clock = new Date(installation.clock.getTime() + count * 60_000);
    },
    /** Morning of a working day, nothing recorded. */
    begin() {
      installation.clock = new Date(morning);
      installation.events = [];
    },
    async auth(more: Partial<AuthOptions> = {}): Promise<Auth> {
      const folder = await mkdtemp(join(tmpdir(), 'ancheng-auth-'));
      return createAuth({
        db,
        secret: 'a secret of the installation, thirty-two bytes or more',
        nodeKey: Buffer.alloc(32, 7),
        origin,
        record: async (event) => void installation.events.push(event),
        now: () => installation.clock,
        setupCodeFile: join(folder, 'setup.json'),
        mayApproveReset: async () => true,
        personsOf: async (account) => [`person of ${account}`],
        answerAfterMs: 0,
        ...more,
      });
    },
    address: () => `chen${++n}@xiluo.gov.tw`,
    /** A new account and a browser in front of it. */
    async opened(auth: Auth): Promise<{ account: string; email: string; at: Browser }> {
      const email = installation.address();
      const result = await auth.openByInvitation({ name: '陳小華', email, password: good });
      if (isRefused(result)) throw new Error(JSON.stringify(result));
      installation.events = [];
      return { account: result.account, email, at: browser(auth.handler, origin) };
    },
    async stop() {
      await db.destroy();
      await superuser.end();
      await database.stop();
    },
  };
  return installation;
}

export type Installation = Awaited<ReturnType<typeof startInstallation>>;

export const isLocked = (answer: Answer): boolean => /以前不能登入/.test(answer.body.refused?.[0].message.zh);

/** Adds one-time codes to a signed-in browser; answers how to make codes, and the backup codes. */
export async function addTotp(
  at: Browser,
  installation: Installation,
): Promise<{ code: (step?: number) => Promise<string>; backupCodes: string[]; added: Answer }> {
  const enabled = await at.post('/two-factor/enable', { password: good });
  const secret = decode32(new URL(enabled.body.totpURI).searchParams.get('secret') ?? '');
  const code = (step = 0) => createOTP(secret).hotp(Math.floor(installation.clock.getTime() / 30_000) + step);
  const added = await at.post('/two-factor/verify-totp', { code: await code() });
  return { code, backupCodes: enabled.body.backupCodes, added };
}

function decode32(text: string): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...text].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  return Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2))).toString();
}
