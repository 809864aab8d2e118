import { expect, test } from 'vitest';
import type { Json } from './canonical.ts';
import type { CredentialKind } from './credential-mark.ts';
import { emptyCredentialIndex, followCredentials, presentFaults } from './credentials.ts';

/** Passwords, one-time codes and passkeys by what the installation's ledger said of them before (decision 0190). */

type Step = [minute: number, type: string, data: { [name: string]: Json }];

const START = Date.parse('2026-11-20T02:00:00.000Z');
const password = (mark: string) => [{ kind: 'password', mark }];
const totp = (mark: string) => [{ kind: 'totp', mark }];
const passkey = (mark: string) => [{ kind: 'passkey', mark }];
const intended = { outcome: 'intended' };
const done = { outcome: 'done' };

const opened: Step = [0, 'account.opened', { ...done, entered: password('a') }];
const signIn = (minute: number, used: Json): Step => [minute, 'sign_in.succeeded', { ...done, by: 'password', used }];
const changed = (minute: number, to: string): Step => [minute, 'password.changed', { ...done, entered: password(to) }];

function walked(steps: Step[]) {
  const index = emptyCredentialIndex();
  const faults = steps.flatMap(([minute, type, data], position) =>
    followCredentials(index, position, {
      type,
      at: new Date(START + minute * 60_000).toISOString(),
      data: { account: 'x', ...data },
    }).map(({ en }) => `${position} ${en}`),
  );
  return { index, faults };
}
const found = (steps: Step[], present: { [kind in CredentialKind]?: string[] }, accounts = ['x']) => {
  const { index } = walked(steps);
  const rows = Object.entries(present).flatMap(([kind, marks]) =>
    marks.map((mark) => ({ account: 'x', kind: kind as CredentialKind, mark })),
  );
  return presentFaults(index, rows, new Set(accounts)).map(({ message }) => message.en);
};

test('an honest life: what is in force is used, and nothing is said', () => {
  expect(
    walked([
      [0, 'account.opened', { ...intended, entered: password('a') }],
      opened,
      signIn(5, password('a')),
      [10, 'password.changing', { ...intended, used: password('a'), entered: password('b') }],
      changed(10, 'b'),
      signIn(20, password('b')),
      [30, 'factor.adding', { ...intended, entered: totp('t') }],
      [30, 'factor.added', { ...done, entered: totp('t') }],
      [40, 'sign_in.second_factor_asked', { ...done, by: 'password', used: password('b') }],
      [40, 'sign_in.succeeded', { ...done, by: 'totp', used: totp('t') }],
      [50, 'factor.added', { ...done, entered: passkey('k') }],
      [51, 'factor.added', { ...done, entered: passkey('l') }],
      [60, 'factor.confirmed', { ...done, used: passkey('k') }],
      [70, 'factor.removing', { ...intended, removed: totp('t') }],
      [70, 'factor.removed', { ...done, removed: totp('t') }],
      signIn(80, password('b')),
      [90, 'sign_in.succeeded', { ...done, by: 'passkey', used: passkey('l') }],
    ]).faults,
  ).toEqual([]);
});

test.each<[string, Step[], RegExp]>([
  ['an earlier password', [changed(10, 'b'), signIn(20, password('a'))], /^2 .*earlier password.*since entry 1/],
  [
    'an earlier password of an account that changed it at once',
    [
      [0, 'password.changing', { ...intended, used: password('a'), entered: password('b') }],
      changed(0, 'b'),
      signIn(20, password('a')),
    ],
    /^3 .*earlier password.*since entry 2/,
  ],
  ['a password that was never entered', [signIn(20, password('z'))], /^1 .*never had/],
  [
    'an earlier password before a seal',
    [changed(10, 'b'), [20, 'factor.confirmed', { ...done, used: password('a') }]],
    /^2 .*earlier password/,
  ],
  [
    'a removed passkey',
    [
      [5, 'factor.added', { ...done, entered: passkey('k') }],
      [6, 'factor.removed', { ...done, removed: passkey('k') }],
      [20, 'sign_in.succeeded', { ...done, by: 'passkey', used: passkey('k') }],
    ],
    /^3 .*earlier passkey/,
  ],
  [
    'a passkey a reset took away with all of its kind',
    [
      [5, 'factor.added', { ...done, entered: passkey('k') }],
      [9, 'reset.completed', { ...done, entered: password('b'), removed: [{ kind: 'passkey' }] }],
      [20, 'sign_in.succeeded', { ...done, by: 'passkey', used: passkey('k') }],
    ],
    /^3 .*earlier passkey/,
  ],
  [
    'one-time codes switched off for one sign-in',
    [[5, 'factor.added', { ...done, entered: totp('t') }], signIn(20, password('a'))],
    /^2 .*password alone.*since entry 1/,
  ],
  ['anything of an account erased', [[5, 'account.erased', {}], signIn(20, password('a'))], /^2 .*earlier password/],
])('%s is found where it was used', (_what, steps, said) => {
  expect(walked([opened, ...steps]).faults).toEqual([expect.stringMatching(said)]);
});

