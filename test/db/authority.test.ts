import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { contract } from '../../src/http/contract.ts';
import { until } from '../harness/until.ts';
import { ASKERS, type Asker, type Ground, ownText, QUESTIONS, questions } from './authority-cases.ts';
import { LET_IN, SIGNED_IN } from './authority-let-in.ts';
import { deskOf } from './desk.ts';
import {
  type Answer,
  type Client,
  client,
  invite,
  type Office,
  openOffice,
  PASSWORD,
  secondOrganisation,
  signIn,
} from './office.ts';
import { nmapReport } from './reports.ts';

let office: Office;
let ground: Ground;
const askers = new Map<Asker, Client>();

beforeAll(async () => {
  office = await openOffice();
  ground = await prepare();
});
afterAll(() => office?.close());

async function prepare(): Promise<Ground> {
  const desk = deskOf(office);
  const people = {
    employee: 'wang',
    unit_head: 'li',
    room_manager: 'chen',
    coordinator: 'chou',
    security_officer: 'kuo',
    ciso: 'fan',
    auditor: 'chien',
    administrator: 'lin',
  } as const;
  askers.set('nobody', office.nobody());
  for (const [asker, person] of Object.entries(people)) askers.set(asker as Asker, await office.as(person));
  const wang = await office.as('wang');
  const made = async (mayWrite: boolean) =>
    (await wang.ok('tokens.create', { name: 't', expires: '2099-01-01', mayWrite })).secret as string;
  askers.set('read_token', client(office.app, await made(false)));
  askers.set('write_token', client(office.app, await made(true)));
  askers.set('outside_auditor', await fromElsewhere('outside', { clauses: ['base.1'] }));
  const spare = await wang.ok('tokens.create', { name: 'spare', expires: '2099-01-01', mayWrite: false });
  const host = await desk.open('chen', 'host', {
    name: 'web1',
    kind: 'server',
    environment: 'test',
    owner: office.persons.chen,
    phase: 'operation',
    asset_kind: 'server',
    address: '127.0.0.1',
  });
  const own = await desk.open('wang', 'registered_result', { kind: 'capacity', title: '自己的' });
  const others = await desk.open('chen', 'registered_result', { kind: 'capacity', title: '別人的' });
  const report = nmapReport('127.0.0.1', '2026-11-19T02:00:00Z');
  const { sha256 } = await desk.file('wang', 'nmap.xml', report);
  // A content is only there for whoever brought it: everybody brings it.
  for (const person of Object.values(people)) await desk.file(person, 'nmap.xml', report);
  const table = { type: 'host', headings: ['主機名稱'], rows: [], title: '主機' };
  const { id: list } = await (await office.as('chen')).ok('registers.draft', table);
  const lin = await office.as('lin');
  const { grant } = await lin.ok('people.giveRole', {
    id: office.persons.tsai,
    role: 'ciso',
    unit: office.units.office,
    from: '2026-11-01',
  });
  const standsIn = { person: office.persons.tsai, order: 1, from: '2026-11-01', until: '2099-12-31' };
  const chen = await office.as('chen');
  const { id: deputy } = await chen.ok('people.addDeputy', { id: office.persons.chen, ...standsIn });
  const { link } = await lin.ok('people.invite', { id: office.persons.lu });
  const [organisation, secret] = new URL(link).pathname.split('/').slice(-2) as [string, string];
  const view = (await wang.ok('views.save', { name: '我的', query: {} })).id;
  const chou = await office.as('chou');
  const { text } = await chou.ok('texts.import', ownText);
  const { checklist } = await chou.ok('checklists.import', questions);
  return {
    office,
    own,
    others,
    file: sha256,
    list,
    host,
    grant,
    deputy,
    token: spare.id,
    invitation: { organisation, secret },
    view,
    text,
    checklist,
  };
}

const isoDay = (days: number) =>
  new Date(office.now().getTime() + 8 * 3_600_000 + days * 86_400_000).toISOString().slice(0, 10);
const elsewhere = new Map<string, string>();

