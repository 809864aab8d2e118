import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, deskOf, gatesOf } from './desk.ts';
import { answered, type GoLiveWorld, goLiveWorld, MANIFEST, pairOfForms } from './golive-case.ts';
import { type Client, type Office, openOffice, PASSWORD } from './office.ts';
import { clamReport, nmapReport } from './reports.ts';

/** A go-live request from an empty installation to filing, through requests only; the office's clock is moved by hand. */

const clock = { now: new Date('2026-11-02T01:00:00Z') };
const planned = { start: '2026-12-10T18:30', end: '2026-12-10T20:00' };
let office: Office;
let desk: Desk;
let world: GoLiveWorld;
let forms: { request: string; goLive: string };
let second: Client;

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
  await (await office.as('chen')).ok('people.addDeputy', {
    id: office.persons.chen,
    person: office.persons.tsai,
    order: 1,
    from: '2026-11-01',
    until: '2026-12-31',
  });
  second = await office.secondAccount('wang');
  world = await goLiveWorld(office, desk);
  forms = await pairOfForms(desk, world, planned);
});
afterAll(() => office?.close());

/** Moves the office's clock; everybody signs in again. */
const at = (moment: string) => {
  clock.now = new Date(moment);
};
const record = (asOf?: string) => desk.get('wang', forms.goLive, asOf);
const scan = (finishedAt: string, open: number[] = []) =>
  desk.importReport('chen', `nmap-${finishedAt}.xml`, nmapReport('127.0.0.1', finishedAt, open), {
    targets: { '127.0.0.1': world.web },
    system: world.system,
    patchedOn: finishedAt.slice(0, 10),
  });

