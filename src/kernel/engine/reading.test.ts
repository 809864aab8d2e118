import { describe, expect, test } from 'vitest';
import type { RecordType, Who } from '../pack/types.ts';
import { openingOf, reachOf, unitsHeaded } from './reading.ts';

/** office ← civil (wang, head li) and it (kuo); fan is CISO, chien auditor, of the office; ho acts in it alone. */
const directory = (deputies: [string, string][] = []) => ({
  units: {
    office: { id: 'office', name: 'office' },
    civil: { id: 'civil', name: 'civil', under: 'office' },
    it: { id: 'it', name: 'it', under: 'office' },
  },
  persons: Object.fromEntries(
    Object.entries({ wang: 'civil', li: 'civil', kuo: 'it', ho: 'it', fan: 'office', chien: 'office' }).map(
      ([id, unit]) => [id, { id, name: id, unit }],
    ),
  ),
  grants: [
    ['li', 'unit_head', 'civil'],
    ['fan', 'ciso', 'office'],
    ['chien', 'auditor', 'office'],
    ['ho', 'developer', 'it'],
  ].map(([person = '', role = '', unit = '']) => ({ id: `${person} ${role}`, person, role, unit, from: '2026-01-01' })),
  deputies: deputies.map(([person, principal]) => ({
    ...{ id: `${person} ${principal}`, for: principal, person, order: 1 },
    ...{ from: '2026-11-01', until: '2026-11-30' },
  })),
});

const reach = (person: string, deputies: [string, string][] = [], now = '2026-11-20T01:00:00.000Z') =>
  reachOf({
    actor: { kind: 'person', person, factor: 'none' },
    directory: directory(deputies),
    definition: { roles: { unit_head: {}, ciso: {}, developer: {}, auditor: { deputy: 'no' } } } as never,
    now,
  });

const form = (acts: Record<string, Who[]>): RecordType =>
  ({
    name: 'change',
    role: 'form',
    actions: Object.fromEntries(
      Object.entries(acts).map(([name, by]) => [name, { name, by: [{ any: by.map((who) => ({ who })) }] }]),
    ),
  }) as never;
const role = (name: string): Who => ({ kind: 'role', role: name });
const seenBy = (...by: Who[]): RecordType => ({ ...form({}), see: { by, logged: false } });
const requester: Who = { kind: 'path', path: ['requester'] };

describe('without a word of its own, a kind of record is open', () => {
  const type = form({ open: [role('unit_head')], build: [role('developer')] });

  test('to the roles that read everything, and to those that act on it, in their unit and below', () => {
    expect(openingOf(reach('fan'), type)).toMatchObject({ all: true, involved: true });
    expect(openingOf(reach('ho'), type)).toMatchObject({ all: false, units: ['it'] });
    expect(openingOf(reach('ho'), form({}))).toMatchObject({ all: false, units: [] });
  });

  test('not to whoever may merely open one', () => {
    expect(openingOf(reach('li'), type)).toMatchObject({ all: false, units: [], involved: true });
    expect(unitsHeaded(reach('li'))).toEqual(['civil']);
  });

  test('to everybody where it is a register', () => {
    expect(openingOf(reach('wang'), { ...type, role: 'register' }).all).toBe(true);
  });
});

describe('where it says who sees it', () => {
  test('nobody else does: neither roles that read everything nor heads of the unit', () => {
    const type = seenBy(role('ciso'));
    expect(openingOf(reach('chien'), type)).toEqual({ all: false, units: [], named: [], involved: false });
    expect(openingOf(reach('fan'), type).all).toBe(true);
  });

  test('paths lead to self and principals, `unit_head of` to everybody one is the head of, never to oneself', () => {
    const head: Who = { kind: 'role_of', role: 'unit_head', of: requester };
    const type = seenBy(requester, head, { kind: 'acted', action: 'build' });
    const at = { path: ['requester'] };
    expect(openingOf(reach('li'), type).named).toEqual([
      { at, persons: ['li'] },
      { at, persons: ['wang'] },
      { at: { acted: 'build' }, persons: ['li'] },
    ]);
    expect(openingOf(reach('kuo', [['kuo', 'li']]), type).named).toEqual([
      { at, persons: ['kuo', 'li'] },
      { at, persons: ['wang'] },
      { at: { acted: 'build' }, persons: ['kuo', 'li'] },
    ]);
  });
});

describe('a deputy', () => {
  test('reads by the principal’s roles within the days, and not by a role without deputies', () => {
    const ciso = (now?: string) => openingOf(reach('kuo', [['kuo', 'fan']], now), form({})).all;
    expect(ciso()).toBe(true);
    expect(ciso('2026-11-30T15:59:00.000Z')).toBe(true);
    expect(ciso('2026-11-30T16:00:00.000Z')).toBe(false);
    expect(openingOf(reach('kuo', [['kuo', 'chien']]), form({})).all).toBe(false);
    expect(openingOf(reach('kuo', [['kuo', 'chien']]), seenBy(role('auditor'))).all).toBe(false);
  });
});
