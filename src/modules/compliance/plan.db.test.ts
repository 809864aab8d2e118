import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Office, openOffice, PASSWORD } from '../../../test/db/office.ts';
import { workRound } from '../../rounds.ts';

/** 採用計畫 and 說明及改善: grey before its day, red has a voice (DESIGN.md section 10). */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
let office: Office;
beforeAll(async () => {
  office = await openOffice({ clock });
});
afterAll(() => office?.close());

const chou = () => office.as('chou');
const fan = () => office.as('fan');
const SCAN = 'xiluo.5.2.2.3.3';
const start = (on: string, clause = SCAN) => ({ clause, on });
const propose = async (...starts: { clause: string; on: string }[]) =>
  (await chou()).call('plan.propose', { reason: '掃描採購中', starts });
const decide = async (plan: string, approve: boolean, more: object = {}) =>
  (await fan()).call('plan.decide', { plan, approve, factor: { password: PASSWORD }, ...more });
const clauseOf = async (asOf?: string) =>
  (await (await office.as('chien')).ok('procedure.get', { pack: 'xiluo', ...(asOf ? { asOf } : {}) })).clauses.find(
    ({ id }: { id: string }) => id === SCAN,
  );

/** A breach as the engine would write it, so that lights can be looked at without living a whole case. */
const breach = (from: string) =>
  office.superuser.query(
    `insert into clause_breach (organisation, clause, record, reason, from_at) select organisation, $1, 'case', 'late', $2 from organisation where name = '西螺示範公所'`,
    [SCAN, from],
  );

test('the coordinator proposes, the CISO approves with a factor; until then nothing changes', async () => {
  expect(
    (await (await office.as('chen')).call('plan.propose', { reason: 'x', starts: [start('2026-12-01')] })).refused[0]
      ?.code,
  ).toBe('by');
  expect(
    (await (await fan()).call('plan.propose', { reason: 'x', starts: [start('2026-12-01')] })).refused[0]?.code,
  ).toBe('by');
  const { body } = await propose(start('2026-12-01'), start('2026-12-01', 'xiluo.5.2.2.3.1'));
  expect((await clauseOf()).starts).toBeUndefined();
  expect((await propose(start('2026-12-05'))).refused[0]?.code).toBe('state');
  expect((await (await chou()).call('plan.decide', { plan: body.plan, approve: true })).refused[0]?.code).toBe('by');
  expect((await (await fan()).call('plan.decide', { plan: body.plan, approve: true })).refused[0]?.code).toBe('factor');
  await workRound(office.platform, office.organisation);
  await workRound(office.platform, office.organisation);
  const told = async () =>
    (await (await fan()).ok('notices.list', {})).items.filter(({ go }: { go?: string }) => go === '/procedure/plan');
  expect(await told()).toMatchObject([{ read: false, message: { zh: '採用計畫待核定：2 條之起算日' } }]);
  expect((await decide(body.plan, true)).status).toBe(200);
  expect(await clauseOf()).toMatchObject({ light: 'off', starts: '2026-12-01' });
  await workRound(office.platform, office.organisation);
  expect(await told()).toMatchObject([{ read: true, settled: clock.now.toISOString() }]);
});

test('days in the past or beyond two years, and clauses that do not exist, are no plan', async () => {
  const { refused } = await propose(
    start('2026-10-01'),
    start('2029-01-01', 'xiluo.1'),
    start('2026-12-01', 'xiluo.none'),
  );
  expect(refused.map(({ code }) => code)).toEqual(['invalid', 'invalid', 'missing']);
});

test('before its day a late clause is grey, from that day on it is red, and each as of the day asked', async () => {
  clock.now = new Date('2026-11-20T01:00:00Z');
  await breach('2026-11-18T00:00:00Z');
  expect((await clauseOf()).light).toBe('off');
  clock.now = new Date('2026-12-03T01:00:00Z');
  expect(await clauseOf()).toMatchObject({ light: 'late' });
  expect(await clauseOf('2026-11-25')).toMatchObject({ light: 'off', starts: '2026-12-01' });
});

test('what has begun or is late cannot be put off', async () => {
  const { refused } = await propose(start('2027-02-01'), start('2027-02-01', 'xiluo.5.2.2.3.1'));
  expect(refused.map(({ code, fix }) => [code, fix?.go])).toEqual([
    ['state', 'exception.open'],
    ['state', 'exception.open'],
  ]);
});

