import { implement, ORPCError } from '@orpc/server';
import type { UnitView } from '../../src/http/contract/people.ts';
import type { contract as Contract } from '../../src/http/contract.ts';
import type { PersonView } from '../../src/runtime/views.ts';
import { office } from './clauses.ts';
import { person, unit } from './people.ts';
import { setUp } from './set-up.ts';

const roleLabel = (name: string) => office.roles.find((each) => each.name === name)?.label ?? { zh: name, en: name };
const grant = (id: string, role: string, of = unit.office, waitingForSecond = false): PersonView['roles'][number] => ({
  grant: id,
  role,
  label: roleLabel(role),
  unit: of,
  from: '2026-01-05',
  givenBy: waitingForSecond ? ['林志明'] : ['林志明', '張文彬'],
  waitingForSecond,
});
const somebody = (
  who: { id: string; name: string },
  of: { id: string; name: string },
  title: string,
  more: Partial<PersonView> = {},
): PersonView => ({ ...who, unit: of, title, from: '2024-03-01', roles: [], deputies: [], ...more });

let persons: PersonView[] = [
  somebody(person.chang, unit.office, '主任秘書', {
    email: 'ciso@xihe.example',
    account: { id: 'a6', lastSignInAt: '2026-11-19T01:10:00.000Z', factors: ['passkey'] },
    roles: [grant('g1', 'ciso')],
    deputies: [{ id: 'd1', person: person.lee, order: 1, from: '2026-11-18', until: '2026-11-22' }],
  }),
  somebody(person.chen, unit.it, '技士', {
    email: 'room@xihe.example',
    account: { id: 'a1', lastSignInAt: '2026-11-20T00:31:00.000Z', factors: ['totp'] },
    roles: [
      grant('g2', 'room_manager', unit.it),
      { ...grant('g3', 'network_manager', unit.it, true), until: '2027-12-31' },
    ],
    deputies: [
      { id: 'd2', person: person.lin, order: 1, from: '2026-01-01', until: '2026-12-31' },
      { id: 'd3', person: person.huang, order: 2, from: '2026-01-01', until: '2026-12-31' },
    ],
  }),
  somebody(person.lin, unit.it, '組員', {
    email: 'coordinator@xihe.example',
    account: { id: 'a4', lastSignInAt: '2026-11-20T00:12:00.000Z', factors: ['totp', 'passkey'] },
    roles: [grant('g4', 'isms_coordinator'), grant('g5', 'application_manager', unit.it)],
  }),
  somebody(person.lee, unit.finance, '課長', {
    email: 'head@xihe.example',
    account: { id: 'a3', lockedUntil: '2026-11-20T13:05:00.000Z', factors: [] },
    roles: [grant('g6', 'unit_head', unit.finance)],
  }),
  somebody(person.wang, unit.finance, '課員', { email: 'requester@xihe.example' }),
  somebody(person.huang, unit.civil, '課員'),
  somebody({ id: 'p7', name: '吳建宏' }, unit.it, '約僱人員', { until: '2026-08-31' }),
];

let units: UnitView[] = [
  { ...unit.office, persons: 1 },
  { ...unit.civil, under: 'u1', persons: 1 },
  { ...unit.finance, under: 'u1', persons: 2 },
  { id: 'u5', name: '行政課', under: 'u1', persons: 0 },
  { ...unit.it, under: 'u5', persons: 3 },
];

const change = (id: string, to: (person: PersonView) => PersonView) => {
  persons = persons.map((each) => (each.id === id ? to(each) : each));
  return { pos: 48_230 };
};
const unitNamed = (id: string) => units.find((each) => each.id === id) ?? { id, name: id };

