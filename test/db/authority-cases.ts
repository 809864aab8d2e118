import { randomUUID } from 'node:crypto';
import type { Office } from './office.ts';

/** Who asks, in the tests of authority; tokens act for the employee. */
export const ASKERS = [
  'nobody',
  'employee',
  'unit_head',
  'room_manager',
  'coordinator',
  'security_officer',
  'ciso',
  'auditor',
  'administrator',
  'read_token',
  'write_token',
] as const;
export type Asker = (typeof ASKERS)[number];

/** What the questions are about. */
export type Ground = {
  office: Office;
  /** A record of the employee, and one only the machine-room manager takes part in. */
  own: string;
  others: string;
  file: string;
  /** An opening list of the machine-room manager. */
  list: string;
  host: string;
  grant: string;
  deputy: string;
  token: string;
  invitation: { organisation: string; secret: string };
  view: string;
  text: string;
  checklist: string;
};

/** A procedure of the office's own, and a checklist, as small as they can be. */
export const ownText = {
  title: '要點',
  version: '1',
  classification: '一般',
  issued: '2026-09-01',
  clauses: [{ level: 0, number: '一、', text: '訂定本要點。', heading: false }],
};
export const questions = {
  title: '題庫',
  authority: '縣府',
  questions: [{ number: '1', part: '', text: '是否訂定？', hint: '', ours: [] }],
};

