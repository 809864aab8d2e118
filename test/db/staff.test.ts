import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { workRound } from '../../src/rounds.ts';
import { type Desk, deskOf } from './desk.ts';
import { client, emailOf, type Office, openOffice, PASSWORD, signIn } from './office.ts';
import type { PersonName } from './people.ts';

/** Where people are few, through requests: one does both openly, two give a new password, an office is handed over. */

const clock = { now: new Date('2026-11-20T01:00:00Z') };
const factor = { password: PASSWORD };
let office: Office;
let desk: Desk;

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
});
afterAll(() => office?.close());

const ok = async (who: PersonName, procedure: string, input: Record<string, unknown> = {}) =>
  (await office.as(who)).ok(procedure, input);
const call = async (who: PersonName, procedure: string, input: Record<string, unknown> = {}) =>
  (await office.as(who)).call(procedure, input);
const codes = (answer: { refused: { code: string }[] }) => answer.refused.map(({ code }) => code);
const told = async (who: PersonName): Promise<string[]> =>
  (await ok(who, 'notices.list')).items.map(({ message }: { message: { zh: string } }) => message.zh);

async function submitted(who: PersonName, title: string): Promise<string> {
  const body = [await desk.file(who, `${title}.odt`)];
  const values = { title, kind: 'procedure', code: 'XL-12', edition: '1.0', body };
  Object.assign(values, { summary: '規範存取', effective_on: '2027-01-01' });
  const id = await desk.open(who, 'policy_document', values);
  await desk.act(who, id, 'submit');
  return id;
}

describe.sequential('兼任', () => {
  let document: string;
  let exception: string;
  let duties: string;
  const agree = (who: PersonName, id: string) => desk.refused(who, id, 'agree', { review_opinion: '同意' });

  test('base.31: without it the only person who could is refused; the CISO permits it for a year at most', async () => {
    document = await submitted('lu', '存取管制');
    expect((await agree('lu', document)).map(({ code }) => code)).toEqual(['never']);
    exception = await desk.open('chou', 'concurrent_duty', {
      person: office.persons.lu,
      covers: ['policy_document.agree'],
      reason: '小組僅組長一人',
      measure: '資安承辦人逐件副署',
      until: '2027-12-31',
    });
    const refused = await desk.refused('chou', exception, 'submit');
    expect(refused.map(({ gate }) => gate)).toEqual(['ends_in_time']);
    await desk.save('chou', exception, { until: '2027-06-30' });
    await desk.act('chou', exception, 'submit');
    expect(await desk.act('fan', exception, 'approve')).toBe('in_force');
    expect((await desk.get('fan', exception)).names).toMatchObject({
      'policy_document.agree': expect.stringContaining('審閱同意'),
    });
  });

  test('it is signed, held, countersigned by another, and reads 兼任 on screen and print', async () => {
    expect(await agree('lu', document)).toEqual([]);
    const held = await desk.get('chou', document);
    expect(held).toMatchObject({
      state: 'review',
      held: [{ mark: { kind: 'concurrent', exception: { id: exception } }, mayConfirm: true }],
    });
    const confirmation = { id: document, mark: held.held[0].id, agree: true, factor };
    expect(codes(await call('lu', 'records.confirm', confirmation))).toEqual(['never']);
    await ok('chou', 'records.confirm', confirmation);
    expect((await desk.get('lu', document)).seals.at(-1)).toMatchObject({
      action: 'agree',
      mark: { kind: 'concurrent', label: { zh: '兼任' }, confirmed: { by: { id: office.persons.chou } } },
    });
  });

  test('the auditor gets the month’s list, once, and nobody else opens it', async () => {
    clock.now = new Date('2026-12-01T01:00:00Z');
    await workRound(office.platform, office.organisation);
    await workRound(office.platform, office.organisation);
    const notices = (await ok('chien', 'notices.list')).items.filter(({ go }: { go?: string }) => go);
    expect(notices).toMatchObject([{ go: '/people/watched?month=2026-11' }]);
    expect(await ok('chien', 'watched.list', { month: '2026-11' })).toMatchObject([
      {
        kind: 'concurrent',
        person: { id: office.persons.lu },
        record: { id: document },
        exception: { id: exception },
        confirmed: { by: { id: office.persons.chou } },
        waits: false,
      },
    ]);
    expect((await call('wang', 'watched.list', { month: '2026-11' })).status).toBe(403);
  });

  test('two roles that exclude each other are held together while the exception names both', async () => {
    const give = (until?: string) =>
      call('lin', 'people.giveRole', {
        id: office.persons.chen,
        role: 'auditor',
        unit: office.units.office,
        from: '2026-12-01',
        ...(until ? { until } : {}),
      });
    expect(codes(await give('2027-03-31'))).toEqual(['never']);
    const both = await desk.open('chou', 'concurrent_duty', {
      person: office.persons.chen,
      roles: ['auditor', 'room_manager'],
      reason: '稽核出缺',
      measure: '資安長抽查',
      until: '2027-03-31',
    });
    await desk.act('chou', both, 'submit');
    await desk.act('fan', both, 'approve');
    expect(codes(await give())).toEqual(['required']);
    expect(codes(await give('2027-03-31'))).toEqual([]);
    const asked = (await ok('kuo', 'people.get', { id: office.persons.chen })).roles.find(
      ({ role }: { role: string }) => role === 'auditor',
    );
    await ok('kuo', 'people.confirmRole', { grant: asked.grant, factor });
    duties = both;
  });

  test('revoked before its end, it takes the role along that it carried, and says so', async () => {
    const held = async () =>
      (await ok('chou', 'people.get', { id: office.persons.chen })).roles.map(({ role }: { role: string }) => role);
    expect(await held()).toContain('auditor');
    await workRound(office.platform, office.organisation);
    expect(await held()).toContain('auditor');
    expect(await desk.act('kuo', duties, 'revoke', { reason: '稽核已補實' })).toBe('ended');
    await workRound(office.platform, office.organisation);
    expect(await held()).toEqual(['room_manager']);
    expect((await told('chen')).filter((words) => words.includes('稽核人員'))).toHaveLength(1);
    expect((await told('chen')).some((words) => words.includes('併任之角色同時撤銷'))).toBe(true);
    await workRound(office.platform, office.organisation);
    expect(office.defects()).toEqual([]);
  });
});

