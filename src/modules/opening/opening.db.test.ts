import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { deskOf } from '../../../test/db/desk.ts';
import { type Office, openOffice } from '../../../test/db/office.ts';
import { withOrganisation } from '../../runtime/store/session.ts';

/** Forty hosts of an office from a spreadsheet with its faults to one signed list, and what becomes of it when it is undone. */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
let office: Office;
let desk: ReturnType<typeof deskOf>;

const HEADINGS = ['主機名稱', '種類', '環境', '保管人', 'IP', '使用階段', '資產種類', '備註'];
type Row = { id: string; line: number; type: string; cells: Record<string, string>; decided?: 'out' | 'anyway' };
const good = (n: number) => [`主機 ${n}`, '伺服器', '正式', '陳機房', `10.9.1.${n}`, '維運', '伺服器', ''];
const pasted = (rows: string[][]) => [HEADINGS, ...rows].map((cells) => cells.join('\t')).join('\n');
const cellsOf = (rows: string[][]): Row[] =>
  rows.map((cells, n) => ({
    id: crypto.randomUUID(),
    line: n + 2,
    type: 'host',
    cells: Object.fromEntries(HEADINGS.map((heading, column) => [heading, cells[column] ?? ''])),
  }));
const table = (rows: Row[], more: object = {}) => ({ type: 'host', headings: HEADINGS, rows, ...more });
const chen = () => office.as('chen');
const hosts = async () => (await (await chen()).ok('records.list', { type: 'host', limit: 200 })).items;
const numbersMissing = async () => {
  const { series } = await (await office.as('chien')).ok('populations.get', {
    type: 'host',
    from: '2026-11-01',
    until: '2026-11-30',
  });
  return series.map(({ given, missing }: { given: number; missing: number[] }) => [given, missing]);
};

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
});
afterAll(() => office?.close());