test.each<[string, Step[]]>([
  ['a sign-in that began before the change', [changed(10, 'b'), signIn(11, password('a'))]],
  [
    'a change cut off after it was carried out',
    [[10, 'password.changing', { ...intended, entered: password('b') }], signIn(20, password('b'))],
  ],
  [
    'a change cut off before it was carried out',
    [[10, 'password.changing', { ...intended, entered: password('b') }], signIn(20, password('a'))],
  ],
  [
    'two changes at once, told in the other order',
    [
      [10, 'password.changing', { ...intended, entered: password('b') }],
      [10, 'password.changing', { ...intended, entered: password('c') }],
      changed(10, 'c'),
      changed(10, 'b'),
      signIn(20, password('c')),
    ],
  ],
  [
    'two changes at once, one told only after the other was done',
    [
      [10, 'password.changing', { ...intended, entered: password('c') }],
      [10, 'password.changing', { ...intended, entered: password('b') }],
      changed(10, 'b'),
      changed(10, 'c'),
      signIn(20, password('b')),
    ],
  ],
  [
    'a passkey added while a reset took all away',
    [
      [10, 'password.changing', { ...intended, entered: password('b'), removed: [{ kind: 'passkey' }] }],
      [10, 'factor.adding', { ...intended, entered: passkey('k') }],
      [10, 'reset.completed', { ...done, entered: password('b'), removed: [{ kind: 'passkey' }] }],
      [20, 'sign_in.succeeded', { ...done, by: 'passkey', used: passkey('k') }],
    ],
  ],
  [
    'a removal of one-time codes cut off',
    [
      [5, 'factor.added', { ...done, entered: totp('t') }],
      [10, 'factor.removing', { ...intended, removed: totp('t') }],
      signIn(20, password('a')),
    ],
  ],
])('%s is no fault', (_what, steps) => {
  expect(walked([opened, ...steps]).faults).toEqual([]);
});

test('a change that was cut off is settled by the first use: the other one is out from there', () => {
  const cut: Step[] = [
    opened,
    [10, 'password.changing', { ...intended, entered: password('b') }],
    signIn(20, password('b')),
  ];
  expect(walked([...cut, signIn(30, password('a'))]).faults).toEqual([expect.stringMatching(/^3 .*earlier/)]);
});

test('of an account from before marks were kept, the first one told counts, and what leaves from there on', () => {
  const old: Step[] = [
    [0, 'account.opened', done],
    [1, 'sign_in.succeeded', { ...done, by: 'passkey' }],
    signIn(5, password('a')),
    [6, 'sign_in.succeeded', { ...done, by: 'passkey', used: passkey('k') }],
    [7, 'factor.removed', { ...done, removed: passkey('l') }],
  ];
  expect(walked(old).faults).toEqual([]);
  const more = [signIn(20, password('z')), [21, 'factor.confirmed', { ...done, used: passkey('l') }] as Step];
  expect(walked([...old, ...more]).faults).toEqual([
    expect.stringMatching(/^5 .*never had/),
    expect.stringMatching(/^6 .*earlier passkey/),
  ]);
  expect(found(old.slice(0, 2), { password: ['q'], passkey: ['r'] })).toEqual([]);
});

test('what the database holds now is what is in force', () => {
  const steps: Step[] = [opened, changed(10, 'b'), [11, 'factor.added', { ...done, entered: passkey('k') }]];
  expect(found(steps, { password: ['b'], passkey: ['k'] })).toEqual([]);
  expect(found(steps, { password: ['a'], passkey: ['k'] })).toEqual([
    expect.stringMatching(/password account x has in the database is an earlier one, out of force since entry 1/),
  ]);
  expect(found(steps, { password: ['b'], passkey: ['k', 'z'] })).toEqual([expect.stringMatching(/never had/)]);
  expect(found(steps, { passkey: ['k'] })).toEqual([expect.stringMatching(/password of account x .*is gone/)]);
  expect(found(steps, { password: ['b'] })).toEqual([expect.stringMatching(/passkey of account x .*is gone/)]);
  expect(found(steps, {}, [])).toEqual([]); // the account itself is gone: it lets nobody in
  const cut: Step[] = [...steps, [20, 'password.changing', { ...intended, entered: password('c') }]];
  for (const mark of ['b', 'c']) expect(found(cut, { password: [mark], passkey: ['k'] })).toEqual([]);
});
