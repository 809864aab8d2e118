import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { runsAsRoot } from '../adapters/postgres/embedded/account.ts';
import { usageError } from './command.ts';

/** Where and how the platform runs: flags over environment over defaults. Passwords come by environment only. */
export type Settings = {
  /** Absolute. */
  dataDir: string;
  host: string;
  port: number;
  /** Answers plain http with the way to https; none when absent. */
  httpPort?: number;
  databaseUrl?: string;
  databaseAppUrl?: string;
};

export const DEFAULT_PORT = 8480;

/** Reads the options `start` and `demo` share; throws a usage error for a port that is none. */
export function readSettings(args: string[], env: NodeJS.ProcessEnv, kind: 'start' | 'demo'): Settings {
  const { values } = parseArgs({
    args,
    options: {
      data: { type: 'string' },
      host: { type: 'string' },
      port: { type: 'string' },
      'http-port': { type: 'string' },
    },
  });
  const httpPort = values['http-port'] ?? env.ANCHENG_HTTP_PORT;
  const folder = values.data ?? (env.ANCHENG_DATA || defaultFolder());
  return {
    // A demo beside real data would be taken for it.
    dataDir: kind === 'demo' && values.data === undefined ? join(resolve(folder), 'demo') : resolve(folder),
    host: values.host ?? (env.ANCHENG_HOST || '127.0.0.1'),
    port: readPort(values.port ?? (env.ANCHENG_PORT || env.PORT || String(DEFAULT_PORT))),
    ...(httpPort ? { httpPort: readPort(httpPort) } : {}),
    ...(env.DATABASE_URL ? { databaseUrl: env.DATABASE_URL } : {}),
    ...(env.DATABASE_APP_URL ? { databaseAppUrl: env.DATABASE_APP_URL } : {}),
  };
}

/** The same settings as arguments, for running the command again from another folder. */
export const asArguments = ({ dataDir, host, port, httpPort }: Settings): string[] => [
  ...['--data', dataDir, '--host', host, '--port', String(port)],
  ...(httpPort === undefined ? [] : ['--http-port', String(httpPort)]),
];

const defaultFolder = () => (runsAsRoot() ? '/var/lib/ancheng' : 'data');

function readPort(text: string): number {
  const port = Number(text);
  if (/^\d{1,5}$/.test(text) && port <= 65_535) return port;
  throw usageError(`通訊埠應為 0 到 65535 · a port is a number from 0 to 65535: ${text}`);
}
