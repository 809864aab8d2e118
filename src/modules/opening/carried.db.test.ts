import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../../../test/db/desk.ts';
import { type Office, openOffice } from '../../../test/db/office.ts';
import { tickDue } from '../../runtime/schedule.ts';

/** Two old systems in an office's first week: in use and marked, owing their papers; what supplies them, and what lateness does. */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
let office: Office;
let desk: ReturnType<typeof deskOf>;
const chen = () => office.as('chen');
const tick = () => tickDue({ ...office.platform.parts, dispatch: office.platform.dispatch }, office.organisation);
const evidenceOf = async (clause: string, asOf?: string) =>
  (await office.as('chien')).ok('procedure.evidence', { clause, ...(asOf ? { asOf } : {}) });
const lightOf = async (clause: string, asOf?: string) => (await evidenceOf(clause, asOf)).clause.light;

const HEADINGS = ['系統名稱', '系統負責人', '應用系統管理人員', '重要系統', '組成種類', '沿用', '啟用日', '補件期限'];
const rowOf = (line: number, cells: string[]) => ({
  id: crypto.randomUUID(),
  line,
  type: 'system',
  cells: Object.fromEntries(HEADINGS.map((heading, column) => [heading, cells[column] ?? ''])),
});
const rows = [
  rowOf(2, ['公文系統', '王承辦', '許專員', '是', '應用系統', '是', '104/3/1', '116/6/30']),
  rowOf(3, ['圖書系統', '王承辦', '許專員', '否', '應用系統', '是', '2018-09-01', '2027-02-28']),
];
const [documents, library] = rows.map(({ id }) => id) as [string, string];
const papersOf = async (system: string) => (await desk.get('chou', system)).gaps;
const paper = async (system: string, what: string) =>
  (await papersOf(system)).find((gap: { what: { zh: string } }) => gap.what.zh === what);
const supply = async (id: string, madeOn: string) => {
  await desk.save('hsu', id, { document: '補件', made_on: madeOn, evidence: [await desk.file('hsu', '補件.pdf')] });
  expect(await desk.act('hsu', id, 'supply')).toBe('confirm');
};

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
  clock.now = new Date('2026-11-03T01:00:00Z');
});
afterAll(() => office?.close());

