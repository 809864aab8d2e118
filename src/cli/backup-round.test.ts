import { describe, expect, test } from 'vitest';
import { inPlaceSince, isDue } from './backup-round.ts';

const run = (kind: 'backup.made' | 'backup.failed', at: string, disk = 'a') => ({
  kind,
  at: new Date(at),
  disk,
  disk_name: disk,
});

describe('when the platform backs up by itself', () => {
  test('once a day, after two in the morning in Taiwan', () => {
    const yesterday = [run('backup.made', '2026-11-28T18:05:00Z')]; // 29th, 02:05
    expect(isDue(yesterday, '2026-11-29T17:59:00Z')).toBe(false);
    expect(isDue(yesterday, '2026-11-29T18:00:00Z')).toBe(true);
    expect(isDue([run('backup.made', '2026-11-29T18:01:00Z'), ...yesterday], '2026-11-29T20:00:00Z')).toBe(false);
  });

  test('a machine that was off at night makes up for it when it starts', () => {
    expect(isDue([run('backup.made', '2026-11-27T18:05:00Z')], '2026-11-29T00:30:00Z')).toBe(true);
    expect(isDue([], '2026-11-29T00:30:00Z')).toBe(true);
  });

  test('after a failure an hour goes by', () => {
    const failed = [run('backup.failed', '2026-11-29T18:00:00Z')];
    expect(isDue(failed, '2026-11-29T18:59:00Z')).toBe(false);
    expect(isDue(failed, '2026-11-29T19:00:00Z')).toBe(true);
  });
});

describe('how long a disk is in place', () => {
  test('since the first of its unbroken stay', () => {
    const runs = [
      run('backup.made', '2026-11-30T00:00:00Z'),
      run('backup.failed', '2026-11-29T00:00:00Z', 'b'),
      run('backup.made', '2026-11-24T00:00:00Z'),
      run('backup.made', '2026-11-23T00:00:00Z', 'b'),
      run('backup.made', '2026-11-01T00:00:00Z'),
    ];
    expect(inPlaceSince(runs)).toMatchObject({ disk: 'a', next: 'b', since: new Date('2026-11-24T00:00:00Z') });
  });

  test('an office with one disk, or a network share, has nothing to swap', () => {
    expect(inPlaceSince([run('backup.made', '2026-11-30T00:00:00Z')])).toBeUndefined();
    expect(inPlaceSince([])).toBeUndefined();
  });
});
