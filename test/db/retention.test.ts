import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { diskAt } from '../../src/adapters/backup/disk.ts';
import { KEEP } from '../../src/adapters/backup/generation.ts';
import { makeRecoveryKey, readRecoveryKey } from '../../src/adapters/backup/recovery-key.ts';
import { openGeneration, savedRows } from '../../src/adapters/backup/restore.ts';
import { backUp } from '../../src/cli/backups.ts';
import { restoreInto } from '../../src/cli/restoring.ts';
import { isRefused, type Refused } from '../../src/kernel/refusal.ts';
import { openReplay } from '../../src/main.ts';
import { workRound } from '../../src/rounds.ts';
import { INSTALLATION } from '../../src/runtime/organisations.ts';
import { startTestDatabase } from '../harness/database.ts';
import { destroyedWhileListing } from './forgery.ts';
import { type Office, openOffice, PASSWORD } from './office.ts';
import type { PersonName } from './people.ts';

/** Erasure and destruction as an office lives them (design: ledger, privacy and retention; invariant 9). */

const clock = { now: new Date('2026-11-20T01:00:00Z') };
const NAME = '賴測試甲乙丙';
let office: Office;
const ground = mkdtempSync(join(tmpdir(), 'ancheng-retention-'));
beforeAll(async () => {
  office = await openOffice({ clock });
});
afterAll(async () => {
  await office?.close();
  rmSync(ground, { recursive: true, force: true });
});
afterEach(() => expect(office.defects()).toEqual([]));

const as = async (person: PersonName, command: string, input: unknown) =>
  office.platform.dispatch({
    organisation: office.organisation,
    actor: { kind: 'person', person: office.persons[person], factor: 'password' },
    command: { do: command, id: randomUUID(), input },
  });
const act = async (person: PersonName, record: string, action: string, given: object = {}) => {
  const command = { do: 'act' as const, id: randomUUID(), record, action, with: given as never };
  const actor = { kind: 'person' as const, person: office.persons[person], factor: 'password' as const };
  return accepted(await office.platform.dispatch({ organisation: office.organisation, actor, command }));
};
const clockDoes = (name: string, input: unknown) => {
  const command = { do: name, id: randomUUID(), input };
  return office.platform.dispatch({ organisation: office.organisation, actor: { kind: 'clock' }, command });
};
const accepted = <T>(outcome: T | Refused): T => {
  if (isRefused(outcome)) throw new Error(JSON.stringify(outcome.refused));
  return outcome;
};
const open = async (person: PersonName, type: string, values: object): Promise<string> => {
  const { id } = await (await office.as(person)).ok('records.open', { type, values });
  return id;
};
const round = () => workRound(office.platform, office.organisation);
const failures = async () =>
  (await office.platform.ledger.verify(office.organisation)).findings.filter(({ ok }) => !ok);
const replayed = async () => {
  const { dataDir, database } = office;
  const replay = await openReplay({ dataDir, ownerUrl: database.ownerUrl, log: () => {}, clock: () => clock.now });
  return replay.faults(office.organisation).finally(() => replay.close());
};
const sealedAndSound = () => expect.poll(failures).toEqual([]);

/** Tables that still have a text in any column of any row, events as the bytes they are. */
async function tablesWith(text: string): Promise<string[]> {
  const { rows: tables } = await office.superuser.query<{ name: string }>(
    `select c.oid::regclass::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
      where n.nspname in ('public', 'auth') and c.relkind = 'r'`,
  );
  const found: string[] = [];
  for (const { name } of tables) {
    const bytes = name === 'event' ? ` or convert_from(entry, 'UTF8') like '%' || $1 || '%'` : '';
    const { rows } = await office.superuser.query(
      `select 1 from ${name} t where t::text like '%' || $1 || '%'${bytes} limit 1`,
      [text],
    );
    if (rows.length > 0) found.push(name);
  }
  return found.sort();
}

const filesWith = (folder: string, text: string): string[] =>
  readdirSync(folder, { recursive: true })
    .map((name) => join(folder, String(name)))
    .filter((path) => contentOf(path)?.includes(text));

