import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf, gatesOf } from '../../../test/db/desk.ts';
import { type Office, openOffice } from '../../../test/db/office.ts';
import { workRound } from '../../rounds.ts';
import { tickDue } from '../../runtime/schedule.ts';

/** Figures that the adopted procedure sets, tuned by the office: DESIGN.md section 2, strictest wins. */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
let office: Office;
let desk: Desk;
let exception: string;

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
});
afterAll(() => office?.close());

const set = async (value: number) =>
  (await office.as('chou')).call('parameters.set', { name: 'scan_max_age_days', value, reason: '設備老舊' });
const current = async () => {
  const all = await (await office.as('chou')).ok('parameters.list');
  return all.find((one: { name: string }) => one.name === 'scan_max_age_days');
};

test('tightening needs nobody; going back to what the procedure asks is not loosening', async () => {
  expect((await set(20)).status).toBe(200);
  expect((await current()).value).toBe(20);
  expect((await set(30)).status).toBe(200);
  expect((await current()).value).toBe(30);
});

test('loosening without an exception is refused, and names the clause and the way to one', async () => {
  const { refused } = await set(45);
  expect(gatesOf(refused)).toEqual(['parameter.loosens']);
  expect(refused[0]).toMatchObject({ clauses: ['xiluo.5.2.2.3.3'], fix: { go: 'exception.open' } });
});

test('an exception that is only asked for changes nothing; approved by the CISO it lets the figure be loosened', async () => {
  const system = await desk.open('chen', 'system', {
    name: '線上繳費',
    owner: office.persons.li,
    application_manager: office.persons.hsu,
    important: false,
    kinds: ['application'],
  });
  exception = await desk.open('wang', 'exception', { subject: system });
  await desk.save('wang', exception, {
    loosens: ['scan_max_age_days'],
    reason: '檢測廠商排程',
    risk: 'low',
    until: '2026-12-31',
    measures: [{ id: 'r1', what: '防火牆限制來源', owner: office.persons.hsu, check: '每週檢視', due: '2026-11-10' }],
  });
  await desk.act('wang', exception, 'submit');
  await desk.act('kuo', exception, 'advise', { advice: '可行', acceptable: true });
  expect(gatesOf((await set(45)).refused)).toEqual(['parameter.loosens']);
  expect(await desk.act('fan', exception, 'approve')).toBe('in_force');
  expect((await set(45)).status).toBe(200);
  expect((await current()).value).toBe(45);
});

test('other figures are tuned meanwhile without touching it', async () => {
  const tightened = await (await office.as('chou')).call('parameters.set', {
    name: 'maintenance_notice_days',
    value: 5,
    reason: '住戶反映',
  });
  expect(tightened.status).toBe(200);
  expect((await current()).value).toBe(45);
});

test('when the exception ends the procedure’s own figure rules again', async () => {
  clock.now = new Date('2027-01-01T01:00:00Z');
  await tickDue({ ...office.platform, clock: office.platform.parts.clock }, office.organisation);
  expect((await desk.get('wang', exception)).state).toBe('ended');
  await workRound(office.platform, office.organisation);
  expect((await current()).value).toBe(30);
  expect(gatesOf((await set(45)).refused)).toEqual(['parameter.loosens']);
});