export function officeAnswers(contract: typeof Contract) {
  const os = implement(contract).$context<{ persona: string }>();
  const here = (id: string) => {
    const found = persons.find((each) => each.id === id);
    if (!found) throw new ORPCError('REFUSED', { defined: true, status: 404, data: { refused: [] } });
    return found;
  };
  return {
    setup: setUp(contract),
    people: {
      list: os.people.list.handler(({ input }) =>
        persons.filter(
          (each) =>
            (!input.search || each.name.includes(input.search)) &&
            (!input.unit || each.unit.id === input.unit) &&
            (input.former || !each.until || each.until >= '2026-11-20'),
        ),
      ),
      get: os.people.get.handler(({ input }) => here(input.id)),
      roles: os.people.roles.handler(() => office.roles.map(({ name, ...role }) => ({ role: name, ...role }))),
      add: os.people.add.handler(({ input }) => {
        const id = `p${persons.length + 1}`;
        const more = input.email ? { email: input.email } : {};
        persons = [...persons, somebody({ id, name: input.name }, unitNamed(input.unit), input.title ?? '', more)];
        return { id, pos: 48_229 };
      }),
      edit: os.people.edit.handler(({ input: { commandId: _commandId, id, unit: to, ...rest } }) =>
        change(id, (each) => ({ ...each, ...(rest as Partial<PersonView>), ...(to && { unit: unitNamed(to) }) })),
      ),
      invite: os.people.invite.handler(() => ({
        pos: 48_231,
        link: 'http://127.0.0.1:5173/invitation/o1/kP3vZ0aQ1mR7xW2nB8sT',
        until: '2026-11-27T04:00:00.000Z',
      })),
      giveRole: os.people.giveRole.handler(({ input }) => {
        const waitingForSecond = office.roles.find((each) => each.name === input.role)?.approving ?? false;
        const given = {
          ...grant(`g${Date.now()}`, input.role, unitNamed(input.unit), waitingForSecond),
          from: input.from,
        };
        change(input.id, (each) => ({ ...each, roles: [...each.roles, given] }));
        return { pos: 48_232, grant: given.grant, waitingForSecond };
      }),
      confirmRole: os.people.confirmRole.handler(({ input }) => {
        persons = persons.map((each) => ({
          ...each,
          roles: each.roles.map((held) =>
            held.grant === input.grant ? { ...held, waitingForSecond: false, givenBy: ['林志明', '張文彬'] } : held,
          ),
        }));
        return { pos: 48_233 };
      }),
      revokeRole: os.people.revokeRole.handler(({ input }) => {
        persons = persons.map((each) => ({ ...each, roles: each.roles.filter((held) => held.grant !== input.grant) }));
        return { pos: 48_234 };
      }),
      addDeputy: os.people.addDeputy.handler(({ input }) => {
        const { order, from, until } = input;
        const deputy = { id: `d${Date.now()}`, person: here(input.person), order, from, until };
        change(input.id, (each) => ({ ...each, deputies: [...each.deputies, deputy] }));
        return { id: deputy.id, pos: 48_235 };
      }),
      endDeputy: os.people.endDeputy.handler(({ input }) => {
        persons = persons.map((each) => ({
          ...each,
          deputies: each.deputies.filter((deputy) => deputy.id !== input.id),
        }));
        return { pos: 48_236 };
      }),
      resetRequest: os.people.resetRequest.handler(() => ({ pos: 0, approvers: [] })),
      invitation: os.people.invitation.handler(({ input }) => {
        if (input.secret === 'expired') throw expired();
        return {
          organisation: '西河鄉公所',
          person: '王雅婷',
          email: 'requester@xihe.example',
          until: '2026-11-27T04:00:00.000Z',
        };
      }),
      acceptInvitation: os.people.acceptInvitation.handler(() => ({ email: 'requester@xihe.example' })),
    },
    units: {
      list: os.units.list.handler(() => units),
      add: os.units.add.handler(({ input }) => {
        const id = `u${units.length + 1}`;
        units = [...units, { id, name: input.name, ...(input.under && { under: input.under }), persons: 0 }];
        return { id, pos: 48_237 };
      }),
      edit: os.units.edit.handler(({ input }) => {
        const { name, under, until } = input;
        units = units.map((each) =>
          each.id === input.id
            ? { ...each, ...(name && { name }), ...(under && { under }), ...(until && { until }) }
            : each,
        );
        return { pos: 48_238 };
      }),
    },
  };
}

function expired() {
  const message = { zh: '邀請連結已失效或已使用。', en: 'This invitation has ended or was used.' };
  const fix = { text: { zh: '請洽系統管理者重新寄發。', en: 'Ask an administrator for a new one.' } };
  return new ORPCError('REFUSED', {
    defined: true,
    status: 404,
    data: { refused: [{ code: 'missing' as const, message, fix }] },
  });
}