/** A running signer writes beside and renames: what is gone since it was listed holds nothing. */
function contentOf(path: string): Buffer | undefined {
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return undefined;
  try {
    return readFileSync(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

describe('erasure of personal values', () => {
  const place = join(ground, 'disk');
  let sheet: string;
  let record: string;
  const back = async () =>
    accepted(
      await backUp(
        { dataDir: office.dataDir, kind: 'external', ownerUrl: office.database.ownerUrl },
        [place],
        KEEP,
        clock.now,
      ),
    ).runs[0]!;
  const rowsOnDisk = async (id?: string) => {
    const opened = accepted(await openGeneration(diskAt(place), accepted(readRecoveryKey(sheet)), id));
    const texts: string[] = [];
    for (const table of opened.generation.database.tables)
      for await (const bytes of savedRows(opened, table)) texts.push(Buffer.from(bytes).toString('utf8'));
    return texts.join('');
  };

  beforeAll(async () => {
    ({ sheet } = await makeRecoveryKey(office.dataDir, 'test', new Date()));
    mkdirSync(place);
    const installation = readFileSync(join(office.dataDir, 'secrets/installation'), 'utf8').trim();
    await diskAt(place).prepare({ format: 1, id: 'a', name: '甲碟', installation, preparedAt: '' });
    const { persons } = office;
    const system = await open('chen', 'system', {
      name: '線上繳費',
      owner: persons.li,
      important: false,
      kinds: ['application'],
      application_manager: persons.hsu,
    });
    record = await open('wang', 'access_request', {
      ...{
        name: NAME,
        purpose: '稽核來訪',
        necessity: '年度稽核',
        company: '稽核公司',
        way: 'physical',
        system,
        sponsor: persons.chen,
      },
      period: { start: '2026-11-23T09:00', end: '2026-11-24T17:00' },
    });
    await act('wang', record, 'submit');
    await (await office.as('wang')).ok('records.comment', { id: record, text: `${NAME}已來電` });
  });

  test('an open case still needs its values, and not everybody may order it', async () => {
    expect(await as('kuo', 'retention.erase', { kind: 'record', id: record, reason: '當事人請求' })).toMatchObject({
      refused: [{ code: 'state' }],
    });
    expect(await as('lin', 'retention.erase', { kind: 'record', id: record, reason: '當事人請求' })).toMatchObject({
      refused: [{ code: 'by' }],
    });
  });

  test('a legal hold stops it', async () => {
    await act('chen', record, 'refuse', { reason: '改期' });
    accepted(await as('kuo', 'retention.hold', { record, reason: '訴訟中' }));
    expect(await as('kuo', 'retention.erase', { kind: 'record', id: record, reason: '當事人請求' })).toMatchObject({
      refused: [{ code: 'state', message: { en: expect.stringContaining('legal hold') } }],
    });
    accepted(await as('kuo', 'retention.release', { record, reason: '訴訟終結' }));
  });

  test('afterwards the value is in no table, no sealed file and no newer backup, and the ledger is green', async () => {
    const kuo = await office.as('kuo');
    expect((await kuo.ok('records.list', { search: NAME })).items).toMatchObject([{ title: '稽核來訪' }]); // found by the name, and not called by it
    await kuo.ok('views.save', { name: '找人', query: { search: NAME } });
    await kuo.ok('registers.export', { type: 'access_request', search: NAME });
    const mail = { mail: 'digest.y', person: office.persons.chen, subject: '待辦', text: `${NAME} 之存取權` };
    accepted(await clockDoes('mail.queue', mail));
    const told = { notice: 'visit', persons: [office.persons.chen], roles: [], message: { zh: NAME, en: NAME } };
    accepted(await clockDoes('notices.send', { ...told, about: office.persons.chen }));
    expect(await tablesWith(NAME)).toEqual(expect.arrayContaining(['record', 'saved_view', 'mail_outbox', 'notice']));
    expect(await tablesWith(NAME)).not.toContain('event'); // encrypted from the first event on
    const older = await back();
    expect((await rowsOnDisk(older.made.id)).includes(NAME)).toBe(true);
    accepted(await as('kuo', 'retention.erase', { kind: 'record', id: record, reason: '當事人請求' }));
    await round();
    expect(await tablesWith(NAME)).toEqual([]);
    expect(filesWith(join(office.dataDir, 'log'), NAME)).toEqual([]);
    await sealedAndSound();
    clock.now = new Date(clock.now.getTime() + 86_400_000);
    const newer = await back();
    expect((await rowsOnDisk(newer.made.id)).includes(NAME)).toBe(false);
    const view = await (await office.as('wang')).ok('records.get', { id: record });
    expect(JSON.stringify(view)).not.toContain(NAME);
    const found = await (await office.as('wang')).ok('records.list', { search: NAME });
    expect(found.items).toEqual([]);
    const exports = await (await office.as('chien')).ok('trail.list', { limit: 20, filter: { type: 'export.made' } });
    expect(JSON.stringify(exports)).not.toContain(NAME);
    const mails = await office.superuser.query(`select body, next_at from mail_outbox where id = 'digest.y'`);
    expect(mails.rows).toEqual([{ body: null, next_at: null }]);
    expect(await replayed()).toEqual([]);
  });

  test('attachments of an erased record go from the disk and from newer backups, unless another record holds them', async () => {
    const own = await (await office.as('wang')).upload(`${NAME}身分證.txt`, `${NAME}身分證影本`);
    const shared = await (await office.as('wang')).upload('範本.txt', '共用的範本');
    const result = (title: string, ...files: object[]) =>
      open('wang', 'registered_result', { kind: 'capacity', title, finished_at: '2026-11-20T09:00', files });
    const erased = await result('來訪登記', own, shared);
    await result('另一筆', shared);
    await act('wang', erased, 'withdraw', { reason: '登錄有誤' });
    expect((await back()).made.attachments).toBe(2);
    expect(filesWith(join(office.dataDir, 'files'), NAME)).toHaveLength(1);
    expect(await tablesWith(`${NAME}身分證`)).not.toContain('event'); // a file's name is a person's, too
    const kuo = await office.as('kuo');
    expect(await kuo.ok('keeping.preview', { kind: 'record', id: erased })).toMatchObject({
      ...{ open: [], held: [], attachments: 1, shared: 1, records: 1 },
    });
    const order = { kind: 'record', id: erased, reason: '當事人請求' };
    expect(await kuo.call('keeping.erase', order)).toMatchObject({ refused: [{ code: 'factor' }] });
    await kuo.ok('keeping.erase', { ...order, factor: { password: PASSWORD } });
    await round();
    const { erasures } = await kuo.ok('keeping.overview');
    expect(erasures[0]).toMatchObject({ kind: 'record', id: erased, done: expect.any(String), by: { name: '郭資安' } });
    expect(await tablesWith(NAME)).toEqual([]);
    expect(filesWith(office.dataDir, NAME)).toEqual([]);
    expect(filesWith(join(office.dataDir, 'files'), '共用的範本')).toHaveLength(1);
    await sealedAndSound();
    clock.now = new Date(clock.now.getTime() + 86_400_000);
    const newer = await back();
    expect(newer.made).toMatchObject({ attachments: 1, missing: [] });
    const { generation } = accepted(await openGeneration(diskAt(place), accepted(readRecoveryKey(sheet))));
    expect(JSON.stringify(generation.files)).not.toContain(own.sha256);
    const wang = await office.as('wang');
    expect((await wang.send(`/api/v1/files/${own.sha256}`)).status).toBe(404);
    expect((await wang.send(`/api/v1/files/${shared.sha256}`)).status).toBe(200);
    const form = await wang.send(`/api/v1/records/${erased}/print.odt`);
    expect(Buffer.from(await form.arrayBuffer()).includes(NAME)).toBe(false);
  });

  test('restoring the older backup does not bring it back', async () => {
    const older = (await diskAt(place).listings()).at(-1)!;
    expect((await rowsOnDisk(older.id)).includes(NAME)).toBe(true);
    const target = await startTestDatabase({ migrated: false });
    const restored = accepted(
      await restoreInto(
        { dataDir: join(ground, 'restored'), databaseUrl: target.ownerUrl, databaseAppUrl: target.appUrl },
        { from: place, sheet, generation: older.id },
        () => {},
      ),
    );
    expect(restored).toMatchObject({ ok: true, erased: 2 });
    const { default: pg } = await import('pg');
    const client = new pg.Client({ connectionString: target.superUrl });
    await client.connect();
    for (const table of ['record', 'record_version', 'record_field', 'notice'])
      expect((await client.query(`select 1 from ${table} t where t::text like '%${NAME}%'`)).rows).toEqual([]);
    await client.end();
    await target.stop();
  });
});

describe('erasure of somebody who left', () => {
  const CALLED = '蔡代理';
  const ADDRESS = 'tsai@xiluo.example.tw';
  let theirs: string;

  test('who is in office, or has an open case, is not erased', async () => {
    const tsai = await office.as('tsai');
    theirs = await open('tsai', 'registered_result', { kind: 'capacity', title: '離職前的登錄' });
    await tsai.ok('records.comment', { id: theirs, text: `${CALLED}留言，電話分機 7777` });
    await tsai.ok('views.save', { name: `${CALLED}的清單`, query: {} });
    const queued = { mail: 'digest.x', person: office.persons.tsai, subject: '今日待辦', text: `${CALLED}您好` };
    accepted(await clockDoes('mail.queue', queued));
    const order = { kind: 'subject', id: office.persons.tsai, reason: '離職後請求' };
    expect(await as('kuo', 'retention.erase', order)).toMatchObject({ refused: [{ code: 'state' }] });
    await (await office.as('lin')).ok('people.edit', { id: office.persons.tsai, until: '2026-11-25' });
    clock.now = new Date('2026-12-01T01:00:00Z');
    expect(await as('kuo', 'retention.erase', order)).toMatchObject({
      refused: [{ message: { en: expect.stringContaining('still open') } }],
    });
    const { left } = await (await office.as('kuo')).ok('keeping.overview');
    expect(left).toEqual([{ id: office.persons.tsai, name: CALLED, until: '2026-11-25', ordered: false }]);
    const { number } = await (await office.as('kuo')).ok('records.get', { id: theirs });
    const preview = await (await office.as('kuo')).ok('keeping.preview', { kind: 'subject', id: office.persons.tsai });
    expect(preview).toMatchObject({ name: CALLED, open: [number], accounts: 1 });
  });

  test('afterwards account, address, mail, notices and words are in no table, log, file or newer backup', async () => {
    await act('kuo', theirs, 'withdraw', { reason: '離職' });
    const before = await tablesWith(CALLED);
    expect(before).toEqual(expect.arrayContaining(['auth.user_account', 'mail_outbox', 'person', 'saved_view']));
    const order = { kind: 'subject', id: office.persons.tsai, reason: '離職後請求' };
    accepted(await as('kuo', 'retention.erase', order));
    await round();
    for (const word of [CALLED, ADDRESS, '分機 7777']) expect(await tablesWith(word)).toEqual([]);
    const back = await office.nobody().send('/api/auth/sign-in/email', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ email: ADDRESS, password: PASSWORD }),
    });
    expect(back.status).toBe(401);
    expect(filesWith(join(office.dataDir, 'log'), CALLED)).toEqual([]);
    await sealedAndSound();
    const { findings } = await office.platform.ledger.verify(INSTALLATION);
    expect(findings.filter(({ ok }) => !ok)).toEqual([]);
    const view = await (await office.as('kuo')).ok('records.get', { id: theirs });
    expect(view.number).toMatch(/人工檢測/);
    expect(JSON.stringify(view)).not.toContain(CALLED);
  });
});