describe.sequential('an opening list', () => {
  const rows = cellsOf(Array.from({ length: 40 }, (_, n) => good(n + 1)));
  let list: { id: string; version: number };

  test('is read from cells as pasted: columns known by what offices call them', async () => {
    const read = await (await chen()).ok('registers.readTable', {
      type: 'host',
      pasted: pasted([good(1), ['主機 2', '伺服器', '正式', '', '', '', '', '']]),
    });
    expect(read).toMatchObject({ format: 'utf-8', headings: HEADINGS.slice(0, 7), rows: [{ line: 2 }, { line: 3 }] });
    const { sha256 } = await desk.file(
      'chen',
      'hosts.xlsx',
      readFileSync(join(import.meta.dirname, '../../importers/table/samples/hosts.xlsx')),
    );
    const excel = await (await chen()).ok('registers.readTable', { type: 'host', file: sha256 });
    expect(excel.sheets).toEqual([
      { name: '主機', hidden: false, rows: 5 },
      { name: '停用', hidden: true, rows: 1 },
    ]);
    expect(excel.rows[0].cells).toMatchObject({ 主機名稱: 'ＷＥＢ０１', 負責人: '陳股長', 啟用日期: '2019-03-01' });
  });

  test('tells each fault in its row, those above being there already', async () => {
    const faulty = cellsOf([
      good(1),
      ['', '伺服器', '正式', '陳機房', '10.9.2.1', '維運', '伺服器', ''],
      ['主機 102', '洗衣機', '正式', '陳機房', '10.9.2.2', '維運', '伺服器', ''],
      ['主機 103', '伺服器', '正式', '陳股長', '10.9.2.3', '維運', '伺服器', ''],
      ['主機 104', '伺服器', '正式', '陳機房', '10.9.2.300', '維運', '伺服器', ''],
      ['主機 105', '伺服器', '正式', '陳機房', '10.9.1.1', '維運', '伺服器', ''],
      ['主機 106', '伺服器', '正式', ' 陳 機 房 ', '１０.９.２.６', '維運', '伺服器', ''],
    ]);
    const { rows: judged, mapping } = await (await chen()).ok('registers.check', table(faulty));
    expect(mapping).toEqual({
      主機名稱: 'name',
      種類: 'kind',
      環境: 'environment',
      保管人: 'owner',
      IP: 'address',
      使用階段: 'phase',
      資產種類: 'asset_kind',
    });
    expect(
      judged.map(({ line, refused }: { line: number; refused: { code: string; field?: string }[] }) => [
        line,
        ...refused.map(({ code, field }) => `${code} ${field ?? ''}`),
      ]),
    ).toEqual([
      [2],
      [3, 'required name'],
      [4, 'invalid kind'],
      [5, 'invalid owner'],
      [6, 'invalid address'],
      [7, 'duplicate '],
      [8],
    ]);
    expect(judged[3].unknown[0]).toMatchObject({
      field: 'owner',
      written: '陳股長',
      of: 'person',
      candidates: [{ name: '陳機房' }],
    });
    expect(judged[5].twin).toEqual({ line: 2, name: '主機 1' });
    const settled = await (await chen()).ok(
      'registers.check',
      table(
        faulty.map((row) =>
          row.line === 7
            ? { ...row, decided: 'anyway' as const }
            : [3, 4, 6].includes(row.line)
              ? { ...row, decided: 'out' as const }
              : row,
        ),
        {
          resolved: [{ field: 'owner', written: '陳股長', id: judged[3].unknown[0].candidates[0].id, name: '陳機房' }],
        },
      ),
    );
    expect(settled.rows.map(({ outcome }: { outcome: string }) => outcome)).toEqual([
      'new',
      'left',
      'left',
      'new',
      'left',
      'new',
      'new',
    ]);
  });

  test('may be kept with faults but not signed with them; nothing is in the register', async () => {
    const faulty = rows.map((row) => (row.line === 9 ? { ...row, cells: { ...row.cells, 保管人: '誰' } } : row));
    const kept = await (await chen()).ok('registers.draft', { ...table(faulty), title: '資訊室主機' });
    expect(kept).toMatchObject({ entries: 40, problems: 1 });
    expect((await desk.refused('chen', kept.id, 'enter')).map(({ gate }) => gate)).toContain('settled');
    list = await (await chen()).ok('registers.draft', {
      ...table(rows),
      title: '資訊室主機',
      list: { id: kept.id, version: kept.version },
    });
    expect(list).toMatchObject({ id: kept.id, problems: 0 });
    expect(await hosts()).toHaveLength(0);
  });

  test('undone as a whole before it is signed leaves no trace in the register and no number missing', async () => {
    const other = await (await chen()).ok('registers.draft', { ...table(cellsOf([good(99)])), title: '誤植' });
    expect(await desk.act('chen', other.id, 'drop', { reason: '重複編製' })).toBe('dropped');
    expect(await hosts()).toHaveLength(0);
    expect(await numbersMissing()).toEqual([]);
  });

  test('enters nothing when a single row is refused at the last moment: not even the signature', async () => {
    const broken = await (await chen()).ok('registers.draft', {
      ...table([...cellsOf([good(98)]), ...cellsOf([good(97)]).map((row) => ({ ...row, id: list.id }))]),
      title: '撞號',
    });
    const told = await desk.refused('chen', broken.id, 'enter');
    expect(told.map(({ code, line }) => [code, line])).toEqual([['duplicate', 2]]);
    expect((await desk.get('chen', broken.id)).state).toBe('draft');
    expect(await hosts()).toHaveLength(0);
    expect(await numbersMissing()).toEqual([]);
  });

  test('signed once, enters every row as an event of its own that names it, with numbers in one run', async () => {
    expect(await desk.act('chen', list.id, 'enter')).toBe('entered');
    const entered = await hosts();
    expect(entered).toHaveLength(40);
    expect(await numbersMissing()).toEqual([[40, []]]);
    const written = await withOrganisation(office.platform.db, office.organisation, (tx) =>
      sql<{ commands: number; named: number }>`select
        (select count(*) from command where organisation = ${office.organisation} and id like ${`${list.id}:%`} and count = 1) as commands,
        (select count(*) from record where organisation = ${office.organisation} and origin = ${list.id} and type = 'host') as named`.execute(
        tx,
      ),
    );
    expect(written.rows[0]).toEqual({ commands: 40, named: 40 });
  });

  test('once entered is not undone, nor entered again', async () => {
    expect((await desk.refused('chen', list.id, 'drop', { reason: '反悔' })).map(({ code }) => code)).toEqual([
      'state',
    ]);
    expect((await desk.refused('chen', list.id, 'enter')).map(({ code }) => code)).toEqual(['state']);
    expect(await hosts()).toHaveLength(40);
  });

  test('creates in the same list what its rows refer to, and a second person confirms when asked', async () => {
    const supplier = { id: crypto.randomUUID(), line: -1, type: 'supplier', cells: { name: '合泰資訊' } };
    const system: Row = {
      id: crypto.randomUUID(),
      line: 2,
      type: 'system',
      cells: {
        系統名稱: '線上繳費',
        系統負責人: '王承辦',
        重要系統: '是',
        組成種類: '伺服器、網管軟體',
        開發或維運廠商: '合泰',
      },
    };
    const given = { type: 'system', headings: Object.keys(system.cells), rows: [system] };
    const asked = await (await chen()).ok('registers.check', given);
    expect(asked.rows[0].unknown).toEqual([
      { field: 'supplier', written: '合泰', of: 'record', type: 'supplier', candidates: [] },
    ]);
    const resolved = [{ field: 'supplier', written: '合泰', id: supplier.id, name: '合泰資訊' }];
    const kept = await (await chen()).ok('registers.draft', {
      ...given,
      rows: [system, supplier],
      resolved,
      title: '系統',
    });
    expect(kept).toMatchObject({ entries: 2, problems: 0 });
    expect(await desk.act('chen', kept.id, 'submit')).toBe('confirm');
    expect((await desk.refused('chen', kept.id, 'confirm')).map(({ code }) => code)).toEqual(['by']);
    expect(await desk.act('hsieh', kept.id, 'confirm')).toBe('entered');
    expect(await desk.get('chen', system.id)).toMatchObject({ type: 'system', title: '線上繳費' });
    const opened = await withOrganisation(office.platform.db, office.organisation, (tx) =>
      sql<{
        requester: string;
      }>`select requester from record where organisation = ${office.organisation} and id = ${system.id}`.execute(tx),
    );
    expect(opened.rows[0]?.requester).toBe((await (await chen()).ok('me.get')).person.id);
  });
});

