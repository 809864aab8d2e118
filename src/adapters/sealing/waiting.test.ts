import { expect, test } from 'vitest';
import { waitingFor } from './waiting.ts';

test('what was entered a minute ago and is not sealed is overdue; what is sealed, or came later, is not', () => {
  const clock = { now: 0 };
  const waiting = waitingFor(() => clock.now);
  const overdueAt = (now: number, sealedSize: number) => {
    clock.now = now;
    return waiting.isOverdue('o', sealedSize);
  };
  waiting.entered('o', 3);
  clock.now = 2_000;
  waiting.entered('o', 5); // with the first
  clock.now = 50_000;
  waiting.entered('o', 9);
  expect(overdueAt(60_000, 0)).toBe(false);
  expect(overdueAt(60_001, 4)).toBe(true);
  expect(overdueAt(60_002, 5)).toBe(false); // the later one waits for ten seconds
  expect(overdueAt(110_001, 8)).toBe(true);
  expect(overdueAt(110_001, 9)).toBe(false);
  expect(waiting.isOverdue('another', 0)).toBe(false);
});