/** An auditor of the county: a person of its own, let in by the administrator and the coordinator, signed in by invitation. */
async function fromElsewhere(name: string, scope: object, from = isoDay(-1)): Promise<Client> {
  const lin = await office.as('lin');
  const email = `${name}@county.example.tw`;
  const { id } = await lin.ok('people.add', { name: `縣府${name}`, unit: office.units.office, email });
  elsewhere.set(name, id);
  const asked = await lin.ok('people.admitAuditor', { id, ...scope, from, until: isoDay(30) });
  await (await office.as('chou')).ok('people.confirmRole', { grant: asked.grant, factor: { password: PASSWORD } });
  return invite(office.app, lin, id, email);
}

const procedures = Object.entries(contract).flatMap(([part, of]) => Object.keys(of).map((name) => `${part}.${name}`));

// ── who is let in ───────────────────────────────────────────────────────────────────────────────────────────────────

const isLetIn = ({ status, refused }: Answer, procedure: string): boolean => {
  if (status === 401 || status === 403 || status === 404) return false;
  // What set-up says to everybody once it is over.
  if (procedure.startsWith('setup.') && refused[0]?.code !== undefined) return false;
  return refused[0]?.code !== 'conflict'; // somebody let in before was faster
};

test('every procedure has a question and an expectation', () => {
  expect(Object.keys(QUESTIONS).sort()).toEqual([...procedures].sort());
  expect(Object.keys(LET_IN).sort()).toEqual([...procedures].sort());
});

describe('who is let in', () => {
  for (const procedure of procedures) {
    test(procedure, async () => {
      const letIn: Asker[] = [];
      for (const asker of ASKERS) {
        if (procedure === 'people.confirmRole') ground.grant = await newRequest();
        const answer = await askers.get(asker)!.call(procedure, QUESTIONS[procedure]!(ground));
        expect(answer.status, `${asker}: ${JSON.stringify(answer.body)}`).not.toBe(500);
        if (isLetIn(answer, procedure)) letIn.push(asker);
      }
      expect(letIn.sort()).toEqual([...LET_IN[procedure]!].sort());
    });
  }
});

/** A role asked for and waiting for its second person, taken back where the last one waits still. */
async function newRequest(): Promise<string> {
  const lin = askers.get('administrator')!;
  await lin.call('people.revokeRole', { grant: ground.grant, reason: '重來' });
  const asked = { id: office.persons.tsai, role: 'ciso', unit: office.units.office, from: '2026-11-01' };
  return (await lin.ok('people.giveRole', asked)).grant;
}

describe('the administrator', () => {
  test('holds no role that approves and is given none', async () => {
    const lin = askers.get('administrator')!;
    const bai = await office.as('bai');
    const roles: { role: string; approving: boolean }[] = await lin.ok('people.roles');
    for (const { role } of roles.filter(({ approving }) => approving)) {
      const asked = { id: office.persons.lin, role, unit: office.units.office, from: '2026-11-01' };
      expect((await lin.call('people.giveRole', asked)).status, role).toBe(403);
      expect((await bai.call('people.giveRole', asked)).status, role).toBe(403);
    }
  });

  test('approves nothing: of every action of every type not one is allowed', async () => {
    const lin = askers.get('administrator')!;
    for (const id of [ground.own, ground.others, ground.host]) {
      for (const action of ['submit', 'confirm', 'accept', 'approve', 'retire', 'withdraw']) {
        const answer = await lin.call('records.act', { id, action, with: {}, factor: { password: PASSWORD } });
        expect(answer.status, `${action} of ${id}`).not.toBe(200);
      }
    }
  });

  test('reads no case: the list of everything holds registers only', async () => {
    const lin = askers.get('administrator')!;
    const { items } = await lin.ok('records.list', { role: 'form' });
    expect(items).toEqual([]);
    expect((await lin.call('records.get', { id: ground.own })).status).toBe(404);
  });
});

