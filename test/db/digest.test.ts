import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { workRound } from '../../src/rounds.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';
import { type Desk, deskOf } from './desk.ts';
import { type Office, openOffice } from './office.ts';
import type { PersonName } from './people.ts';

/** Two weeks of October 2026 under a simulated clock: Friday the 9th is a holiday (國慶日補假). */

const clock = { now: new Date('2026-10-02T06:00:00Z') };
let office: Office;
let desk: Desk;
let system: string;

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
  system = await desk.open('chen', 'system', {
    name: '線上繳費',
    owner: office.persons.hsu,
    application_manager: office.persons.tsai,
    important: false,
    kinds: ['application'],
  });
});
afterAll(() => office?.close());

const weakness = (title: string) => desk.open('ho', 'finding', { title, kind: 'vulnerability', system });

/** The rounds of two processes that woke at the same minute, and one that was started again. */
const roundsAt = async (day: string, time: string) => {
  clock.now = new Date(`${day}T${time}:00+08:00`);
  const round = () => workRound(office.platform, office.organisation);
  await Promise.all([round(), round()]);
  await round();
};
const digestOf = async (who: PersonName, day?: string) =>
  (await (await office.as(who)).ok('digest.get', day ? { day } : {})) as {
    days: string[];
    digest?: { lines: { kind: string; label: { zh: string }; told?: { zh: string } }[]; week?: unknown };
  };
const saidTo = async (who: PersonName, day: string) =>
  ((await digestOf(who, day)).digest?.lines ?? []).map(({ label, told }) => `${label.zh} ${told?.zh ?? ''}`);
const countOf = async (type: string): Promise<number> => {
  const { rows } = await withOrganisation(office.platform.db, office.organisation, (tx) =>
    sql<{ n: number }>`select count(*)::int as n from event
      where organisation = ${office.organisation} and type = ${type}`.execute(tx),
  );
  return rows[0]?.n ?? 0;
};
const mailed = async (id: string): Promise<{ person: string; body: string }[]> => {
  const { rows } = await withOrganisation(office.platform.db, office.organisation, (tx) =>
    sql<{ person: string; body: string }>`select person, body from mail_outbox
      where organisation = ${office.organisation} and id like ${id}`.execute(tx),
  );
  return rows;
};

test('what one morning does not list is counted, and told where to find', async () => {
  const command = {
    do: 'digest.give',
    id: 'more',
    input: { day: '2026-10-02', letters: [{ person: office.persons.wang, items: [], more: 3 }] },
  };
  await office.platform.dispatch({ organisation: office.organisation, actor: { kind: 'clock' }, command });
  expect((await digestOf('wang', '2026-10-02')).digest).toMatchObject({ more: 3, lines: [] });
});

test('before half past eight nobody hears anything; then once, whoever else wakes at the same time', async () => {
  await weakness('弱密碼');
  await roundsAt('2026-10-05', '08:29');
  expect(await countOf('digest.ended')).toBe(0);
  await roundsAt('2026-10-05', '08:30');
  expect(await countOf('digest.ended')).toBe(1);
  expect((await saidTo('hsu', '2026-10-05')).filter((line) => line.includes('弱密碼'))).toHaveLength(1);
  expect((await digestOf('hsu')).days).toEqual(['2026-10-05']);
});

test('heads hear once a week how their units stand', async () => {
  expect((await digestOf('li', '2026-10-05')).digest?.week).toMatchObject({ units: [{ open: 0, late: 0 }] });
  await roundsAt('2026-10-06', '08:30');
  expect((await digestOf('li', '2026-10-06')).digest).toBeUndefined();
});

test('nothing is told twice: who has nothing new gets no digest', async () => {
  expect((await saidTo('hsu', '2026-10-06')).filter((line) => line.includes('弱密碼'))).toEqual([]);
});

test('after two days without the program one digest makes up for it', async () => {
  clock.now = new Date('2026-10-06T08:00:00Z');
  await weakness('未加密');
  const ended = await countOf('digest.ended');
  await roundsAt('2026-10-08', '15:10');
  expect(await countOf('digest.ended')).toBe(ended + 1);
  expect((await saidTo('hsu', '2026-10-08')).filter((line) => line.includes('未加密'))).toHaveLength(1);
});

test('on a holiday and after office hours nothing is told', async () => {
  const ended = await countOf('digest.ended');
  await roundsAt('2026-10-09', '08:30');
  await roundsAt('2026-10-08', '19:00');
  expect(await countOf('digest.ended')).toBe(ended);
});

test('with a mail server, what asks to be acknowledged leaves at once, and the next digest is silent about it', async () => {
  office.platform.mailServer.write({ host: 'localhost', port: 25, security: 'none', from: 'a@office.example' });
  await (await office.as('hsu')).ok('digest.prefer', { language: 'en', mail: true, weekly: true });
  clock.now = new Date('2026-10-10T14:00:00Z');
  await weakness('可遠端執行');
  await roundsAt('2026-10-10', '22:05');
  const letters = (await mailed('notice.%')).filter(({ body }) => body.includes('可遠端執行'));
  expect(letters.map(({ person }) => person).sort()).toEqual([office.persons.hsu, office.persons.tsai].sort());
  expect(letters.find(({ person }) => person === office.persons.hsu)?.body).toContain('Sign in to Ancheng');
  await roundsAt('2026-10-12', '08:30');
  expect((await saidTo('tsai', '2026-10-12')).filter((line) => /^.*可遠端執行/.test(line))).toEqual([]);
});

test('the digest goes by mail to whoever wants it so; heads hear of the week on its first working day', async () => {
  expect((await mailed('digest.2026-10-12.%')).map(({ person }) => person)).toContain(office.persons.li);
  await (await office.as('li')).ok('digest.prefer', { language: 'zh', mail: false, weekly: false });
  await roundsAt('2026-10-19', '08:30');
  expect((await mailed('digest.2026-10-19.%')).map(({ person }) => person)).not.toContain(office.persons.li);
  expect((await digestOf('li', '2026-10-19')).digest?.week).toBeUndefined();
});

test('whoever hands it out on paper sees everybody’s by unit; others only their own', async () => {
  const { digests } = await (await office.as('chou')).ok('digest.office', { day: '2026-10-05' });
  expect(digests.map(({ person }: { person: { id: string } }) => person.id)).toContain(office.persons.hsu);
  expect((await (await office.as('wang')).call('digest.office', {})).refused).toMatchObject([{ code: 'forbidden' }]);
});

test('nobody but the clock gives it', async () => {
  const { dispatch } = office.platform;
  const command = { do: 'digest.give', id: crypto.randomUUID(), input: { day: '2026-10-20', letters: [] } };
  const actor = { kind: 'person', person: office.persons.lin, factor: 'password' } as const;
  expect(await dispatch({ organisation: office.organisation, actor, command })).toMatchObject({
    refused: [{ code: 'by' }],
  });
  expect(office.defects()).toEqual([]);
});
