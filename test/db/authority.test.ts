import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { contract } from '../../src/http/contract.ts';
import { ASKERS, type Asker, type Ground, ownText, QUESTIONS, questions } from './authority-cases.ts';
import { deskOf } from './desk.ts';
import { type Answer, type Client, client, type Office, openOffice, PASSWORD, secondOrganisation } from './office.ts';
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
  const { sha256 } = await desk.file('wang', 'nmap.xml', nmapReport('127.0.0.1', '2026-11-19T02:00:00Z'));
  const table = { type: 'host', headings: ['主機名稱'], rows: [], title: '主機' };
  const { id: list } = await (await office.as('chen')).ok('registers.draft', table);
  const lin = await office.as('lin');
  const { grant } = await lin.ok('people.giveRole', {
    id: office.persons.tsai,
    role: 'ciso',
    unit: office.units.office,
    from: '2026-11-01',
  });
  const deputy = (
    await (
      await office.as('chen')
    ).ok('people.addDeputy', {
      id: office.persons.chen,
      person: office.persons.tsai,
      order: 1,
      from: '2026-11-01',
      until: '2099-12-31',
    })
  ).id;
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

const procedures = Object.entries(contract).flatMap(([part, of]) => Object.keys(of).map((name) => `${part}.${name}`));

// ── who is let in ───────────────────────────────────────────────────────────────────────────────────────────────────

const SIGNED_IN = ASKERS.filter((asker) => asker !== 'nobody');
const SCREEN = SIGNED_IN.filter((asker) => !asker.endsWith('_token'));
const WRITERS = SIGNED_IN.filter((asker) => asker !== 'read_token');
const ADMINISTRATOR: Asker[] = ['administrator'];
const KEEPERS: Asker[] = ['coordinator', 'security_officer', 'ciso'];
const OVERSEERS: Asker[] = ['coordinator', 'security_officer', 'ciso', 'auditor'];
/** The unit's head does not head the room manager's unit, but heads approve results of this type, and so read them. */
const READERS_OF_OTHERS: Asker[] = ['unit_head', 'room_manager', ...OVERSEERS];

/**
 * Let in: the answer is there, or what refuses is the content (a gate, a required field, a state), not the asker. Everybody
 * else gets 401, 403, or 404 for what they may not know to exist.
 */