describe('another organisation', () => {
  let elsewhere: { id: string; member: Client; record: string; person: string; unit: string };
  beforeAll(async () => {
    elsewhere = await secondOrganisation(office);
  });

  test('its ids lead nowhere: nothing is read, listed, changed or named', async () => {
    const { record, person, unit } = elsewhere;
    const hers = [record, person, unit];
    for (const asker of SIGNED_IN) {
      const as = askers.get(asker)!;
      const answers = [
        await as.call('records.get', { id: record }),
        await as.call('records.history', { id: record }),
        await as.call('records.proof', { id: record }),
        await as.call('records.save', { id: record, version: 1, values: { name: '改' } }),
        await as.call('records.act', { id: record, action: 'take', with: {} }),
        await as.call('records.comment', { id: record, text: '看過' }),
        await as.call('records.link', { id: record, to: ground.own, as: '相關' }),
        await as.call('people.get', { id: person }),
        await as.call('people.edit', { id: person, title: '改' }),
        await as.call('units.edit', { id: unit, name: '改' }),
        await as.call('me.switchOrganisation', { organisation: elsewhere.id }),
      ];
      for (const { status, body } of answers) {
        expect([403, 404], JSON.stringify(body)).toContain(status);
        expect(JSON.stringify(body)).not.toMatch(/別的機關|別人的席位|外人/);
      }
      const lists = [
        await as.call('records.list', {}),
        await as.call('people.list', {}),
        await as.call('units.list'),
        await as.call('lookups.records', { type: 'any', search: '席位' }),
      ];
      for (const { body } of lists) for (const id of hers) expect(JSON.stringify(body)).not.toContain(id);
    }
  });

  test('its cookie chooses it only for its own members', async () => {
    const { member } = elsewhere;
    expect((await member.ok('me.get')).organisation.id).toBe(elsewhere.id);
    expect((await member.call('records.get', { id: ground.own })).status).toBe(404);
    expect(JSON.stringify((await member.ok('records.list', {})).items)).not.toContain(ground.own);
    expect((await member.call('records.get', { id: elsewhere.record })).status).toBe(200);
  });

  test('a file of ours is not there for it, by hash', async () => {
    expect((await elsewhere.member.send(`/api/v1/files/${ground.file}`)).status).toBe(404);
    expect((await elsewhere.member.call('scans.preview', { file: ground.file })).status).toBe(404);
  });
});