describe.sequential('a password reset by two people', () => {
  let reset: string;
  let code: string;
  const renewed = 'After-The-Reset-2026';

  test('the head may ask, with a reason; who may be the second is told by name', async () => {
    await office.as('wang');
    const asked = { id: office.persons.wang, reason: '忘記密碼' };
    expect(codes(await call('tsai', 'people.resetRequest', asked))).toEqual(['by']);
    expect(codes(await call('tang', 'people.resetRequest', asked))).toEqual(['by']);
    const { approvers } = await ok('li', 'people.resetRequest', asked);
    const names = approvers.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['林管理', '白副管', '郭資安', '周承辦']));
    expect(names).not.toEqual(expect.arrayContaining(['李課長']));
    expect((await told('kuo')).join()).toContain('李課長 為 王承辦 申請重設密碼');
  });

  test('the asker cannot be the second; the second gets the slip once', async () => {
    const [mine] = await ok('li', 'resets.list');
    expect(mine).toMatchObject({ account: '王承辦', askedBy: '李課長', reason: '忘記密碼', mine: true });
    reset = mine.reset;
    expect(codes(await call('li', 'resets.approve', { reset }))).toEqual(['never']);
    const slip = await ok('kuo', 'resets.approve', { reset });
    expect(slip).toMatchObject({
      account: '王承辦',
      email: emailOf('wang'),
      askedBy: '李課長',
      approvedBy: '郭資安',
      organisation: '西螺示範公所',
    });
    code = slip.code;
    expect(codes(await call('chou', 'resets.approve', { reset }))).toEqual(['missing']);
    expect(await ok('kuo', 'resets.list')).toEqual([]);
  });

  test('the owner sets a new one; what they seal within the week is marked for ever, later ones are not', async () => {
    await office.nobody().ok('resets.complete', { code, password: renewed });
    const wang = client(office.app);
    await signIn(wang, emailOf('wang'), renewed);
    expect((await told('kuo')).join()).toContain('王承辦');
    expect(
      (await wang.ok('notices.list', {})).items.some(({ message }: { message: { zh: string } }) =>
        message.zh.includes('李課長 申請、郭資安 核可'),
      ),
    ).toBe(true);
    const seal = async (title: string) => {
      const { id } = await wang.ok('records.open', {
        type: 'concurrent_duty',
        values: {
          person: office.persons.tsai,
          covers: ['policy_document.agree'],
          reason: title,
          measure: '副署',
          until: '2027-01-31',
        },
      });
      await wang.ok('records.act', { id, action: 'submit', with: {}, factor: { password: renewed } });
      return (await wang.ok('records.get', { id })).seals.at(-1);
    };
    expect(await seal('一')).toMatchObject({ action: 'submit', afterReset: true });
    clock.now = new Date('2026-12-09T01:00:00Z');
    await signIn(wang, emailOf('wang'), renewed);
    expect((await seal('二')).afterReset).toBeUndefined();
    expect(await ok('chien', 'watched.list', { month: '2026-12' })).toMatchObject([
      { kind: 'after_reset', person: { id: office.persons.wang } },
    ]);
    const clear = await office.superuser.query(`select 1 from event where position($1::bytea in entry) > 0`, [
      Buffer.from('忘記密碼'),
    ]);
    expect(clear.rows).toEqual([]);
  });

  test('without a mail server the own mailbox is no way, and is not offered', async () => {
    expect(await office.nobody().ok('resets.ways')).toEqual({ mail: false });
    expect(codes(await office.nobody().call('resets.request', { email: emailOf('wang') }))).toEqual(['unready']);
  });
});