const LET_IN: Record<string, readonly Asker[]> = {
  'me.get': SIGNED_IN,
  'me.switchOrganisation': SCREEN,
  'me.preferences': SIGNED_IN,
  'setup.status': ASKERS,
  'setup.start': [],
  'setup.packs': SIGNED_IN,
  'setup.adopt': [],
  'setup.units': [],
  'setup.people': [],
  'setup.acts': SIGNED_IN,
  'setup.finish': [],
  'setup.demo': [],
  'tasks.list': OVERSEERS,
  'types.list': SIGNED_IN,
  'types.get': SIGNED_IN,
  'records.list': SIGNED_IN,
  'records.get': READERS_OF_OTHERS,
  'records.open': ['room_manager', 'coordinator'],
  'records.save': ['room_manager'],
  'records.act': ['room_manager', 'security_officer'],
  'records.confirm': READERS_OF_OTHERS, // told that nothing waits
  'records.correct': ['room_manager'],
  'records.object': [], // nobody sealed a correction
  'records.propose': READERS_OF_OTHERS, // told that it is no register
  'records.decide': READERS_OF_OTHERS,
  'records.readPrint': READERS_OF_OTHERS,
  'records.copy': READERS_OF_OTHERS,
  'records.comment': READERS_OF_OTHERS,
  'records.link': ['room_manager', 'unit_head', ...OVERSEERS],
  'records.history': READERS_OF_OTHERS,
  'records.proof': READERS_OF_OTHERS,
  'registers.export': SIGNED_IN,
  'registers.readTable': SIGNED_IN,
  'registers.check': SIGNED_IN,
  'registers.draft': ['unit_head', 'room_manager', 'coordinator', 'security_officer'],
  'registers.list': READERS_OF_OTHERS,
  'lookups.persons': SIGNED_IN,
  'lookups.units': SIGNED_IN,
  'lookups.records': SIGNED_IN,
  'procedure.list': SIGNED_IN,
  'procedure.get': SIGNED_IN,
  'procedure.evidence': SIGNED_IN,
  'procedure.red': OVERSEERS,
  'procedure.days': SIGNED_IN,
  'procedure.changes': OVERSEERS,
  'procedure.explain': ['unit_head', ...KEEPERS], // heads publish documents, which realises this clause
  'texts.list': SIGNED_IN,
  'texts.get': SIGNED_IN,
  'texts.mapping': SIGNED_IN,
  'texts.changes': SIGNED_IN,
  'texts.preview': SIGNED_IN,
  'texts.import': KEEPERS,
  'texts.link': KEEPERS,
  'texts.withdraw': ['coordinator'], // who asks first; then it is gone
  'texts.citations': SIGNED_IN,
  'checklists.list': SIGNED_IN,
  'checklists.get': SIGNED_IN,
  'checklists.preview': SIGNED_IN,
  'checklists.import': KEEPERS,
  'checklists.link': KEEPERS,
  'checklists.withdraw': ['coordinator'],
  'plan.get': SIGNED_IN,
  'plan.propose': ['coordinator', 'security_officer'],
  'plan.decide': ['ciso'],
  'parameters.list': SIGNED_IN,
  'parameters.set': ['coordinator', 'security_officer', 'ciso'],
  'people.list': SIGNED_IN,
  'people.get': SIGNED_IN,
  'people.add': ADMINISTRATOR,
  'people.edit': ADMINISTRATOR,
  'people.invite': ADMINISTRATOR,
  'people.giveRole': ADMINISTRATOR,
  'people.confirmRole': ['unit_head', 'room_manager', ...OVERSEERS], // whoever holds a role that approves
  'people.revokeRole': ADMINISTRATOR,
  'people.addDeputy': [],
  'people.endDeputy': ['room_manager'],
  'people.resetRequest': ['administrator', 'coordinator', 'security_officer'],
  'resets.list': ['administrator', 'coordinator', 'security_officer', 'unit_head'],
  'resets.approve': [],
  'resets.complete': [],
  'resets.ways': ASKERS,
  'resets.request': ASKERS,
  'watched.list': OVERSEERS,
  'people.roles': SIGNED_IN,
  'people.invitation': ASKERS,
  'people.acceptInvitation': [],
  'units.list': SIGNED_IN,
  'units.add': ADMINISTRATOR,
  'units.edit': ADMINISTRATOR,
  'populations.get': OVERSEERS,
  'populations.export': OVERSEERS,
  'populations.draw': OVERSEERS,
  'records.signing': [],
  'certificate.get': ADMINISTRATOR,
  'certificate.own': ADMINISTRATOR,
  'certificate.office': ADMINISTRATOR,
  'certificate.strict': ADMINISTRATOR,
  'certificate.off': ADMINISTRATOR,
  'mail.get': ADMINISTRATOR,
  'mail.set': ADMINISTRATOR,
  'mail.remove': ADMINISTRATOR,
  'mail.test': ADMINISTRATOR,
  'keeping.due': ['room_manager', ...OVERSEERS],
  'keeping.propose': ['room_manager', 'coordinator', 'security_officer'],
  'keeping.catalogue': [],
  'keeping.hold': KEEPERS,
  'keeping.release': KEEPERS,
  'keeping.erase': [],
  'keeping.backups': ['room_manager', ...OVERSEERS],
  'packages.sections': OVERSEERS,
  'packages.list': OVERSEERS,
  'packages.make': OVERSEERS,
  'packages.cancel': [], // there is none
  'trail.list': OVERSEERS,
  'trail.export': OVERSEERS,
  'trail.witnesses': OVERSEERS,
  'trail.verify': OVERSEERS,
  'trail.proof': OVERSEERS,
  'notices.list': SIGNED_IN,
  'notices.read': WRITERS,
  'notices.acknowledge': [],
  'digest.get': SIGNED_IN,
  'digest.office': ['coordinator', 'security_officer'],
  'digest.prefer': WRITERS,
  'scans.list': SIGNED_IN,
  'scans.preview': SIGNED_IN,
  'scans.import': WRITERS,
  'findings.list': SIGNED_IN,
  'views.list': SIGNED_IN,
  'views.save': WRITERS,
  'views.remove': WRITERS,
  'tokens.list': SIGNED_IN,
  'tokens.create': SCREEN,
  'tokens.revoke': ['employee'],
  'calendar.get': SIGNED_IN,
  'calendar.import': ['administrator', 'coordinator', 'security_officer'],
};

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
    const { proof } = await vi.waitFor(() => chien.ok('trail.proof', { pos: items[2].pos }), 10_000);
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
