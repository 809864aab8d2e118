import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Desk, deskOf } from './desk.ts';
import { type Office, openOffice, PASSWORD } from './office.ts';
import type { PersonName } from './people.ts';

/** What paper lets people do, through requests: each visible as what it is, none of them a way round. */

const clock = { now: new Date('2026-11-20T01:00:00Z') };
let office: Office;
let desk: Desk;
let document: string;
const factor = { password: PASSWORD };

beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
  document = await drafted('chou', '備份作業說明');
});
afterAll(() => office?.close());

async function drafted(who: 'chou', title: string): Promise<string> {
  const body = [await desk.file(who, `${title}.odt`)];
  const id = await desk.open(who, 'policy_document', {
    title,
    kind: 'procedure',
    code: 'XL-07',
    edition: '1.0',
    summary: '備份',
    effective_on: '2026-12-01',
    body,
  });
  await desk.act(who, id, 'submit');
  return id;
}
const as = (who: PersonName) => office.as(who);
const call = async (who: PersonName, procedure: string, input: Record<string, unknown>) =>
  (await as(who)).call(procedure, input);
const ok = async (who: PersonName, procedure: string, input: Record<string, unknown>) =>
  (await as(who)).ok(procedure, input);
const codes = (answer: { refused: { code: string }[] }) => answer.refused.map(({ code }) => code);

/** The record's print as a scanner would hand it over: page 1 at 200 dots an inch. */
async function scanOf(who: PersonName, id: string) {
  const printed = await (await as(who)).send(`/api/v1/records/${id}/print.pdf`);
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-print-'));
  writeFileSync(join(folder, 'print.pdf'), Buffer.from(await printed.arrayBuffer()));
  execFileSync('pdftoppm', ['-r', '200', '-jpeg', '-l', '1', join(folder, 'print.pdf'), join(folder, 'scan')]);
  const page = readdirSync(folder).find((name) => name.endsWith('.jpg')) as string;
  return (await as(who)).upload('scan.jpg', readFileSync(join(folder, page)), 'image/jpeg');
}

describe.sequential('paper', () => {
  let old: Awaited<ReturnType<typeof scanOf>>;
  const sheet = async (scan: unknown, print: string) => ({
    id: document,
    action: 'agree',
    with: { review_opinion: '同意' },
    factor,
    paper: {
      signer: office.persons.lu,
      signedOn: '2026-11-20',
      print,
      scan: [scan],
      kept: '資訊室 3 號櫃',
      document: '資字第1150001號',
    },
  });
  /** The code as it stands on a print of now. */
  const code = async () => {
    const { sha256 } = await scanOf('chou', document);
    return (await ok('chou', 'records.readPrint', { id: document, file: sha256 })).code as string;
  };

  test('the QR code of a print says which content it shows; of an older content it is refused', async () => {
    old = await scanOf('chou', document);
    expect(await ok('chou', 'records.readPrint', { id: document, file: old.sha256 })).toEqual({
      outcome: 'same',
      code: await code(),
    });
    await desk.act('lu', document, 'send_back', { reason: '版次' });
    await desk.save('chou', document, { edition: '1.1' });
    await desk.act('chou', document, 'submit');
    expect((await ok('chou', 'records.readPrint', { id: document, file: old.sha256 })).outcome).toBe('old');
    expect(codes(await call('chou', 'records.act', await sheet(old, await code())))).toEqual(['conflict']);
  });

  test('entered by one, confirmed by another, it is a paper seal everywhere', async () => {
    const scan = await scanOf('chou', document);
    await ok('chou', 'records.act', await sheet(scan, (await code()).toLowerCase().replaceAll('-', '')));
    const waiting = await desk.get('lu', document);
    expect(waiting).toMatchObject({
      state: 'review',
      held: [{ what: 'agree', mayConfirm: true, mark: { kind: 'paper' } }],
    });
    const mine = await ok('lu', 'tasks.list', { scope: 'mine' });
    expect(mine).toMatchObject([{ action: '@countersign', label: { zh: '副署' } }]);
    const confirmation = { id: document, mark: waiting.held[0].id, agree: true, factor };
    expect(codes(await call('chou', 'records.confirm', confirmation))).toEqual(['never']);
    expect(codes(await call('lu', 'records.confirm', { ...confirmation, factor: undefined }))).toEqual(['factor']);
    await ok('lu', 'records.confirm', confirmation);
    const record = await desk.get('chou', document);
    expect(record.state).toBe('reviewed');
    expect(record.seals.at(-1)).toMatchObject({
      action: 'agree',
      factor: 'paper',
      by: { id: office.persons.lu },
      mark: {
        kind: 'paper',
        registrar: { id: office.persons.chou },
        signedOn: '2026-11-20',
        document: '資字第1150001號',
      },
    });
    const history = await ok('chou', 'records.history', { id: document });
    expect(history.map(({ label }: { label: { zh: string } }) => label.zh)).toContain('副署：審閱同意（登錄紙本核章）');
  });
});

