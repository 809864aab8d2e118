import { existsSync } from 'node:fs';
import { enableCompileCache, flushCompileCache } from 'node:module';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { explain } from '../adapters/postgres/embedded/trouble.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { halfRestored, isHalfRestored } from './half-restored.ts';
import { handOver } from './hand-over.ts';
import { markReady } from './ready.ts';
import { say, tellRefused } from './say.ts';
import { separateSigner } from './separate-signer.ts';
import { asArguments, type Settings } from './settings.ts';
import { stopRequested, withdrawStop } from './stop-request.ts';

/** What the composition is asked to start; it opens the database itself (`openDatabase`). */
export type ServerOptions = Settings & { demo: boolean; log: (line: string) => void };

/** A running platform. */
export type Server = {
  /** Where people open it. */
  url: string;
  /** Settles only when the platform cannot go on, as when its database ends unasked. */
  lost: Promise<Refused>;
  /** Finishes requests, stops the database, gives the data folder back. */
  stop(): Promise<void>;
};

/** Runs the platform until it is told to stop (SIGINT, SIGTERM, SIGHUP) or cannot go on. */
export async function serve(wanted: Settings, kind: 'start' | 'demo'): Promise<ExitCode> {
  if (isHalfRestored(wanted.dataDir)) return refuse(halfRestored(wanted.dataDir));
  const refusal = await handOver(wanted.dataDir, [kind, ...asArguments(wanted)], (account) =>
    separateSigner(wanted.dataDir, account),
  );
  if (refusal) return refuse(refusal);
  const taken = await tryPort(wanted).catch((error: unknown) => explainListening(error, wanted));
  if (taken) return refuse(taken);
  goOnUnread();
  withdrawStop(wanted.dataDir);
  const asked = askedToStop(wanted.dataDir); // from here on, so that a signal during start-up is not lost
  keepCompiled(wanted.dataDir);
  const { startServer } = await import('../main.ts');
  const server = await startServer({ ...wanted, demo: kind === 'demo', log: say }).catch((error: unknown) =>
    explainListening(error, wanted),
  );
  if (isRefused(server)) return refuse(server);
  announce(server, wanted);
  markReady();
  flushCompileCache(); // at the end it would be lost to a power cut
  const end = await Promise.race([asked, server.lost, defect()]);
  if (end instanceof Error) console.error(end);
  say('停止中… · stopping…');
  const late = setTimeout(giveUp, STOP_MS);
  await server.stop();
  clearTimeout(late);
  if (end instanceof Error) throw end;
  return end === 'asked' ? EXIT.ok : refuse(end);
}

/**
 * What Node made of the sources is kept for the next start, of this process and of the signer: a start is quicker and the stripping
 * of types stays out of memory. In the data folder, where nobody else writes; the first start of all goes without.
 */
function keepCompiled(dataDir: string): void {
  if (!existsSync(dataDir)) return;
  process.env.NODE_COMPILE_CACHE ??= join(dataDir, 'compiled');
  enableCompileCache(process.env.NODE_COMPILE_CACHE);
}

/** The port to listen on, tried before anything is started or said: a taken one is told at once. */
function tryPort({ host, port }: Settings): Promise<void> {
  return new Promise((resolve, reject) => {
    const trial = createServer().once('error', reject);
    trial.listen(port, host, () => trial.close(() => resolve()));
  });
}

const STOP_MS = 60_000;

/** The database was told to stop when the process ends, whatever kept the rest. */
function giveUp(): void {
  process.stderr.write('一分鐘內無法停止，強制結束 · could not stop within a minute; ending\n');
  process.exit(EXIT.defect);
}

function announce(server: Server, settings: Settings): void {
  say('');
  say(`  安程已就緒 · Ancheng is ready:  ${server.url}`);
  say(`  資料夾 · data folder:           ${settings.dataDir}`);
  say('  按 Ctrl-C 停止 · Ctrl-C stops it');
  say('');
}

function refuse(refusal: Refused): ExitCode {
  tellRefused(refusal);
  return EXIT.environment;
}

/** Whoever read our lines has gone (a closed terminal, `| head`): the platform goes on. */
function goOnUnread(): void {
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
}

function askedToStop(dataDir: string): Promise<'asked'> {
  return new Promise((resolve) => {
    void stopRequested(dataDir).then(() => resolve('asked'));
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => resolve('asked'));
  });
}

/** An error nobody caught: state may be half done, so the platform stops in order and exits 70. */
function defect(): Promise<Error> {
  return new Promise((resolve) => {
    const end = (error: unknown) => resolve(error instanceof Error ? error : new Error(String(error)));
    process.once('uncaughtException', end);
    process.once('unhandledRejection', end);
  });
}

/** A port that is taken or reserved is the surroundings' doing; every other error stays a defect. */
function explainListening(error: unknown, { host, port }: Settings): Refused {
  const { code, syscall } = error as NodeJS.ErrnoException;
  if (syscall !== 'listen' && syscall !== 'bind') throw error;
  const refusal = explain({ what: { zh: '開啟通訊埠', en: 'Opening the port' }, where: `${host}:${port}` }, error);
  const fix = {
    zh: `請以 --port 或 ANCHENG_PORT 指定其他通訊埠${code === 'EACCES' ? '（1024 以下保留給系統管理者）' : ''}。`,
    en: `Choose another port with --port or ANCHENG_PORT${code === 'EACCES' ? ' (those below 1024 are kept for root)' : ''}.`,
  };
  return { refused: refusal.refused.map((each) => ({ ...each, fix: { text: fix } })) };
}