describe.sequential('a system carried over', () => {
  test('is told by whom the list must be confirmed, and what began later is refused', async () => {
    const late = rowOf(4, ['新系統', '王承辦', '許專員', '否', '應用系統', '是', '115/11/3', '118/1/1']);
    const checked = await (await chen()).ok('registers.check', {
      type: 'system',
      headings: HEADINGS,
      rows: [...rows, late],
    });
    expect(checked.rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual(['new', 'new', 'refused']);
    expect(checked.rows[2].refused.map(({ gate }: { gate: string }) => gate)).toEqual(['ran_before', 'papers_in_time']);
    const names = checked.second[0].persons.map(({ name }: { name: string }) => name);
    expect(names).toEqual(expect.arrayContaining(['謝主任', '呂組長', '范資安長']));
    expect(names).not.toContain('陳機房');
  });

  test('is confirmed by a second person, named beside whoever prepared it, and is then in operation', async () => {
    const { id } = await (await chen()).ok('registers.draft', {
      type: 'system',
      headings: HEADINGS,
      rows,
      title: '沿用系統',
    });
    expect((await desk.refused('chen', id, 'enter')).map(({ gate }) => gate)).toEqual(['second_signs']);
    expect(await desk.act('chen', id, 'submit')).toBe('confirm');
    expect(await desk.act('hsieh', id, 'confirm')).toBe('entered');
    expect(await desk.get('chou', documents)).toMatchObject({
      state: 'operation',
      badges: [{ zh: '沿用' }],
      requester: { name: '陳機房' },
    });
    const history = await (await office.as('chou')).ok('records.history', { id: documents });
    const opened = history.find(({ type }: { type: string }) => type === 'record.opened');
    expect(opened).toMatchObject({ by: { name: '謝主任' }, label: { zh: '建立資訊系統：陳機房編製，謝主任確認' } });
    const { items } = await (await office.as('chou')).ok('records.list', { type: 'system' });
    expect(items.map(({ badges }: { badges: { zh: string }[] }) => badges[0]?.zh)).toEqual(['沿用', '沿用']);
  });

  test('owes its papers as dated tasks, and their clauses are amber', async () => {
    expect(
      (await papersOf(documents)).map(({ what, due, owner }: never) => [
        (what as { zh: string }).zh,
        due,
        (owner as { name: string }).name,
      ]),
    ).toEqual(
      expect.arrayContaining([
        ['資訊系統上線作業紀錄表', '2027-06-30', '許專員'],
        ['備份計畫與還原測試', '2027-06-30', '許專員'],
      ]),
    );
    expect(await papersOf(documents)).toHaveLength(6);
    expect(await papersOf(library)).toHaveLength(4);
    const tasks = await (await office.as('hsu')).ok('tasks.list', {});
    const owed = tasks.filter(({ record }: { record: { type: string } }) => record.type === 'missing_paper');
    expect(owed).toHaveLength(10);
    expect(owed.map(({ record }: { record: { title: string } }) => record.title)).toContain('圖書系統：安控措施文件');
    const english = owed.map(({ record }: { record: { titleEn?: string } }) => record.titleEn);
    expect(english).toContain('圖書系統: Security-controls document');
    expect(owed[0].due.slice(0, 10)).toBe('2027-02-28');
    for (const clause of ['xiluo.4.7', 'xiluo.3.6.2', 'xiluo.5.0', 'xiluo.5.1.0'])
      expect(await lightOf(clause), clause).toBe('partial');
    const { gaps } = await evidenceOf('xiluo.4.7');
    expect(gaps.map(({ about }: { about: { title: string } }) => about.title)).toEqual(['圖書系統', '公文系統']);
  });

  test('counts a paper once somebody else has confirmed it; the clause is green with the last one only', async () => {
    clock.now = new Date('2026-11-10T01:00:00Z');
    const first = await paper(documents, '系統回復作業程序');
    await supply(first.id, '2026-11-09');
    expect((await desk.refused('hsu', first.id, 'confirm')).map(({ code }) => code)).toEqual(['by']);
    expect(await lightOf('xiluo.5.1.3.2.b')).toBe('partial');
    expect(await desk.act('chou', first.id, 'confirm')).toBe('supplied');
    expect(await lightOf('xiluo.5.1.3.2.b')).toBe('partial');
    const second = await paper(library, '系統回復作業程序');
    await supply(second.id, '2026-11-09');
    await desk.act('chou', second.id, 'confirm');
    expect(await lightOf('xiluo.5.1.3.2.b')).toBe('ok');
    expect(await lightOf('xiluo.5.1.3.2.b', '2026-11-05')).toBe('partial');
  });

  test('turns its clauses red when the date is past, until the CISO moves it openly', async () => {
    clock.now = new Date('2027-03-02T01:00:00Z');
    await tick();
    expect(await lightOf('xiluo.4.7')).toBe('late');
    const { gaps } = await evidenceOf('xiluo.4.7');
    expect(gaps.map(({ late }: { late: boolean }) => late)).toEqual([true, false]);
    clock.now = new Date('2027-03-03T01:00:00Z');
    const late = await paper(library, '資訊系統上線作業紀錄表');
    expect(await desk.act('fan', late.id, 'postpone', { due: '2027-04-30', reason: '人力不足' })).toBe('owed');
    expect(await lightOf('xiluo.4.7')).toBe('partial');
  });

  test('leaves a ledger that verifies', async () => {
    const { ledger } = office.platform;
    await expect
      .poll(async () => (await ledger.verify(office.organisation)).findings.filter(({ ok }) => !ok))
      .toEqual([]);
  });
});
