import { describe, expect, test } from 'vitest';
import { type Calendar, emptyCalendar } from '../../kernel/calendar/calendar.ts';
import { text } from '../../kernel/text.ts';
import { type DigestItem, itemsOf, keyOf, listed, type Morning, type NoticeFact, type TaskFact } from './content.ts';
import { letterOf } from './letter.ts';
import { dayToTell, isFirstOfWeek, nearUntil } from './morning.ts';

/** A week of 2026 with Wednesday off. */
const calendar: Calendar = { ...emptyCalendar, overrides: { '2026-11-18': { off: true, note: '颱風' } } };
const at = (day: string, clock: string) => new Date(`${day}T${clock}:00+08:00`).toISOString();

describe('when it is told', () => {
  test.each([
    ['before half past eight nothing', '2026-11-17', '08:29', undefined],
    ['from half past eight', '2026-11-17', '08:30', '2026-11-17'],
    ['in the afternoon, after the morning nothing ran', '2026-11-17', '16:59', '2026-11-17'],
    ['after office hours it waits for the next morning', '2026-11-17', '17:30', undefined],
    ['not on a holiday', '2026-11-18', '08:30', undefined],
    ['not on a Sunday', '2026-11-22', '10:00', undefined],
  ])('%s', (_rule, day, clock, told) => {
    expect(dayToTell(calendar, at(day, clock))).toBe(told);
  });

  test('the first working day of a week is Monday, or the day after a holiday', () => {
    expect(isFirstOfWeek(calendar, '2026-11-16')).toBe(true);
    expect(isFirstOfWeek(calendar, '2026-11-17')).toBe(false);
    const off: Calendar = { ...emptyCalendar, overrides: { '2026-11-16': { off: true, note: '補假' } } };
    expect(isFirstOfWeek(off, '2026-11-17')).toBe(true);
  });

  test('near is what is due by the end of the next working day', () => {
    expect(nearUntil(calendar, '2026-11-17')).toBe('2026-11-19T15:59:59.999Z');
  });
});

const task = (more: Partial<TaskFact> = {}): TaskFact => ({
  record: 'r1',
  action: 'endorse',
  since: '2026-11-13T02:00:00.000Z',
  number: '115-申-0001',
  title: '繳費系統 2.5 版',
  label: text('核可', 'Endorse'),
  ...more,
});
const notice = (more: Partial<NoticeFact> = {}): NoticeFact => ({
  notice: 'n1',
  message: text('已核准', 'Approved'),
  ...more,
});
const given = (more: Partial<Morning>): DigestItem[] =>
  itemsOf({
    now: at('2026-11-16', '08:30'),
    near: at('2026-11-17', '23:59'),
    tasks: [],
    notices: [],
    told: new Set(),
    ...more,
  });
const toldOf = (items: DigestItem[]) => new Set(items.map(keyOf));

describe('what is told', () => {
  test('given a task that is new, then it is told once', () => {
    const first = given({ tasks: [task()] });
    expect(first).toMatchObject([{ kind: 'task', stage: 'new', record: 'r1', action: 'endorse' }]);
    expect(given({ tasks: [task()], told: toldOf(first) })).toEqual([]);
  });

  test('given a task told as new, when it is due by the next working day and when it is late, then once each', () => {
    const due = at('2026-11-17', '17:00');
    const first = given({ tasks: [task({ due: at('2026-11-27', '17:00') })] });
    const near = given({ tasks: [task({ due })], told: toldOf(first) });
    expect(near).toMatchObject([{ stage: 'due' }]);
    const told = new Set([...toldOf(first), ...toldOf(near)]);
    expect(given({ tasks: [task({ due })], told })).toEqual([]);
    const late = given({ tasks: [task({ due })], told, now: at('2026-11-18', '08:30') });
    expect(late).toMatchObject([{ stage: 'late' }]);
  });

  test('given a task told as late, when its deadline is moved on, then nothing is said again', () => {
    const late = given({ tasks: [task({ due: at('2026-11-13', '17:00') })] });
    expect(given({ tasks: [task({ due: at('2026-11-27', '17:00') })], told: toldOf(late) })).toEqual([]);
  });

  test('given a case sent back and handed in again, then it is new again', () => {
    const first = given({ tasks: [task()] });
    expect(given({ tasks: [task({ since: '2026-11-15T02:00:00.000Z' })], told: toldOf(first) })).toHaveLength(1);
  });

  test('given a notice about a case that is told anyway, then it goes with it', () => {
    const items = given({ tasks: [task()], notices: [notice({ record: 'r1' }), notice({ notice: 'n2' })] });
    expect(items).toMatchObject([
      { kind: 'task', record: 'r1', notice: 'n1' },
      { kind: 'notice', subject: 'n2' },
    ]);
  });

  test('given more than a page holds, then the latest are listed, how many more is said, and those are told the next morning', () => {
    const tasks = Array.from({ length: 62 }, (_, n) => task({ record: `r${n}`, due: at('2026-11-27', '17:00') }));
    const all = given({ tasks });
    const { items, more } = listed(all);
    expect([items.length, more]).toEqual([60, 2]);
    expect(given({ tasks, told: toldOf(items) })).toHaveLength(2);
    expect(listed(items)).toEqual({ items, more: 0 });
  });

  test('late things come first', () => {
    const tasks = [task({ record: 'r1' }), task({ record: 'r2', due: at('2026-11-13', '17:00') })];
    expect(given({ tasks }).map(({ record }) => record)).toEqual(['r2', 'r1']);
  });
});

test('a letter says what, why and by when, in the language asked for', () => {
  const tasks = [task({ due: at('2026-11-13', '17:00'), remaining: text('逾期 3 日', '3 days overdue') })];
  const notices = [notice({ record: 'r1', message: text('補正後重送', 'Handed in again') })];
  const letter = {
    day: '2026-11-16',
    office: '西河鄉公所',
    items: given({ tasks, notices }),
    tasks,
    notices,
    unitNames: { civil: '民政課' },
    weekly: { units: [{ unit: 'civil', open: 4, late: 1 }], lights: { ok: 90, partial: 8, late: 2 }, changed: 3 },
  };
  const zh = letterOf(letter, 'zh');
  expect(zh.subject).toBe('西河鄉公所　今日摘要 115/11/16：1 項');
  for (const words of [
    '【已逾期】',
    '核可　繳費系統 2.5 版',
    '逾期 3 日',
    '補正後重送',
    '民政課：辦理中 4 件，逾期 1 件',
  ])
    expect(zh.text).toContain(words);
  const en = letterOf(letter, 'en');
  expect(en.subject).toContain('morning digest 2026-11-16: 1');
  expect(en.text).toContain('3 days overdue');
  expect(en.text).not.toMatch(/逾期|核可/);
  expect(zh.text).not.toContain('另有');
  expect(letterOf({ ...letter, more: 12 }, 'zh').text).toContain(
    '另有 12 項未列於本摘要，請見首頁「待辦事項」與「通知」',
  );
});
