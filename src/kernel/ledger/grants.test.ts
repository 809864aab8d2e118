import { describe, expect, test } from 'vitest';
import type { Envelope, LedgerActor } from './envelope.ts';
import { checkActs, emptyGrantIndex } from './grants.ts';

const rules = { isApproving: (role: string) => role === 'ciso' };

type Act = { command?: string; type?: string; at?: string; actor?: Partial<LedgerActor>; data?: Envelope['data'] };

/** Faults as `position: English message`. */
async function faults(acts: Act[], more: Partial<Parameters<typeof checkActs>[2]> = {}): Promise<string[]> {
  const envelopes = acts.map(
    ({ command, type = 'record.acted', at = '2026-11-20T01:00:00.000Z', actor, data = {} }, position) => ({
      position,
      envelope: {
        command: command ?? String(position),
        type,
        at,
        data,
        actor: { grants: [], ...actor },
      } as unknown as Envelope,
    }),
  );
  const found: string[] = [];
  for await (const { position, message } of checkActs(envelopes, emptyGrantIndex(), { ...rules, ...more })) {
    found.push(`${position}: ${message.en}`);
  }
  return found;
}

const given = (grant: string, person: string, role: string, by: string[], more: object = {}): Act => ({
  type: 'grant.given',
  actor: { person: by[0] as string },
  data: { grant, person, role, unit: 'office', from: '2026-11-01', by, ...more },
});
const setUp = (grant: string, person: string, role: string): Act => ({
  ...given(grant, person, role, [], { setup: true }),
  actor: { via: 'setup' },
});
const uses = (grant: string, actor: Partial<LedgerActor>, at?: string): Act => ({
  actor: { ...actor, grants: [grant] },
  ...(at ? { at } : {}),
});

test('an act stands on a grant given before it, to that person', async () => {
  expect(await faults([given('g1', 'p2', 'clerk', ['p1']), uses('g1', { person: 'p2' })])).toEqual([]);
  expect(await faults([uses('g1', { person: 'p2' }), given('g1', 'p2', 'clerk', ['p1'])])).toEqual([
    '0: relies on grant g1, which the ledger before it does not hold',
  ]);
  expect(await faults([given('g1', 'p2', 'clerk', ['p1']), uses('g1', { person: 'p3' })])).toEqual([
    '1: relies on grant g1, which belongs to somebody else',
  ]);
});

test('paper stands on the grant of whoever signed it, for the events of that command alone', async () => {
  const [granted, use] = [given('g1', 'p2', 'clerk', ['p1']), uses('g1', { person: 'p3' })];
  const votes = [{ by: 'p2', mark: { kind: 'paper' } }];
  const voted: Act = { ...use, command: 'c', type: 'record.voted', data: { votes } };
  expect(await faults([granted, voted, { ...use, command: 'c', type: 'record.told' }])).toEqual([]);
  expect(await faults([granted, voted, { ...use, type: 'record.told' }])).toHaveLength(1);
  expect(await faults([granted, { ...use, type: 'record.voted', data: { votes: [{ by: 'p2' }] } }])).toHaveLength(1);
});

test('a deputy stands on the grant of the principal', async () => {
  expect(await faults([given('g1', 'p2', 'clerk', ['p1']), uses('g1', { person: 'p3', for: 'p2' })])).toEqual([]);
});

test('a revoked grant carries nothing from then on', async () => {
  const acts = [
    given('g1', 'p2', 'clerk', ['p1']),
    uses('g1', { person: 'p2' }),
    { type: 'grant.revoked', data: { grant: 'g1' } },
    uses('g1', { person: 'p2' }),
    { type: 'grant.revoked', data: { grant: 'g9' } },
  ];
  expect(await faults(acts)).toEqual([
    '3: relies on grant g1, revoked at 2',
    '4: revokes grant g9, which the ledger does not hold',
  ]);
});

test('dates are office days in Taipei, the last one included', async () => {
  const grant = given('g1', 'p2', 'clerk', ['p1'], { from: '2026-11-20', until: '2026-11-20' });
  const at = (moment: string) => faults([grant, uses('g1', { person: 'p2' }, moment)]);
  expect(await at('2026-11-19T15:59:59.999Z')).toHaveLength(1);
  expect(await at('2026-11-19T16:00:00.000Z')).toEqual([]);
  expect(await at('2026-11-20T15:59:59.999Z')).toEqual([]);
  expect(await at('2026-11-20T16:00:00.000Z')).toHaveLength(1);
});

describe('an approving role is given by two persons other than its holder', () => {
  test.each([
    ['two', ['p1', 'p3'], 0],
    ['one', ['p1'], 1],
    ['one twice', ['p1', 'p1'], 1],
    ['one and the holder', ['p1', 'p2'], 1],
  ])('%s', async (_who, by, expected) => {
    expect(await faults([given('g1', 'p2', 'ciso', by)])).toHaveLength(expected);
  });
  test('an act on a grant given wrongly is named too', async () => {
    expect(await faults([given('g1', 'p2', 'ciso', ['p1']), uses('g1', { person: 'p2' })])).toHaveLength(2);
  });
  test('nobody gives a role to oneself, nor in the name of others', async () => {
    expect(await faults([given('g1', 'p2', 'clerk', ['p2'])])).toHaveLength(1);
    expect(await faults([{ ...given('g1', 'p2', 'ciso', ['p1', 'p3']), actor: { person: 'p9' } }])).toHaveLength(1);
  });
  test('set-up is excepted, until it is finished', async () => {
    expect(await faults([setUp('g1', 'p2', 'ciso')])).toEqual([]);
    expect(await faults([{ type: 'setup.finished' }, setUp('g1', 'p2', 'ciso')])).toHaveLength(2);
    expect(await faults([{ ...setUp('g1', 'p2', 'ciso'), actor: { person: 'p2' } }])).toHaveLength(2);
  });
});

test('the same grant is not given twice, so that a revoked one cannot come back', async () => {
  const grant = given('g1', 'p2', 'clerk', ['p1']);
  expect(await faults([grant, { type: 'grant.revoked', data: { grant: 'g1' } }, grant])).toEqual([
    '2: grant g1 was given before',
  ]);
});

test('an act that needs authority and names none is found', async () => {
  expect(await faults([{ actor: { person: 'p1' } }], { needsGrant: () => true })).toEqual([
    '0: the act names no grant to rely on',
  ]);
});
