import { describe, expect, test } from 'vitest';
import { generationId, KEEP, kept } from './generation.ts';

/** One a day for so many days, the last on 2026-11-30 at 02:00 in Taiwan. */
const daily = (days: number) =>
  Array.from({ length: days }, (_, ago) => {
    const takenAt = new Date(Date.parse('2026-11-30T02:00:00+08:00') - ago * 86_400_000).toISOString();
    return { id: takenAt.slice(0, 10), takenAt };
  });

describe('generations kept', () => {
  test('a year of daily backups leaves the last days, weeks and months', () => {
    const staying = kept(daily(365), KEEP);
    expect(staying.slice(0, 7)).toEqual(daily(7).map(({ id }) => id));
    expect(staying.length).toBeLessThanOrEqual(KEEP.daily + KEEP.weekly + KEEP.monthly);
    const months = new Set(staying.map((id) => id.slice(0, 7)));
    expect(months.size).toBe(12);
  });

  test('of several on one day the newest stays, and the newest of all always does', () => {
    const day = ['T01:00:00.000Z', 'T05:00:00.000Z'].map((time) => ({ id: time, takenAt: `2026-11-30${time}` }));
    expect(kept(day, KEEP)).toEqual(['T05:00:00.000Z']);
    expect(kept(day, { daily: 0, weekly: 0, monthly: 0 })).toEqual(['T05:00:00.000Z']);
  });

  test('days are days in Taiwan', () => {
    const late = { id: 'late', takenAt: '2026-11-29T15:30:00.000Z' }; // 23:30
    const early = { id: 'early', takenAt: '2026-11-29T16:30:00.000Z' }; // 00:30 the next day
    expect(kept([late, early], { daily: 2, weekly: 0, monthly: 0 })).toEqual(['early', 'late']);
  });

  test('an id is a file name everywhere', () => {
    expect(generationId(new Date('2026-11-30T02:00:05.123Z'))).toBe('2026-11-30T020005Z');
  });
});