describe.sequential('更正', () => {
  test('a slip after sealing: the seal stands, its signer is told, history keeps both', async () => {
    expect((await desk.get('chou', document)).may.correct).toContain('code');
    await ok('chou', 'records.correct', { id: document, changes: { code: 'XL-08' }, reason: '誤繕' });
    const record = await desk.get('chou', document);
    expect(record).toMatchObject({
      values: { code: 'XL-08' },
      corrections: [{ kind: 'correction', changes: [{ field: 'code', before: 'XL-07', after: 'XL-08' }] }],
      seals: [{ action: 'agree' }],
    });
    expect(record.seals[0].void).toBeUndefined();
    const notices = await ok('lu', 'notices.list', {});
    expect(notices.items.some(({ message }: { message: { zh: string } }) => message.zh.includes('更正'))).toBe(true);
  });

  test('what a check rests on is refused with the way that is open', async () => {
    const refused = (await call('chou', 'records.correct', { id: document, changes: { kind: 'manual' }, reason: 'x' }))
      .refused;
    expect(refused).toMatchObject([{ field: 'kind', fix: { go: 'action.send_back' } }]);
  });

  test('the signer objects: the seal is void and owed; the day before, everything reads as it was', async () => {
    clock.now = new Date('2026-11-23T01:00:00Z');
    const { corrections } = await desk.get('lu', document);
    await ok('lu', 'records.object', { id: document, correction: corrections[0].id, words: '編號應為 XL-07' });
    const record = await desk.get('lu', document);
    expect(record).toMatchObject({
      owed: [{ action: 'agree', because: 'voided' }],
      seals: [{ void: { objection: '編號應為 XL-07' } }],
    });
    expect(codes(await call('fan', 'records.act', { id: document, action: 'publish', with: {}, factor }))).toEqual([
      'owed',
    ]);
    const then = await desk.get('lu', document, '2026-11-20');
    expect(then.seals[0].void).toBeUndefined();
    expect(then.corrections[0].objections).toEqual([]);
    await desk.act('lu', document, 'agree', { review_opinion: '同意' });
    expect(await desk.act('fan', document, 'publish')).toBe('in_force');
  });
});

describe.sequential('for somebody else, and afterwards', () => {
  test('what somebody filled in for the owner waits for the owner, under both names', async () => {
    const owner = office.persons.wang;
    const { id } = await ok('chou', 'records.open', {
      type: 'service_request',
      values: { subject: '開通帳號', kind: 'other' },
      owner,
    });
    const record = await desk.get('wang', id);
    expect(record).toMatchObject({
      requester: { id: owner },
      held: [{ mayConfirm: true, mark: { kind: 'filled', by: { id: office.persons.chou }, for: { id: owner } } }],
    });
    expect(codes(await call('wang', 'records.act', { id, action: 'submit', with: {}, factor }))).toEqual(['owed']);
    const confirmation = { id, mark: record.held[0].id, agree: true, factor };
    expect(codes(await call('chou', 'records.confirm', confirmation))).toEqual(['never']);
    await ok('wang', 'records.confirm', confirmation);
    expect((await desk.get('wang', id)).marked).toMatchObject([
      { mark: { kind: 'filled', confirmed: { by: { id: owner } } } },
    ]);
  });

  test('done earlier than entered: both times, a photo, a countersignature, its own mark on print', async () => {
    const proof = [await (await as('chen')).upload('photo.jpg', Buffer.from([0xff, 0xd8, 0xff, 0xd9]), 'image/jpeg')];
    const { id } = await ok('chen', 'records.open', {
      type: 'room_entry',
      values: { visitor: '陳機房', purpose: '停電巡查' },
      backfill: { doneAt: '2026-11-22T15:30:00Z', why: '停電', proof },
    });
    const record = await desk.get('hsieh', id);
    expect(record.held).toMatchObject([
      { mayConfirm: true, mark: { kind: 'backfilled', doneAt: '2026-11-22T15:30:00.000Z', why: '停電' } },
    ]);
    expect((await desk.get('chen', id)).held[0].mayConfirm).toBe(false);
    await ok('hsieh', 'records.confirm', { id, mark: record.held[0].id, agree: true, words: '已查證', factor });
    const printed = await (await as('chen')).send(`/api/v1/records/${id}/print.pdf`);
    const folder = mkdtempSync(join(tmpdir(), 'ancheng-print-'));
    writeFileSync(join(folder, 'p.pdf'), Buffer.from(await printed.arrayBuffer()));
    const words = execFileSync('pdftotext', ['-layout', join(folder, 'p.pdf'), '-'], { encoding: 'utf8' });
    expect(words).toContain('補登');
    expect(words).toContain('謝主任');
  });

  test('a register entry is corrected by whoever keeps it, when somebody asks', async () => {
    const host = await desk.open('chen', 'host', {
      name: 'wbe1',
      kind: 'server',
      environment: 'test',
      owner: office.persons.chen,
      address: '10.0.0.9',
      phase: 'operation',
      asset_kind: 'server',
    });
    await ok('wang', 'records.propose', { id: host, changes: { name: 'web1' }, reason: '名稱誤繕' });
    const { proposals } = await desk.get('hsu', host);
    expect(proposals).toMatchObject([{ mayDecide: true, changes: [{ field: 'name', before: 'wbe1', after: 'web1' }] }]);
    await ok('hsu', 'records.decide', { id: host, proposal: proposals[0].id, agree: true });
    expect((await desk.get('wang', host)).values.name).toBe('web1');
  });

  test('an earlier case is begun anew without what belonged to it', async () => {
    const copy = await ok('chou', 'records.copy', { id: document });
    expect(copy.values).toMatchObject({ title: '備份作業說明', kind: 'procedure' });
    expect(copy.values.body).toBeUndefined();
    expect(copy.left).toContainEqual({ zh: '文件本文', en: 'Text' });
    const { id } = await ok('chou', 'records.open', { type: copy.type, values: copy.values, copies: document });
    expect(await desk.get('chou', id)).toMatchObject({ copied: { id: document }, seals: [], corrections: [] });
  });

  test('the ledger verifies', async () => {
    expect((await ok('chou', 'trail.verify', {})).ok).toBe(true);
  });
});