describe.sequential('a go-live from application to filing', () => {
  test('without a scan nothing is submitted: unknown refuses, with clause and remedy', async () => {
    const refused = await desk.refused('wang', forms.goLive, 'submit');
    expect(gatesOf(refused)).toEqual(['malware_clean', 'malware_recent', 'scan_covers', 'scan_recent']);
    const recent = refused.find((refusal) => refusal.gate === 'scan_recent');
    expect(recent).toMatchObject({ clauses: ['xiluo.5.2.2.3.3'], fix: { go: 'scans.import' } });
  });

  test('a report of 26 days ago and a clean malware scan let it be submitted and endorsed', async () => {
    await scan('2026-10-07T02:00:00Z');
    await desk.importReport('chen', 'clamav.txt', clamReport('2026-11-01T10:00:00Z'), {
      targets: { local: world.web, '127.0.0.1': world.web },
    });
    expect(await desk.act('wang', forms.goLive, 'submit')).toBe('unit');
    expect((await desk.get('wang', forms.request)).state).toBe('unit');
    expect(gatesOf(await desk.refused('wang', forms.goLive, 'endorse'))).toEqual(['by']);
    expect(await desk.act('li', forms.goLive, 'endorse')).toBe('review');
    expect((await desk.get('li', forms.request)).state).toBe('review');
  });

  test('the requester reviews neither with the first account nor with the second', async () => {
    expect(gatesOf(await desk.refused('wang', forms.goLive, 'accept', { opinion: '文件齊備' }))).toEqual(['by']);
    const answer = await second.call('records.act', {
      id: forms.goLive,
      action: 'accept',
      with: { opinion: '文件齊備' },
      factor: { password: PASSWORD },
    });
    expect(gatesOf(answer.refused)).toEqual(['by']);
  });

  test('review refuses while the report is older than 30 days, by clause and remedy', async () => {
    at('2026-11-09T01:00:00Z');
    const review = await desk.get('chen', forms.goLive);
    await desk.save('chen', forms.goLive, {
      points: answered(review.values.points, (row) => ({ ...row, answer: 'yes' })),
    });
    await capacity();
    const refused = await desk.refused('chen', forms.goLive, 'accept', { opinion: '文件齊備' });
    expect(gatesOf(refused)).toEqual(['scan_recent']);
    expect(refused[0]).toMatchObject({ clauses: ['xiluo.5.2.2.3.3'], fix: { go: 'scans.import' } });
  });

  test('a fresh scan with a high finding refuses for that finding until it is fixed and verified', async () => {
    await scan('2026-11-08T22:00:00Z', [23]);
    const refused = await desk.refused('chen', forms.goLive, 'accept', { opinion: '文件齊備' });
    expect(gatesOf(refused)).toEqual(['closable_in_time', 'no_high_open']);
    const page = await (await office.as('chen')).ok('findings.list', {});
    expect(page.items).toHaveLength(1);
    const finding = page.items[0].id;
    await desk.save('hsu', finding, {
      affected: [world.system],
      likelihood: 'possible',
      decision: 'patch',
      system_decision: 'patch',
      due: '2026-11-20',
    });
    await desk.act('hsu', finding, 'fix', { fix_detail: '停用 telnet' });
    await scan('2026-11-09T00:30:00Z');
    await desk.act('ho', finding, 'verify', { remark: '重掃已關閉' });
    const after = await desk.get('chen', forms.goLive);
    expect(
      after.actions
        .find((action: { action: string }) => action.action === 'accept')
        .gates.filter((gate: { outcome: string }) => gate.outcome === 'refuses'),
    ).toEqual([]);
  });

  test('sent back and submitted again, every round stays in history and both forms move together', async () => {
    expect(
      await desk.act('chen', forms.goLive, 'send_back', { deficient: ['network_diagram'], reason: '架構圖缺防火牆' }),
    ).toBe('draft');
    await desk.save('wang', forms.goLive, { environment_need: '現有主機；架構圖已補防火牆' });
    expect(await desk.act('wang', forms.goLive, 'submit')).toBe('unit');
    expect(await desk.act('li', forms.goLive, 'endorse')).toBe('review');
    const history = await (await office.as('wang')).ok('records.history', { id: forms.goLive });
    expect(JSON.stringify(history)).toContain('架構圖缺防火牆');
  });

  test('the deputy accepts for the machine-room manager, and the seal says so', async () => {
    expect(await desk.act('tsai', forms.goLive, 'accept', { opinion: '文件齊備' })).toBe('preparation');
    const seal = (await record()).seals.find(
      (one: { action: string; void?: unknown }) => one.action === 'accept' && !one.void,
    );
    expect(seal).toMatchObject({ by: { name: '蔡代理' }, for: { name: '陳機房' } });
    const auditor = await office.as('chien');
    const trail = await auditor.ok('trail.list', { limit: 5, filter: { person: office.persons.tsai } });
    expect(trail.items[0]).toMatchObject({ by: { name: '蔡代理' }, for: { name: '陳機房' } });
    expect((await auditor.ok('trail.export', { filter: { person: office.persons.tsai } })).csv).toContain(
      '蔡代理（代理陳機房）',
    );
    expect(await desk.act('chen', forms.request, 'accept', { opinion: '同意', ...(await requestReview()) })).toBe(
      'approved',
    );
  });

  test('a failed test opens a finding; retest waits for its fix', async () => {
    at('2026-11-10T01:00:00Z');
    await environment();
    expect(await desk.act('chen', forms.goLive, 'prepare')).toBe('testing');
    const tests = await openTests();
    expect(Object.keys(tests).sort()).toEqual(['backup_restore', 'installation', 'security']);
    await desk.save('chen', tests.installation!, {
      steps: [{ step: '建立服務帳號', expected: '成功', actual: '手冊未載', result: 'differs', about: 'document' }],
      tested_by: office.persons.hsu,
      document_version: '安裝手冊 1.0',
      logs: [await desk.file('chen', '安裝紀錄.txt')],
    });
    expect(await desk.act('chen', tests.installation!, 'reject', { reason: '手冊缺一步驟' })).toBe('failed');
    expect(gatesOf(await desk.refused('chen', forms.goLive, 'pass'))).toEqual(['three_passed']);
    expect(await desk.act('chen', forms.goLive, 'fail', { reason: '安裝程序不符' })).toBe('correction');
    expect(gatesOf(await desk.refused('wang', forms.goLive, 'retest'))).toEqual(['corrected']);
    const flaw = (await (await office.as('wang')).ok('records.list', { type: 'finding', open: true })).items[0].id;
    await desk.act('wang', flaw, 'fix', { fix_detail: '手冊已補', new_document: '安裝手冊 1.1' });
  });

  test('a sealed field edited in correction voids its seals: owed, shown with the difference, renewed in place (acceptance 3, 10)', async () => {
    at('2026-11-17T01:00:00Z');
    await desk.save('wang', forms.goLive, { rollback: '還原前一版並通知廠商' });
    const owed = await record();
    expect(owed.owed.map((one: { action: string }) => one.action).sort()).toEqual(['accept', 'endorse', 'submit']);
    const voided = owed.seals.find(
      (seal: { action: string; void?: unknown }) => seal.action === 'endorse' && seal.void,
    );
    expect(voided.void.changes).toMatchObject([
      { field: 'rollback', before: '還原前一版', after: '還原前一版並通知廠商' },
    ]);
    await desk.act('wang', forms.goLive, 'submit');
    await desk.act('li', forms.goLive, 'endorse');
    expect(await desk.act('chen', forms.goLive, 'accept', { opinion: '新版文件齊備' })).toBe('correction');
    expect((await record()).owed).toEqual([]);
    await expect(record('2026-11-31')).rejects.toThrow();
    await expect(record('2099-01-01')).rejects.toThrow('基準日');
    const lastWeek = await record('2026-11-12');
    expect(lastWeek.values.rollback).toBe('還原前一版');
    expect(lastWeek.seals.filter((seal: { void?: unknown }) => seal.void)).toEqual([]);
    expect(await desk.act('wang', forms.goLive, 'retest')).toBe('preparation');
  });

  test('three tests passed, installed by one, confirmed by another, filed; registers moved with it', async () => {
    at('2026-11-18T01:00:00Z');
    await desk.act('chen', forms.goLive, 'prepare');
    const tests = await openTests();
    const logs = [await desk.file('chen', '檢測紀錄.txt', '紀錄')];
    const tested_by = office.persons.hsu;
    const step = [{ step: '啟動服務', expected: '成功', actual: '成功', result: 'as_expected' }];
    await desk.save('chen', tests.installation!, { steps: step, tested_by, document_version: '安裝手冊 1.1', logs });
    await desk.act('chen', tests.installation!, 'conclude');
    await desk.save('chen', tests.backup_restore!, {
      steps: step,
      tested_by,
      document_version: '備援手冊 1.0',
      logs,
      source_count: 12,
      restored_count: 12,
      source_hash: 'aa',
      restored_hash: 'aa',
    });
    await desk.act('chen', tests.backup_restore!, 'conclude');
    await desk.save('chen', tests.security!, { tested_by, document_version: '檢測計畫 1.0', logs });
    expect(gatesOf(await desk.refused('chen', tests.security!, 'conclude'))).toEqual(['secure']);
    at('2026-11-18T03:00:00Z');
    await scan('2026-11-18T02:30:00Z');
    await desk.act('chen', tests.security!, 'conclude');
    expect(await desk.act('chen', forms.goLive, 'pass')).toBe('ready');
    at('2026-12-10T10:40:00Z');
    expect(await desk.act('hsu', forms.goLive, 'install', { installed_release: world.release })).toBe('installing');
    const done = { installed_at: '2026-12-10T19:00', after_check: '正常' };
    await desk.save('hsu', forms.goLive, done);
    expect(gatesOf(await desk.refused('hsu', forms.goLive, 'confirm'))).toEqual(['never']);
    expect(gatesOf(await desk.refused('chen', forms.goLive, 'confirm'))).toEqual(['as_approved']);
    await desk.importReport('chen', 'found.sha256', MANIFEST, {
      targets: { local: world.web },
      release: world.release,
    });
    expect(await desk.act('chen', forms.goLive, 'confirm')).toBe('filed');
    expect(await desk.get('chen', world.system)).toMatchObject({
      state: 'operation',
      values: { release: world.release },
    });
    expect((await desk.get('chen', world.release)).state).toBe('in_use');
    expect((await desk.get('chen', world.old)).state).toBe('kept');
  });

  test('the whole ledger verifies, and nothing unexpected happened', async () => {
    const verification = await (await office.as('chou')).ok('trail.verify', {});
    expect(verification.findings.filter((finding: { ok: boolean }) => !finding.ok)).toEqual([]);
    expect(office.defects()).toEqual([]);
  });
});

/** Free capacity registered by hand and confirmed by a second person (xiluo.5.2.2.3.1). */
async function capacity() {
  const id = await desk.open('hsu', 'registered_result', {
    title: '主機容量',
    kind: 'capacity',
    targets: [world.web],
    finished_at: '2026-11-08T10:00',
    free_memory: 8,
    free_disk: 100,
    files: [await desk.file('hsu', '容量.txt')],
  });
  await desk.act('hsu', id, 'submit');
  await desk.act('chen', id, 'confirm');
}

async function requestReview() {
  const { values } = await desk.get('chen', forms.request);
  await desk.save('chen', forms.request, { points: answered(values.points, (row) => ({ ...row, answer: 'yes' })) });
  return {};
}

const environment = () =>
  desk.save('chen', forms.goLive, {
    environment: [{ host: world.lab, line: '應用主機', ready: true, patched_on: '2026-11-09' }],
  });

async function openTests(): Promise<Record<string, string>> {
  const { items } = await (await office.as('chen')).ok('records.list', { type: 'go_live_test', open: true });
  const tests: Record<string, string> = {};
  for (const { id } of items) tests[(await desk.get('chen', id)).values.kind] = id;
  return tests;
}