/** For every procedure of the contract: how it is asked. A procedure missing here fails the test. */
export const QUESTIONS: Record<string, (ground: Ground) => unknown> = {
  'me.get': () => undefined,
  'me.switchOrganisation': ({ office }) => ({ organisation: office.organisation }),
  'me.preferences': () => ({ language: 'en' }),
  'setup.status': () => undefined,
  'setup.start': () => ({
    code: 'AAAA-BBBB',
    organisation: { name: 'x', kind: 'agency', hosting: 'self' },
    account: { name: 'x', email: 'x@x.tw', password: 'Not-A-Password-1' },
  }),
  'setup.packs': () => undefined,
  'setup.adopt': () => ({ packs: [{ name: 'base' }] }),
  'setup.units': () => ({ units: [{ key: 'x', name: 'x' }] }),
  'setup.people': ({ office }) => ({ people: [{ name: 'x', unit: office.units.it, roles: [] }] }),
  'setup.acts': () => undefined,
  'setup.finish': () => ({}),
  'setup.demo': () => ({ code: 'AAAA-BBBB' }),
  'tasks.list': () => ({ scope: 'all' }),
  'types.list': () => undefined,
  'types.get': () => ({ type: 'go_live' }),
  'records.list': () => ({ type: 'host' }),
  'records.get': ({ others }) => ({ id: others }),
  'records.open': () => ({ type: 'host', values: {} }),
  'records.save': ({ others }) => ({ id: others, version: 1, values: { title: '改' } }),
  'records.act': ({ others }) => ({ id: others, action: 'withdraw', with: {} }),
  'records.confirm': ({ others }) => ({ id: others, mark: 'm', agree: true }),
  'records.correct': ({ others }) => ({ id: others, changes: { title: '改' }, reason: '誤繕' }),
  'records.object': ({ others }) => ({ id: others, correction: 'c', words: '不同意' }),
  'records.propose': ({ others }) => ({ id: others, changes: { title: '改' }, reason: '誤繕' }),
  'records.decide': ({ others }) => ({ id: others, proposal: 'p', agree: true }),
  'records.readPrint': ({ others, file }) => ({ id: others, file }),
  'records.copy': ({ others }) => ({ id: others }),
  'records.comment': ({ others }) => ({ id: others, text: '看過' }),
  'records.link': ({ others, own }) => ({ id: others, to: own, as: '相關' }),
  'records.history': ({ others }) => ({ id: others }),
  'records.proof': ({ others }) => ({ id: others }),
  'registers.export': () => ({ type: 'host' }),
  'registers.readTable': () => ({ type: 'host', pasted: '主機名稱\nx\n' }),
  'registers.check': () => ({ type: 'host', headings: ['主機名稱'], rows: [] }),
  'registers.draft': () => ({ type: 'host', headings: ['主機名稱'], rows: [], title: '主機' }),
  'registers.list': ({ list }) => ({ id: list }),
  'lookups.persons': () => ({ search: '' }),
  'lookups.units': () => ({ search: '' }),
  'lookups.records': () => ({ type: 'host', search: '' }),
  'procedure.list': () => ({}),
  'procedure.get': () => ({ pack: 'xiluo' }),
  'procedure.evidence': () => ({ clause: 'xiluo.1' }),
  'procedure.red': () => ({}),
  'procedure.changes': () => ({}),
  'procedure.explain': () => ({ clause: 'xiluo.3.1', cause: '試', measure: '試' }),
  'texts.list': () => ({}),
  'texts.get': ({ text }) => ({ text }),
  'texts.mapping': ({ text }) => ({ text }),
  'texts.changes': ({ text }) => ({ text }),
  'texts.preview': () => ({ pasted: '一、目的' }),
  'texts.import': () => ({ ...ownText, title: `要點 ${randomUUID().slice(0, 6)}` }),
  'texts.link': ({ text }) => ({ text, edition: 1, links: [{ clause: 'c1', ours: ['xiluo.1'] }] }),
  'texts.withdraw': ({ text }) => ({ text, reason: '試' }),
  'texts.citations': () => ({}),
  'checklists.list': () => ({}),
  'checklists.get': ({ checklist }) => ({ checklist }),
  'checklists.preview': () => ({ csv: '是否訂定程序？' }),
  'checklists.import': () => ({ ...questions, title: `題庫 ${randomUUID().slice(0, 6)}` }),
  'checklists.link': ({ checklist }) => ({ checklist, links: [{ clause: 'q1', ours: ['xiluo.1'] }] }),
  'checklists.withdraw': ({ checklist }) => ({ checklist, reason: '試' }),
  'plan.get': () => ({}),
  'plan.propose': () => ({
    reason: '試',
    starts: [{ clause: 'xiluo.4.1', on: new Date(Date.now() + 2 * 86_400_000).toISOString().slice(0, 10) }],
  }),
  'plan.decide': () => ({ plan: 'none', approve: true }),
  'parameters.list': () => undefined,
  'parameters.set': () => ({ name: 'scan_max_age_days', value: 29, reason: '試' }),
  'people.list': () => ({}),
  'people.get': ({ office }) => ({ id: office.persons.li }),
  'people.add': ({ office }) => ({ name: `新人${randomUUID().slice(0, 6)}`, unit: office.units.civil }),
  'people.edit': ({ office }) => ({ id: office.persons.ho, title: '技士' }),
  'people.invite': ({ office }) => ({ id: office.persons.ho }),
  'people.giveRole': ({ office }) => ({
    id: office.persons.ho,
    role: 'evidence_recorder',
    unit: office.units.it,
    from: '2026-11-01',
  }),
  'people.confirmRole': ({ grant }) => ({ grant }),
  'people.revokeRole': ({ grant }) => ({ grant, reason: '試' }),
  'people.addDeputy': ({ office }) => ({
    id: office.persons.ho,
    person: office.persons.hsu,
    order: 1,
    from: '2026-11-01',
    until: '2099-12-31',
  }),
  'people.endDeputy': ({ deputy }) => ({ id: deputy }),
  'people.resetRequest': ({ office }) => ({ id: office.persons.li, reason: '忘記密碼' }),
  'resets.list': () => undefined,
  'resets.approve': () => ({ reset: 'r' }),
  'resets.complete': () => ({ code: 'AAAA-BBBB-CCCC', password: 'Not-A-Password-1' }),
  'resets.ways': () => undefined,
  'resets.request': () => ({ email: 'nobody@xiluo.example.tw' }),
  'watched.list': () => ({ month: '2026-11' }),
  'people.roles': () => undefined,
  'people.invitation': ({ invitation }) => invitation,
  'people.acceptInvitation': () => ({ organisation: 'x', secret: 'y', password: 'Not-A-Password-1' }),
  'units.list': () => undefined,
  'units.add': () => ({ name: '新課' }),
  'units.edit': ({ office }) => ({ id: office.units.civil, name: '民政課' }),
  'populations.get': () => ({ type: 'host', from: '2026-01-01', until: '2026-12-31' }),
  'populations.export': () => ({ type: 'host', from: '2026-01-01', until: '2026-12-31' }),
  'populations.draw': () => ({ type: 'host', from: '2026-01-01', until: '2026-12-31', n: 1 }),
  'records.signing': ({ others }) => ({ id: others, action: 'confirm', with: {} }),
  'certificate.get': () => undefined,
  'certificate.own': () => ({ names: ['ancheng.example'] }),
  'certificate.office': () => ({ kind: 'pem', certificates: 'x', key: 'x', name: 'ancheng.example' }),
  'certificate.strict': () => ({ strict: false }),
  'certificate.off': () => ({}),
  'mail.get': () => undefined,
  'mail.set': () => ({ host: 'mail.example', port: 25, security: 'none', from: 'a@b.example' }),
  'mail.remove': () => ({}),
  'mail.test': () => ({ to: 'a@b.example' }),
  'keeping.due': () => ({}),
  'keeping.propose': ({ own }) => ({ title: '銷毀', records: [own] }),
  'keeping.catalogue': ({ own }) => ({ id: own }),
  'keeping.hold': ({ own }) => ({ record: own, reason: '調查中' }),
  'keeping.release': ({ own }) => ({ record: own, reason: '調查結束' }),
  'keeping.erase': () => ({ kind: 'record', id: 'x', reason: '當事人請求' }),
  'keeping.backups': () => undefined,
  'trail.list': () => ({}),
  'trail.export': () => ({}),
  'trail.witnesses': () => ({}),
  'trail.verify': () => ({}),
  'trail.proof': () => ({ pos: 3 }),
  'notices.list': () => ({}),
  'notices.read': () => ({ ids: ['x'] }),
  'notices.acknowledge': () => ({ id: 'x' }),
  'digest.get': () => ({}),
  'digest.office': () => ({}),
  'digest.prefer': () => ({ language: 'zh', mail: true, weekly: true }),
  'scans.list': () => ({}),
  'scans.preview': ({ file }) => ({ file }),
  'scans.import': ({ file, host }) => ({ file, targets: { '127.0.0.1': host } }),
  'findings.list': () => ({}),
  'views.list': () => undefined,
  'views.save': () => ({ name: '我的', query: {} }),
  'views.remove': ({ view }) => ({ id: view }),
  'tokens.list': () => undefined,
  'tokens.create': () => ({ name: 'x', expires: '2099-01-01', mayWrite: false }),
  'calendar.get': () => undefined,
  'calendar.import': ({ file }) => ({ file, name: '2031.csv' }),
  'tokens.revoke': ({ token }) => ({ id: token }),
};