describe.sequential('職務交接', () => {
  let host: string;
  let draft: string;
  let handover: string;
  let exception: string;

  test('base.30: both sign, the head witnesses; the day it takes effect everything open goes over, once', async () => {
    host = await desk.open('chen', 'host', {
      name: 'web-09',
      owner: office.persons.hsu,
      kind: 'server',
      environment: 'production',
      address: '10.20.30.9',
      phase: 'operation',
      asset_kind: 'server',
    });
    draft = await desk.open('hsu', 'policy_document', {
      title: '未完成',
      kind: 'manual',
      code: 'XL-77',
      edition: '0.1',
    });
    await ok('hsu', 'people.addDeputy', {
      id: office.persons.hsu,
      person: office.persons.tsai,
      order: 1,
      from: '2026-12-09',
      until: '2026-12-31',
    });
    exception = await desk.open('hsu', 'exception', { subject: host });
    await desk.save('hsu', exception, {
      loosens: ['scan_max_age_days'],
      reason: '設備老舊',
      risk: 'low',
      until: '2027-03-31',
      measures: [{ id: 'r1', what: '限制來源', owner: office.persons.hsu, check: '每週檢視', due: '2026-12-31' }],
    });
    await desk.act('hsu', exception, 'submit');
    await desk.act('kuo', exception, 'advise', { advice: '可行', acceptable: true });
    await desk.act('fan', exception, 'approve');
    handover = await desk.open('hsu', 'handover', {
      leaver: office.persons.hsu,
      successor: office.persons.chen,
      effective: '2026-12-10',
      roles: ['application_manager'],
      notes: '備份碟於 3 號櫃',
    });
    expect((await desk.get('hsu', handover)).values.hosts).toMatchObject([{ source: host }]);
    await desk.act('hsu', handover, 'hand_over');
    const [line] = (await desk.get('chen', handover)).values.exceptions;
    expect(line).toMatchObject({ source: exception });
    await desk.save('chen', handover, { exceptions: [{ ...line, known: false }] });
    const refused = await desk.refused('chen', handover, 'take_over');
    expect(refused.map(({ gate }) => gate)).toEqual(['exceptions_known']);
    await desk.save('chen', handover, { exceptions: [{ ...line, known: true }] });
    await desk.act('chen', handover, 'take_over');
    await desk.act('hsieh', handover, 'witness');
    await workRound(office.platform, office.organisation);
    expect((await desk.get('chen', host)).values.owner).toBe(office.persons.hsu);
    clock.now = new Date('2026-12-10T01:00:00Z');
    const command = { do: 'tick' as const, id: 'tick-of-the-day', record: handover };
    await office.platform.dispatch({ organisation: office.organisation, actor: { kind: 'clock' }, command });
    expect((await desk.get('chen', handover)).state).toBe('in_effect');
    await workRound(office.platform, office.organisation);
    expect((await desk.get('chen', host)).values.owner).toBe(office.persons.chen);
    expect((await desk.get('chen', draft)).requester.id).toBe(office.persons.chen);
    expect((await desk.get('chen', exception)).values.measures).toMatchObject([{ owner: office.persons.chen }]);
    const history = await ok('chen', 'records.history', { id: host });
    expect(history.map(({ label }: { label: { zh: string } }) => label.zh)).toContain('職務交接');
    const leaver = await ok('chou', 'people.get', { id: office.persons.hsu });
    expect(leaver.deputies).toEqual([]);
    expect(leaver.roles.map(({ role }: { role: string }) => role)).toEqual(['room_manager']);
    const size = (await desk.get('chen', host)).version;
    await workRound(office.platform, office.organisation);
    expect((await desk.get('chen', host)).version).toBe(size);
    expect(office.defects()).toEqual([]);
  });

  test('its print is the list both signed', async () => {
    const printed = await (await office.as('chen')).send(`/api/v1/records/${handover}/print.pdf`);
    expect(printed.headers.get('content-type')).toContain('pdf');
  });
});