describe('an auditor from elsewhere', () => {
  let county: Client;
  let grant: string;
  const scope = () => ({ clauses: ['base.1'], units: [office.units.civil] });
  beforeAll(async () => {
    county = await fromElsewhere('narrow', scope());
    ({ grant } = (await (await office.as('lin')).ok('people.get', { id: elsewhere.get('narrow') })).roles[0]);
  });

  test('reads what the scope names and nothing else: lists, search, direct link, print, file, export, population, package', async () => {
    const { items } = await county.ok('records.list', {});
    expect(items.map(({ id }: { id: string }) => id)).toEqual([ground.own]);
    expect((await county.ok('records.list', { search: '別人' })).items).toEqual([]);
    expect((await county.ok('records.get', { id: ground.own })).mayComment).toBe(false);
    for (const id of [ground.others, ground.host]) {
      for (const ask of ['records.get', 'records.history', 'records.proof'])
        expect((await county.call(ask, { id })).status, ask).toBe(404);
      expect((await county.send(`/api/v1/records/${id}/print.pdf`)).status).toBe(404);
    }
    expect((await county.send(`/api/v1/records/${ground.own}/print.pdf`)).status).toBe(200);
    expect((await county.send(`/api/v1/files/${ground.file}`)).status).toBe(404);
    expect((await county.call('registers.export', { type: 'host' })).status).toBe(404);
    expect((await county.ok('registers.export', { type: 'registered_result' })).rows).toBe(1);
    const period = { type: 'registered_result', from: '2026-01-01', until: '2099-12-31' };
    expect(await county.ok('populations.get', period)).toMatchObject({ total: 1, series: [], draws: [] });
    expect((await county.call('populations.draw', { ...period, n: 1 })).status).toBe(403);
    const { sections } = await county.ok('packages.sections', { by: 'procedure', id: 'base' });
    expect(sections.map(({ key }: { key: string }) => key)).toEqual(['base.1']);
    expect((await county.call('procedure.get', { pack: 'xiluo' })).status).toBe(404);
    expect((await county.call('procedure.evidence', { clause: 'base.2' })).status).toBe(404);
    for (const closed of [
      'people.list',
      'units.list',
      'lookups.persons',
      'trail.list',
      'parameters.list',
      'tokens.list',
    ])
      expect((await county.call(closed, {})).status, closed).toBe(403);
  });

  test('the stream names no record, and uploading is closed', async () => {
    const stream = (await county.send('/api/v1/stream')).body!.pipeThrough(new TextDecoderStream()).getReader();
    await (await office.as('chen')).ok('records.comment', { id: ground.others, text: '有人在看' });
    let heard = '';
    while (!heard.includes('"records"')) heard += (await stream.read()).value;
    await stream.cancel();
    expect(heard).toContain('"records":[]');
    expect((await county.send('/api/v1/files', { method: 'POST', body: new FormData() })).status).toBe(403);
  });

  test('is nothing else here, and nobody alone widens or lengthens it', async () => {
    const [lin, bai, chou] = [await office.as('lin'), await office.as('bai'), await office.as('chou')];
    const id = elsewhere.get('narrow');
    const role = { id, role: 'evidence_recorder', unit: office.units.it, from: '2026-11-01' };
    expect((await lin.call('people.giveRole', role)).refused[0]?.code).toBe('never');
    expect((await lin.call('people.giveRole', { ...role, role: 'outside_auditor' })).status).not.toBe(200);
    const insider = { id: office.persons.chen, procedures: ['xiluo'], from: isoDay(0), until: isoDay(9) };
    expect((await lin.call('people.admitAuditor', insider)).refused[0]?.code).toBe('never');
    const wide = { id, procedures: ['base'], from: isoDay(0), until: isoDay(60) };
    expect((await lin.call('people.admitAuditor', { ...wide, until: isoDay(400) })).refused[0]?.code).toBe('limit');
    const wider = await lin.ok('people.admitAuditor', wide);
    expect(wider.waitingForSecond).toBe(true);
    expect((await lin.call('people.confirmRole', { grant: wider.grant, factor: { password: PASSWORD } })).status).toBe(
      403,
    );
    expect(
      (await bai.call('people.confirmRole', { grant: wider.grant, factor: { password: PASSWORD } })).refused[0]?.message
        .zh,
    ).toContain('具核准權責者');
    expect((await county.call('records.get', { id: ground.others })).status).toBe(404);
    await chou.ok('people.confirmRole', { grant: wider.grant, factor: { password: PASSWORD } });
    expect((await county.call('records.get', { id: ground.others })).status).toBe(200);
    const { roles } = await lin.ok('people.get', { id });
    expect(roles.map((held: { grant: string }) => held.grant)).toEqual([wider.grant]);
    grant = wider.grant;
  });

  test('before its days and after them there is no sign-in, and why is told; open sessions end', async () => {
    await expect(fromElsewhere('early', scope(), isoDay(5))).rejects.toThrow(/403 .*外部稽核帳號可使用的期間/);
    const lin = await office.as('lin');
    await lin.ok('people.revokeRole', { grant, reason: '查核結束' });
    expect((await county.call('me.get')).status).toBe(401);
    expect((await county.call('records.get', { id: ground.own })).status).toBe(401);
    await expect(signIn(county, 'narrow@county.example.tw')).rejects.toThrow(/NOT_TODAY/);
  });
});

describe('what is taken out in bulk', () => {
  test('is an entry of the ledger: who, what, by which filter, how many rows, and the hash of what was handed over', async () => {
    const chien = await office.as('chien');
    const period = { type: 'host', from: '2026-01-01', until: '2099-12-31' };
    const list = await chien.ok('registers.export', { type: 'host', search: 'web1' });
    const all = await chien.ok('populations.export', period);
    const trail = await chien.ok('trail.export', { filter: { type: 'grant' } });
    const { items } = await chien.ok('trail.list', {
      filter: { type: 'export.', person: office.persons.chien },
      limit: 3,
    });
    const said = items.map(({ label, by }: { label: { zh: string }; by: { name: string } }) => [by.name, label.zh]);
    expect(said).toEqual([
      ['簡稽核', `匯出稽核紀錄（${trail.rows} 筆）`],
      ['簡稽核', `匯出期間母體：主機（${all.rows} 筆）`],
      ['簡稽核', `匯出清單：主機（${list.rows} 筆）`],
    ]);
    const { proof } = await until(() => chien.ok('trail.proof', { pos: items[2].pos }));
    const entry = JSON.parse(Buffer.from(/^extra (.+)$/m.exec(proof)![1]!, 'base64').toString());
    expect(entry.data).toMatchObject({
      what: 'register',
      type: 'host',
      rows: list.rows,
      sha256: createHash('sha256').update(list.csv).digest('hex'),
    });
    expect(JSON.stringify(entry)).not.toContain('web1'); // what was searched for may name somebody
  });
});

test('nothing unexpected happened on the way', () => expect(office.defects()).toEqual([]));
