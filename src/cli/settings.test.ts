import { resolve } from 'node:path';
import { expect, test } from 'vitest';
import { isUsageError } from './command.ts';
import { asArguments, DEFAULT_PORT, readSettings } from './settings.ts';

test('options come before the environment, the environment before the defaults', () => {
  const env = { ANCHENG_DATA: 'from-env', ANCHENG_PORT: '9000', PORT: '9001', ANCHENG_HOST: '' };
  expect(readSettings([], env, 'start')).toEqual({ dataDir: resolve('from-env'), host: '127.0.0.1', port: 9000 });
  expect(readSettings(['--data', 'x', '--port', '0'], env, 'start')).toMatchObject({ dataDir: resolve('x'), port: 0 });
  expect(readSettings([], { PORT: '9001' }, 'start').port).toBe(9001);
  expect(readSettings([], {}, 'start').port).toBe(DEFAULT_PORT);
});

test('a demo keeps apart from the data folder, unless it is given one', () => {
  expect(readSettings([], { ANCHENG_DATA: '/srv/a' }, 'demo').dataDir).toBe('/srv/a/demo');
  expect(readSettings(['--data', '/srv/b'], {}, 'demo').dataDir).toBe('/srv/b');
});

test('an empty DATABASE_URL is none', () => {
  expect(readSettings([], { DATABASE_URL: '', DATABASE_APP_URL: 'postgres://x' }, 'start')).not.toHaveProperty(
    'databaseUrl',
  );
});

test('settings survive being handed over as arguments', () => {
  const settings = readSettings(['--data', '/srv/資料 夾', '--port', '81'], {}, 'demo');
  expect(readSettings(asArguments(settings), {}, 'demo')).toEqual(settings);
});

test.each(['-1', '65536', '80a', ''])('%j is no port', (port) => {
  const read = () => readSettings([`--port=${port}`], {}, 'start');
  expect(read).toThrow('65535');
  expect(isUsageError(thrownBy(read))).toBe(true);
});

function thrownBy(run: () => unknown): unknown {
  try {
    return run();
  } catch (error) {
    return error;
  }
}
