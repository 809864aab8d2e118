import { expect, test } from 'vitest';
import { background } from './background.ts';

test('settled waits for what is under way and for what that began; errors are told with their place', async () => {
  const told: string[] = [];
  const aside = background((error, where) => told.push(`${where}: ${(error as Error).message}`));
  const gate = Promise.withResolvers<void>();
  const done: string[] = [];
  aside.start('slow', async () => {
    await gate.promise;
    done.push('slow');
    aside.start('next', async () => void done.push('next'));
  });
  aside.start('broken', () => {
    throw new Error('at once');
  });
  let settled = false;
  const waiting = aside.settled().then(() => {
    settled = true;
  });
  await new Promise(setImmediate);
  expect({ told, settled }).toEqual({ told: ['broken: at once'], settled: false });
  gate.resolve();
  await waiting;
  expect(done).toEqual(['slow', 'next']);
  await aside.settled();
});