describe.sequential('a temporary account', () => {
  test('is told of its last day a week before, once, and does not sign in from the day after', async () => {
    await office.as('tsai');
    await ok('lin', 'people.edit', { id: office.persons.tsai, until: '2026-12-14' });
    await workRound(office.platform, office.organisation);
    await workRound(office.platform, office.organisation);
    expect((await told('tsai')).filter((words) => words.includes('2026-12-14'))).toHaveLength(1);
    expect((await told('chou')).some((words) => words.includes('蔡代理'))).toBe(true);
    clock.now = new Date('2026-12-14T16:00:01Z');
    // Whatever changes about people makes the door look anew; otherwise it does within three seconds.
    await ok('lin', 'people.edit', { id: office.persons.bai, title: '副管' });
    const late = client(office.app);
    await signIn(late, emailOf('tsai')).catch(() => undefined);
    expect((await late.call('records.list', {})).status).not.toBe(200);
  });
});

describe.sequential('units', () => {
  test('a unit with people ends only by naming its successor, which the list then shows', async () => {
    const body = { id: office.units.civil, until: '2026-12-15' };
    expect((await call('lin', 'units.edit', body)).refused).toMatchObject([{ field: 'successor' }]);
    await ok('lin', 'units.edit', { ...body, successor: office.units.it });
    clock.now = new Date('2026-12-16T01:00:00Z');
    const units = await ok('lin', 'units.list');
    expect(units).toContainEqual(expect.objectContaining({ id: office.units.civil, successor: office.units.it }));
  });
});

describe('what is published', () => {
  test('is open to everybody it is told to, by every way, while it is in force: not its drafts, not its past, not once withdrawn', async () => {
    const title = '可攜式媒體管理程序';
    const id = await submitted('chou', title);
    const { rows } = await office.superuser.query(`select sha256 from record_file where record = $1 and held`, [id]);
    const today = clock.now.toISOString().slice(0, 10);
    const ways = async () => {
      const chen = await office.as('chen');
      const listed = await chen.ok('records.list', { type: 'policy_document' });
      const searched = await chen.ok('records.list', { search: '可攜式媒體' });
      const held = (page: { items: { id: string }[] }) => page.items.some((one) => one.id === id);
      return [
        (await chen.call('records.get', { id })).status,
        (await chen.send(`/api/v1/files/${rows[0].sha256}`)).status,
        (await chen.send(`/api/v1/records/${id}/print.pdf`)).status === 200,
        held(listed),
        held(searched),
      ];
    };
    const closed = [404, 404, false, false, false];
    expect(await ways()).toEqual(closed);
    await desk.act('lu', id, 'agree', { review_opinion: '同意' });
    expect(await ways()).toEqual(closed);
    clock.now = new Date(clock.now.getTime() + 60_000);
    await desk.act('fan', id, 'publish');
    expect(await ways()).toEqual([200, 200, true, true, true]);
    const chen = await office.as('chen');
    expect((await chen.ok('records.history', { id })).map(({ type }: { type: string }) => type)).not.toContain(
      'record.opened',
    );
    expect((await chen.call('records.get', { id, asOf: today })).status).toBe(404);
    expect(
      (await (await office.as('chou')).ok('records.history', { id })).map(({ type }: { type: string }) => type),
    ).toContain('record.opened');
    const size = async () =>
      (await office.superuser.query('select next_pos from head where organisation = $1', [office.organisation])).rows[0]
        .next_pos;
    const before = await size();
    await chen.ok('records.looked', { id, version: 3 });
    expect((await chen.ok('records.get', { id })).looked).toMatchObject({ version: 3 });
    expect((await desk.get('chou', id)).looked).toBeUndefined();
    expect(await size()).toBe(before); // looking is no entry
    await desk.act('chou', id, 'withdraw', { reason: '另訂新版' });
    expect(await ways()).toEqual(closed);
  });
});
