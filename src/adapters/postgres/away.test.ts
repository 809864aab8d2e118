import { expect, test } from 'vitest';
import { connecting, isAway, NoConnection, tellAway } from './away.ts';

const coded = (code: string, message = code) => Object.assign(new Error(message), { code });

test.each([
  [coded('57P01', 'terminating connection due to administrator command'), true],
  [coded('57P03', 'the database system is starting up'), true],
  [coded('08006'), true],
  [new Error('Connection terminated unexpectedly'), true],
  [new Error('Client has encountered a connection error and is not queryable'), true],
  [connecting(coded('ECONNREFUSED', '')), true],
  [connecting(new Error('timeout exceeded when trying to connect')), true],
  [new Error('wrapped', { cause: coded('57P02') }), true],
  // Of another server, a wrong password, a statement too long, a fault of ours.
  [coded('ECONNREFUSED'), false],
  [connecting(coded('28P01')), false],
  [coded('57014'), false],
  [new Error('driver has already been destroyed'), false],
  ['57P01', false],
])('%s: away is %s', (error, away) => expect(isAway(error)).toBe(away));

test('a refused connection keeps what was said, also where the system says only a code', () => {
  expect(connecting(coded('ECONNREFUSED', ''))).toEqual(new NoConnection('ECONNREFUSED'));
});

test('told once while it lasts, and anew when it was there for a minute', () => {
  const lines: string[] = [];
  let now = 0;
  const tell = tellAway(
    (line) => lines.push(line),
    () => now,
  );
  for (; now < 300_000; now += 30_000) tell(new Error('gone'));
  expect(lines).toHaveLength(1);
  now += 61_000;
  tell(new Error('gone again'));
  expect(lines[1]).toContain('gone again');
});
