import { hash } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf } from '../../../test/db/desk.ts';
import { type Client, type Office, openOffice } from '../../../test/db/office.ts';

/** Everything of a kind in a period, as an auditor takes it: whole, numbered, and sampled fairly. */

const clock = { now: new Date('2026-10-05T01:00:00Z') };
const PERIOD = { type: 'incident', from: '2026-10-01', until: '2026-10-31' };
let office: Office;
let desk: Desk;
let auditor: Client;
const opened: string[] = [];

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
  for (const month of ['10', '10', '10', '10', '11']) {
    clock.now = new Date(`2026-${month}-${10 + opened.length}T02:00:00Z`);
    opened.push(
      await desk.open('wang', 'incident', {
        symptom: `第 ${opened.length + 1} 件`,
        class: 'service',
        found_at: clock.now.toISOString(),
      }),
    );
  }
  auditor = await office.as('chien');
});
afterAll(() => office?.close());

test('a month has all that was opened in it, oldest first, and nothing else', async () => {
  const view = await auditor.ok('populations.get', PERIOD);
  expect(view.items.map((item: { id: string }) => item.id)).toEqual(opened.slice(0, 4));
  expect(view).toMatchObject({ total: 4, months: [{ month: '2026-10', count: 4 }] });
  expect(view.series).toMatchObject([{ first: 1, last: 4, count: 4, given: 5, missing: [] }]);
});

test('the last day counts to its midnight in Taipei', async () => {
  const { total } = await auditor.ok('populations.get', { ...PERIOD, until: '2026-10-13' });
  expect(total).toBe(4);
  expect((await auditor.ok('populations.get', { ...PERIOD, until: '2026-10-12' })).total).toBe(3);
});

test('a sample is what anybody computes from the ids and the root, and every draw is kept', async () => {
  await expect.poll(async () => (await auditor.call('populations.draw', { ...PERIOD, n: 2 })).status).toBe(200);
  const { draws } = await auditor.ok('populations.get', PERIOD);
  const lot = (id: string) => hash('sha256', draws[0].checkpoint.root + id, 'hex');
  expect(draws[0].records.map((one: { id: string }) => one.id)).toEqual(
    opened
      .slice(0, 4)
      .toSorted((a, b) => (lot(a) < lot(b) ? -1 : 1))
      .slice(0, 2),
  );
  expect(draws[0]).toMatchObject({
    population: 4,
    digest: hash('sha256', opened.slice(0, 4).toSorted().join('\n'), 'hex'),
  });
  await auditor.ok('populations.draw', { ...PERIOD, n: 2 });
  expect((await auditor.ok('populations.get', PERIOD)).draws).toHaveLength(2);
});

test('who does not audit draws nothing; an empty or turned period is told apart', async () => {
  expect((await (await office.as('wang')).call('populations.draw', { ...PERIOD, n: 1 })).refused[0]?.code).toBe('by');
  const empty = { ...PERIOD, from: '2026-01-01', until: '2026-01-31', n: 1 };
  expect((await auditor.call('populations.draw', empty)).refused[0]?.code).toBe('missing');
  const turned = { ...PERIOD, from: '2026-11-01', n: 1 };
  expect((await auditor.call('populations.draw', turned)).refused[0]).toMatchObject({
    code: 'invalid',
    field: 'until',
  });
});

test('a record taken out of the database leaves its number missing', async () => {
  await office.superuser.query('delete from record where id = $1', [opened[1]]);
  const { series } = await auditor.ok('populations.get', PERIOD);
  expect(series[0].missing).toEqual([2]);
});