describe('two hundred hosts in a Big5 file with a title above, columns in their own order and faults', () => {
  const ORDER = ['IP', '保管人', '主機名稱', '環境', '種類', '使用階段', '資產種類', '備忘'];
  const host = (n: number) => [
    `10.20.0.${n}`,
    '陳機房',
    `機房主機 ${n}`,
    '正式',
    '伺服器',
    '維運',
    '伺服器',
    '115/2/30',
  ];
  const planted: Record<number, Record<number, string>> = {
    10: { 0: '10.20.0.300' },
    20: { 0: '10.20.0.19' },
    30: { 1: '陳股長' },
    40: { 1: '' }, // below a merged cell
    50: { 0: '１０.２０.０.５０' },
    60: { 1: ' 陳機房　', 2: '機房主機 60  ' },
    70: { 4: '洗衣機' },
    80: { 2: '' },
    90: { 3: '測試區' },
    100: { 0: '10.20.0.1OO' },
    110: { 3: '' },
  };
  const sheet = [
    ['西螺示範公所主機一覽表'],
    ORDER,
    ...Array.from({ length: 200 }, (_, at) => host(at + 1).map((cell, column) => planted[at + 1]?.[column] ?? cell)),
  ];
  const big5 = () =>
    execFileSync('iconv', ['-f', 'UTF-8', '-t', 'CP950'], { input: sheet.map((row) => row.join(',')).join('\r\n') });
  /** Two lines stand above the first host. */
  const lineOf = (n: number) => n + 2;

  test('each is told in its row, mended on screen, and all are signed once', async () => {
    const { sha256 } = await desk.file('chen', 'hosts.csv', big5());
    const read = await (await chen()).ok('registers.readTable', { type: 'host', file: sha256 });
    expect(read).toMatchObject({ format: 'big5', headings: ORDER });
    expect(read.rows).toHaveLength(200);
    const asRead = read.rows.map(({ line, cells }: Row) => ({ id: crypto.randomUUID(), line, type: 'host', cells }));
    const given = { type: 'host', headings: ORDER, rows: asRead as Row[] };
    const { rows: judged, mapping } = await (await chen()).ok('registers.check', given);
    expect(mapping.備忘).toBeUndefined();
    const told = judged.flatMap(({ line, refused }: { line: number; refused: { code: string; field?: string }[] }) =>
      refused.map(({ code, field }) => [line - 2, `${code} ${field ?? ''}`]),
    );
    expect(told).toEqual([
      [10, 'invalid address'],
      [20, 'duplicate '],
      [30, 'invalid owner'],
      [40, 'required owner'],
      [70, 'invalid kind'],
      [80, 'required name'],
      [90, 'invalid environment'],
      [100, 'invalid address'],
      [110, 'required environment'],
    ]);
    const right = (line: number, cells: Record<string, string>) => (row: Row) =>
      row.line === lineOf(line) ? { ...row, cells: { ...row.cells, ...cells } } : row;
    const mended = [
      right(10, { IP: '10.20.0.10' }),
      right(40, { 保管人: '陳機房' }),
      right(70, { 種類: '伺服器' }),
      right(80, { 主機名稱: '機房主機 80' }),
      right(90, { 環境: '測試' }),
      right(100, { IP: '10.20.0.100' }),
      right(110, { 環境: '正式' }),
    ].reduce((rows, mend) => rows.map(mend), given.rows);
    const candidate = judged.find(({ line }: Row) => line === lineOf(30)).unknown[0].candidates[0];
    const kept = await (await chen()).ok('registers.draft', {
      ...given,
      rows: mended.map((row) => (row.line === lineOf(20) ? { ...row, decided: 'out' } : row)),
      resolved: [{ field: 'owner', written: '陳股長', id: candidate.id, name: candidate.name }],
      title: '機房主機',
    });
    expect(kept).toMatchObject({ problems: 0 });
    const heard: unknown[] = [];
    const deaf = office.platform.news.listen(office.organisation, ({ working }) => working && heard.push(working));
    expect(await desk.act('chen', kept.id, 'enter')).toBe('entered');
    deaf();
    const to = { person: office.persons.chen, record: kept.id };
    expect(heard).toEqual([
      { ...to, done: 100, all: 199 },
      { ...to, done: 199, all: 199 },
    ]);
    const entered = await withOrganisation(office.platform.db, office.organisation, (tx) =>
      sql<{ hosts: number }>`select count(*)::int as hosts from record
        where organisation = ${office.organisation} and origin = ${kept.id} and type = 'host'`.execute(tx),
    );
    expect(entered.rows).toEqual([{ hosts: 199 }]);
    for (const [n, name] of [
      [50, '機房主機 50'],
      [60, '機房主機 60'],
    ] as const) {
      const id = asRead[n - 1].id;
      expect((await desk.get('chen', id)).values).toMatchObject({
        name,
        address: `10.20.0.${n}`,
        owner: office.persons.chen,
      });
    }
  });
});