describe('destruction after retention', () => {
  test('by three people, with a certificate that remains; content and attachments are gone and the ledger is green', async () => {
    const wang = await office.as('wang');
    const record = await open('wang', 'domain_request', {
      name: 'gone.example.tw',
      purpose: '短期活動網站',
      address: '10.9.9.9',
    });
    await act('wang', record, 'submit');
    await act('li', record, 'refuse', { reason: '活動取消' });
    const { number } = await wang.ok('records.get', { id: record });
    const report = await wang.upload('容量報告.txt', '三年前的容量報告');
    const result = await open('wang', 'registered_result', {
      ...{ kind: 'capacity', title: '容量', finished_at: '2026-11-20T09:00', files: [report] },
    });
    await act('wang', result, 'withdraw', { reason: '改以監測' });
    const { number: second } = await wang.ok('records.get', { id: result });

    const lin = await office.as('lin'); // administers, and has no business here
    expect((await lin.call('keeping.due')).status).toBe(403);
    const chou = await office.as('chou');
    expect(await chou.ok('keeping.due')).toEqual([]);
    const items = [{ id: 'r1', record, number }];
    const early = await open('chou', 'disposal', { title: '提早銷毀', archive: true, items });
    await expect(act('chou', early, 'submit')).rejects.toThrow('time_over');
    clock.now = new Date('2029-12-15T01:00:00Z');
    const keeper = await office.as('kuo');
    const factor = { password: PASSWORD };
    await keeper.ok('keeping.hold', { record, reason: '訴訟中', factor });
    const due = await (await office.as('chou')).ok('keeping.due');
    expect(due.map((one: { number: string; held: boolean }) => [one.number, one.held])).toEqual(
      expect.arrayContaining([
        [number, true],
        [second, false],
      ]),
    );
    const held = await (await office.as('chou')).ok('keeping.propose', { title: '含保全', records: [record] });
    await expect(act('chou', held.id, 'submit')).rejects.toThrow('not_held');
    await keeper.ok('keeping.release', { record, reason: '訴訟終結', factor });

    const proposal = { title: '逾期紀錄', records: [record, result] };
    const { id: disposal } = await (await office.as('chou')).ok('keeping.propose', proposal);
    await act('chou', disposal, 'submit');
    expect(await act('kuo', disposal, 'approve').catch((error: Error) => error.message)).toContain('by'); // archives: the CISO
    await act('fan', disposal, 'approve');
    await expect(act('chen', disposal, 'destroy')).rejects.toThrow('authority_agreed');
    const { version } = await (await office.as('chou')).ok('records.get', { id: disposal });
    const approval = { approval_number: '檔徵字第1180001號', approved_on: '2029-12-14' };
    await (await office.as('chou')).ok('records.save', { id: disposal, version, values: approval });
    const file = await (await office.as('chou')).ok('keeping.catalogue', { id: disposal });
    expect(file).toMatchObject({ rows: 2, name: expect.stringContaining('銷毀目錄') });
    expect(file.csv).toContain(`${second},人工登錄檢測結果`);
    expect(file.csv).toContain('檔徵字第1180001號');
    const paper = await (await office.as('chou')).send(`/api/v1/keeping/disposals/${disposal}/catalogue.pdf`);
    expect(paper.headers.get('content-type')).toBe('application/pdf');
    const taken = await (await office.as('chien')).ok('trail.list', { limit: 2, filter: { type: 'export.made' } });
    expect(taken.items).toHaveLength(2); // on paper as much as in a table
    const privately = { archives: false, reason: '私立學校', factor };
    expect((await keeper.call('keeping.stateArchives', privately)).refused).toMatchObject([{ code: 'by' }]);
    await (await office.as('fan')).ok('keeping.stateArchives', privately);
    await expect(act('chen', disposal, 'destroy')).rejects.toThrow('archive_as_law'); // it was drafted as archives
    await (await office.as('fan')).ok('keeping.stateArchives', { ...privately, archives: true });
    await act('chen', disposal, 'destroy');
    expect(await destroyedWhileListing(office.superuser, disposal, early, round)).toEqual([]);
    await round();

    expect(await tablesWith('短期活動網站')).toEqual(['event']); // what is not personal stays in the sealed ledger
    const view = await (await office.as('wang')).ok('records.get', { id: record });
    expect(view).toMatchObject({ number });
    const shown = await (await office.as('chien')).ok('keeping.overview');
    expect(shown).toMatchObject({
      archives: { archives: true, stated: true, may: false },
      keeper: false,
      proposes: false,
      left: [],
    });
    expect(shown.disposals).toContainEqual(
      expect.objectContaining({ id: disposal, items: 2, destroyed: 2, approval: '檔徵字第1180001號', open: false }),
    );
    const certificate = await (await office.as('chou')).ok('records.get', { id: disposal });
    expect(JSON.stringify(certificate)).toContain(number);
    const { rows } = await office.superuser.query('select number from destroyed_record');
    expect(rows.map((row) => row.number)).toEqual(expect.arrayContaining([number, second]));
    expect(filesWith(join(office.dataDir, 'files'), '三年前的容量報告')).toEqual([]);
    expect((await office.superuser.query('select 1 from blob where sha256 = $1', [report.sha256])).rows).toEqual([]);
    await sealedAndSound();
  });
});
