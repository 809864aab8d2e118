import { expect, test } from 'vitest';
import { explain } from './trouble.ts';

const attempt = { what: { zh: '啟動資料庫', en: 'Starting the database' }, where: '/srv/資料' };
const told = (error: unknown) => explain(attempt, error).refused[0]!;

test.each([
  ['initdb: error: could not write to file "x": No space left on device', 'the disk is full'],
  [Object.assign(new Error('EROFS: read-only file system'), { code: 'EROFS' }), 'read-only'],
  [Object.assign(new Error('EACCES: permission denied, mkdir'), { code: 'EACCES' }), 'permission denied'],
  [Object.assign(new Error('listen EADDRINUSE'), { code: 'EADDRINUSE' }), 'already in use'],
  [
    'postgres: error while loading shared libraries: libstdc++.so.6: cannot open shared object file',
    'libstdc++.so.6 is missing',
  ],
  ["/lib/libc.so.6: version `GLIBC_2.28' not found (required by postgres)", 'no GLIBC_2.28'],
  ['FATAL:  could not map anonymous shared memory: Cannot allocate memory', 'not enough memory'],
  ['FATAL:  database files are incompatible with server', 'another PostgreSQL version'],
])('%s is explained with a remedy in both languages', (error, expected) => {
  const { message, fix } = told(error);
  expect(message.en).toContain(`Starting the database: `);
  expect(message.en).toContain(expected);
  expect(message.zh).toMatch(/^啟動資料庫：/);
  expect(fix?.text.zh).toMatch(/。$/);
  expect(fix?.text.en.length).toBeGreaterThan(10);
});

test('what nobody foresaw is told in its own words, with the place', () => {
  const { message } = told('FATAL:  the moon is in the wrong house');
  expect(message.en).toContain('the moon is in the wrong house');
  expect(message.en).toContain('/srv/資料');
});