test('a plan is returned with a reason, which stays', async () => {
  const { body } = await propose(start('2027-02-01', 'xiluo.3.1'));
  expect((await decide(body.plan, false)).refused[0]?.field).toBe('note');
  expect((await decide(body.plan, false, { note: '太晚' })).status).toBe(200);
  const view = await (await chou()).ok('plan.get', {});
  expect(view.past.map(({ outcome, note }: { outcome: string; note?: string }) => [outcome, note])).toEqual([
    ['returned', '太晚'],
    ['approved', undefined],
  ]);
  expect(view).toMatchObject({ mayPropose: true, mayDecide: false });
});

test('the CISO’s deputy decides within the dates, the record naming both; whoever proposed it never does', async () => {
  const { body } = await propose(start('2027-03-01', 'xiluo.3.1'));
  const away = { id: office.persons.fan, from: '2026-12-04', until: '2026-12-05' };
  await (await fan()).ok('people.addDeputy', { ...away, person: office.persons.chou, order: 1 });
  await (await fan()).ok('people.addDeputy', { ...away, person: office.persons.kuo, order: 2 });
  const by = async (who: 'chou' | 'kuo') =>
    (await office.as(who)).call('plan.decide', { plan: body.plan, approve: true, factor: { password: PASSWORD } });
  clock.now = new Date('2026-12-03T15:59:00Z');
  expect((await by('kuo')).refused[0]?.code).toBe('by');
  clock.now = new Date('2026-12-03T16:00:00Z');
  expect((await by('chou')).refused[0]?.code).toBe('never');
  expect(await (await office.as('kuo')).ok('plan.get', {})).toMatchObject({
    mayDecide: true,
    decidesFor: { name: '范資安長' },
  });
  expect((await by('kuo')).status).toBe(200);
  const [decided] = (await (await chou()).ok('plan.get', {})).past;
  expect(decided).toMatchObject({ decidedBy: { id: office.persons.kuo }, decidedFor: { id: office.persons.fan } });
  const written = await office.superuser.query<{ actor: object }>(
    `select convert_from(entry, 'utf8')::jsonb->'actor' as actor from event where type = 'adoption_plan.approved' order by pos desc limit 1`,
  );
  expect(written.rows[0]?.actor).toMatchObject({
    person: office.persons.kuo,
    for: office.persons.fan,
    grants: [expect.any(String)],
  });
  const late = (await propose(start('2027-04-01', 'xiluo.3.1'))).body.plan;
  clock.now = new Date('2026-12-05T16:00:00Z');
  const after = { plan: late, approve: true, factor: { password: PASSWORD } };
  expect((await (await office.as('kuo')).call('plan.decide', after)).refused[0]?.code).toBe('by');
});

test('beside a red light its owner explains, again if need be; the auditor reads both, and nobody else writes', async () => {
  const say = async (who: 'chen' | 'wang' | 'chien' | 'lin', cause: string) =>
    (await office.as(who)).call('procedure.explain', {
      clause: SCAN,
      cause,
      measure: '改由廠商代掃',
      due: '2026-12-20',
    });
  expect((await say('wang', '忘了')).refused[0]?.code).toBe('by');
  expect((await say('chien', '忘了')).refused[0]?.code).toBe('by');
  expect((await say('lin', '忘了')).refused[0]?.code).toBe('by');
  expect((await say('chen', '掃描授權到期')).status).toBe(200);
  clock.now = new Date('2026-12-07T01:00:00Z');
  expect((await say('chen', '採購已決標')).status).toBe(200);
  const seen = await (await office.as('chien')).ok('procedure.evidence', { clause: SCAN });
  expect(
    seen.explanations.map(({ cause, by, breaches }: { cause: string; by: { name: string }; breaches: number }) => [
      cause,
      by.name,
      breaches,
    ]),
  ).toEqual([
    ['採購已決標', '陳機房', 1],
    ['掃描授權到期', '陳機房', 1],
  ]);
  expect(seen.mayExplain).toBe(false);
  const then = await (await office.as('chien')).ok('procedure.evidence', { clause: SCAN, asOf: '2026-12-06' });
  expect(then.explanations).toHaveLength(1);
});
