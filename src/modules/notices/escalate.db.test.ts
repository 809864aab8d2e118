import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Desk, deskOf } from '../../../test/db/desk.ts';
import { type Office, openOffice } from '../../../test/db/office.ts';
import type { PersonName } from '../../../test/db/people.ts';
import { workRound } from '../../rounds.ts';

/** xiluo.3.5.5: whoever is concerned by a weakness is told; unread, it comes again each day and goes to the head of the unit. */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
let office: Office;
let desk: Desk;

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
  const system = await desk.open('chen', 'system', {
    name: '線上繳費',
    owner: office.persons.hsu,
    application_manager: office.persons.tsai,
    important: false,
    kinds: ['application'],
  });
  await desk.open('ho', 'finding', { title: '弱密碼', kind: 'vulnerability', system });
});
afterAll(() => office?.close());

const at = async (moment: string) => {
  clock.now = new Date(moment);
  await workRound(office.platform, office.organisation);
};
const told = async (who: PersonName) => {
  const { items } = await (await office.as(who)).ok('notices.list', {});
  return items.filter((one: { message: { zh: string } }) => one.message.zh.includes('弱密碼'));
};
const read = async (who: PersonName) => {
  const ids = (await told(who)).map((one: { id: string }) => one.id);
  await (await office.as(who)).ok('notices.read', { ids });
};

test('before its time nobody else hears of it', async () => {
  expect(await told('hsu')).toHaveLength(1);
  await read('hsu');
  await at('2026-11-02T20:00:00Z');
  expect(await told('hsieh')).toHaveLength(0);
  expect((await told('hsu'))[0]).toMatchObject({ read: true });
});

test('past it, the head is told once and who has not acknowledged is asked again', async () => {
  await at('2026-11-03T02:00:00Z');
  expect(await told('hsieh')).toMatchObject([{ message: { zh: expect.stringMatching(/^逾期未簽收/) } }]);
  expect((await told('hsu'))[0]).toMatchObject({ read: false });
});

test('each day again, until it is acknowledged; the head is not told twice', async () => {
  const [{ id }] = await told('hsu');
  await (await office.as('hsu')).ok('notices.acknowledge', { id });
  await read('tsai');
  await at('2026-11-04T02:00:00Z');
  expect((await told('hsu'))[0]).toMatchObject({ read: true });
  expect((await told('tsai'))[0]).toMatchObject({ read: false });
  await at('2026-11-05T02:00:00Z');
  expect(await told('hsieh')).toHaveLength(1);
});

test('a round with nothing to do writes nothing', async () => {
  const size = async () =>
    (await office.superuser.query('select next_pos from head where organisation = $1', [office.organisation])).rows;
  const before = await size();
  await workRound(office.platform, office.organisation);
  expect(await size()).toEqual(before);
});
