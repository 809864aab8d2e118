import type { Me } from '../../src/runtime/views.ts';

/** The made-up township office of the development server. */

export const unit = {
  office: { id: 'u1', name: '西河鄉公所' },
  civil: { id: 'u2', name: '民政課' },
  finance: { id: 'u3', name: '財政課' },
  it: { id: 'u4', name: '行政課資訊股' },
};
export const person = {
  chen: { id: 'p1', name: '陳怡君' },
  wang: { id: 'p2', name: '王雅婷' },
  lee: { id: 'p3', name: '李國華' },
  chang: { id: 'p4', name: '張文彬' },
  lin: { id: 'p5', name: '林志明' },
  huang: { id: 'p6', name: '黃秀英' },
};
const role = (name: string, zh: string, en: string, of = unit.office) => ({ role: name, label: { zh, en }, unit: of });

const base: Me = {
  account: { id: 'a1', name: '陳怡君', email: 'room@xihe.example', factors: ['totp'] },
  organisation: { id: 'o1', name: '西河鄉公所', demo: true },
  organisations: [{ id: 'o1', name: '西河鄉公所' }],
  person: { ...person.chen, unit: unit.it, title: '技士' },
  roles: [
    role('all_staff', '全體人員', 'All staff'),
    role('room_manager', '主機房管理人員', 'Machine-room manager', unit.it),
  ],
  actsFor: [{ person: person.lin, until: '2026-11-21T16:00:00.000Z', roles: ['unit_head'] }],
  administrator: false,
  auditor: false,
  counts: { tasks: 5, notices: 2 },
  today: { date: '2026-11-20', workday: true },
  idleMinutes: 10,
};

/** Who one can be: the part of the e-mail address before `@`. */
export const personas: Record<string, Me> = {
  room: base,
  requester: {
    ...base,
    account: { id: 'a2', name: '王雅婷', email: 'requester@xihe.example', factors: [] },
    person: { ...person.wang, unit: unit.finance, title: '課員' },
    roles: [role('all_staff', '全體人員', 'All staff')],
    actsFor: [],
    counts: { tasks: 1, notices: 0 },
  },
  head: {
    ...base,
    account: { id: 'a3', name: '李國華', email: 'head@xihe.example', factors: ['passkey'] },
    person: { ...person.lee, unit: unit.finance, title: '課長' },
    roles: [role('all_staff', '全體人員', 'All staff'), role('unit_head', '單位主管', 'Unit head', unit.finance)],
    actsFor: [{ person: person.chang, until: '2026-11-22T16:00:00.000Z', roles: ['unit_head'] }],
  },
  coordinator: {
    ...base,
    account: { id: 'a4', name: '林志明', email: 'coordinator@xihe.example', factors: ['totp'] },
    person: { ...person.lin, unit: unit.it, title: '組員' },
    roles: [role('all_staff', '全體人員', 'All staff'), role('isms_coordinator', '資安承辦人', 'ISMS coordinator')],
    actsFor: [],
  },
  admin: { ...base, administrator: true, counts: { tasks: 0, notices: 0 }, roles: [], actsFor: [] },
};
