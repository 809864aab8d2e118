import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { decideAcceptInvitation, decideInvite, decideLinkAccount, decideUnlinkAccount } from './accounts.ts';
import { decideAddDeputy, decideEndDeputy } from './deputies.ts';
import { as, by, directory, eventsOf, grantState, held, now, office, outcome, persons } from './fixtures/given.ts';
import { emailKey, overlap } from './people.ts';
import { decideAddPerson, decideEditPerson, decideEndPerson } from './persons.ts';
import { decideAddUnit, decideEditUnit, decideEndUnit } from './units.ts';

const hash = 'a'.repeat(64);

describe('units', () => {
  const section = { id: 'section', name: '資訊課', under: 'office' };

  test('a unit stands below one that exists', () => {
    const input = { name: '資訊課', under: 'office' };
    expect(outcome(decideAddUnit({ taken: undefined, under: office }, input, as('admin')))).toEqual(['unit.added']);
    expect(outcome(decideAddUnit({ taken: undefined, under: undefined }, input, as('admin')))).toEqual([
      'refused missing',
    ]);
  });

  test('no unit stands below itself, however far', () => {
    const units = [office, section];
    expect(outcome(decideEditUnit({ units }, { unit: 'office', under: 'section' }, as('admin')))).toEqual([
      'refused invalid',
    ]);
    expect(outcome(decideEditUnit({ units }, { unit: 'section', name: '資安課' }, as('admin')))).toEqual([
      'unit.edited',
    ]);
  });

  test('a unit with people ends only with a successor', () => {
    const loaded = { units: [office, section], persons: [{ id: 'x', name: 'x', unit: 'section' }] };
    const input = { unit: 'section', until: '2026-12-31' };
    expect(outcome(decideEndUnit(loaded, input, as('admin')))).toEqual(['refused required']);
    expect(outcome(decideEndUnit(loaded, { ...input, successor: 'office' }, as('admin')))).toEqual(['unit.ended']);
    expect(outcome(decideEndUnit(loaded, { ...input, successor: 'section' }, as('admin')))).toEqual([
      'refused invalid',
    ]);
  });
});

describe('persons', () => {
  const free = { taken: undefined, unit: office, sameEmail: [] };

  test('name and e-mail are personal values of that person', () => {
    const [event] = eventsOf(decideAddPerson(free, { name: '王大明', unit: 'office', email: 'w@x.tw' }, as('admin')));
    const person = event?.data.person;
    expect(event?.personal).toEqual([
      { path: ['name'], subject: person },
      { path: ['email'], subject: person },
    ]);
  });

  test('an e-mail address in use is refused, one of somebody who left is free', () => {
    const input = { name: '王', unit: 'office', email: 'CHEN@x.tw' };
    const sameEmail = [persons.chen!];
    expect(outcome(decideAddPerson({ ...free, sameEmail }, input, as('admin')))).toEqual(['refused duplicate']);
    const left = [{ ...persons.chen!, until: '2026-11-19' }];
    expect(outcome(decideAddPerson({ ...free, sameEmail: left }, input, as('admin')))).toEqual(['person.added']);
    const own = { person: persons.chen, unit: undefined, sameEmail };
    expect(outcome(decideEditPerson(own, { person: 'chen', email: 'chen@x.tw' }, as('admin')))).toEqual([
      'person.edited',
    ]);
  });

  test('whoever left yesterday loses roles, deputies and accounts; whoever leaves later keeps them until then', () => {
    const loaded = {
      person: persons.chen,
      grants: [grantState('chen', 'ciso')],
      deputies: [{ id: 'd', for: 'chen', person: 'wang', order: 1, from: '2026-01-01', until: '2026-12-31' }],
      links: [{ account: 'a', person: 'chen', linkedAt: now }],
    };
    expect(outcome(decideEndPerson(loaded, { person: 'chen', until: '2026-11-19' }, as('admin')))).toEqual([
      'person.ended',
      'grant.revoked',
      'deputy.ended',
      'account.unlinked',
    ]);
    expect(outcome(decideEndPerson(loaded, { person: 'chen', until: '2026-11-30' }, as('admin')))).toEqual([
      'person.ended',
    ]);
  });
});

describe('deputies', () => {
  const input = { for: 'chief', person: 'chen', order: 1 as const, from: '2026-11-20', until: '2026-11-30' };
  const loaded = { principal: persons.chief, person: persons.chen, deputies: [] };

  test('whoever approves names their own deputies', () => {
    expect(outcome(decideAddDeputy(loaded, input, as('chief')))).toEqual(['deputy.named']);
    expect(outcome(decideAddDeputy(loaded, input, as('admin')))).toEqual(['refused by']);
  });

  test('an administrator names deputies for people who approve nothing', () => {
    const ofWang = { ...input, for: 'wang' };
    expect(outcome(decideAddDeputy({ ...loaded, principal: persons.wang }, ofWang, as('admin')))).toEqual([
      'deputy.named',
    ]);
  });

  test('nobody is deputy of themselves', () => {
    const self = { ...input, person: 'chief' };
    expect(outcome(decideAddDeputy({ ...loaded, person: persons.chief }, self, as('chief')))).toEqual([
      'refused never',
    ]);
  });

  test('an administrator never stands in for somebody who approves', () => {
    const admin = { ...input, person: 'admin' };
    expect(outcome(decideAddDeputy({ ...loaded, person: persons.admin }, admin, as('chief')))).toEqual([
      'refused never',
    ]);
  });

  test('one first deputy at a time; a second one beside it, or the first one later', () => {
    const taken = { ...loaded, deputies: [{ id: 'd', ...input, person: 'wang' }] };
    expect(outcome(decideAddDeputy(taken, input, as('chief')))).toEqual(['refused duplicate']);
    expect(outcome(decideAddDeputy(taken, { ...input, order: 2 }, as('chief')))).toEqual(['deputy.named']);
    const later = { ...input, from: '2026-12-01', until: '2026-12-02' };
    expect(outcome(decideAddDeputy(taken, later, as('chief')))).toEqual(['deputy.named']);
  });

  test('roles that exclude each other are told, not refused', () => {
    const grants = [...directory.grants, held('wang', 'network_manager'), held('chen', 'auditor')];
    const context = as('wang', { directory: { ...directory, grants } });
    const decided = decideAddDeputy({ ...loaded, principal: persons.wang }, { ...input, for: 'wang' }, context);
    expect(isRefused(decided) ? [] : decided.response.conflicts).toMatchObject([
      { role: 'network_manager', with: 'auditor' },
    ]);
  });

  test('a deputy is not named for days gone by, and ended by those concerned', () => {
    const past = { ...input, from: '2026-11-01', until: '2026-11-19' };
    expect(outcome(decideAddDeputy(loaded, past, as('chief')))).toEqual(['refused invalid']);
    const deputy = { id: 'd', ...input };
    expect(outcome(decideEndDeputy({ deputy }, { deputy: 'd' }, as('chen')))).toEqual(['deputy.ended']);
    expect(outcome(decideEndDeputy({ deputy }, { deputy: 'd' }, as('wang')))).toEqual(['refused by']);
  });
});

describe('accounts', () => {
  const free = { person: persons.chen, ofAccount: [], ofPerson: [] };

  test('one account is one person here, one person may have several accounts', () => {
    const ofPerson = [{ account: 'b', person: 'chen', linkedAt: now }];
    expect(outcome(decideLinkAccount({ ...free, ofPerson }, { account: 'a', person: 'chen' }, as('admin')))).toEqual([
      'account.linked',
    ]);
    const ofAccount = [{ account: 'a', person: 'wang', linkedAt: now }];
    expect(outcome(decideLinkAccount({ ...free, ofAccount }, { account: 'a', person: 'chen' }, as('admin')))).toEqual([
      'refused duplicate',
    ]);
  });

  test('nobody else links an account to a person who approves', () => {
    const chief = { person: persons.chief, ofAccount: [], ofPerson: [] };
    expect(outcome(decideLinkAccount(chief, { account: 'a', person: 'chief' }, as('admin')))).toEqual([
      'refused never',
    ]);
    expect(outcome(decideLinkAccount(chief, { account: 'a', person: 'chief' }, as('chief')))).toEqual([
      'account.linked',
    ]);
    expect(outcome(decideLinkAccount(chief, { account: 'a', person: 'chief' }, by({ kind: 'setup' })))).toEqual([
      'account.linked',
    ]);
  });

  test('an approver who has an account gets no second one by invitation, nor one to another mailbox', () => {
    const input = { person: 'chief', tokenHash: hash, hours: 72 };
    const links = [{ account: 'a', person: 'chief', linkedAt: now }];
    expect(outcome(decideInvite({ person: persons.chief, links }, input, as('admin')))).toEqual(['refused never']);
    expect(outcome(decideInvite({ person: persons.chief, links: [] }, input, as('admin')))).toEqual([
      'invitation.made',
    ]);
    const elsewhere = { ...input, email: 'admin@x.tw' };
    expect(outcome(decideInvite({ person: persons.chief, links: [] }, elsewhere, as('admin')))).toEqual([
      'refused never',
    ]);
  });

  test('an invitation is accepted once, in time, by the person invited', () => {
    const invitation = { id: 'i', person: 'chen', expiresAt: '2026-11-21T00:00:00.000Z' };
    const loaded = { invitation, person: persons.chen, ofAccount: [] };
    const input = { tokenHash: hash, account: 'a' };
    expect(outcome(decideAcceptInvitation(loaded, input, as('chen')))).toEqual([
      'invitation.accepted',
      'account.linked',
    ]);
    expect(outcome(decideAcceptInvitation(loaded, input, as('wang')))).toEqual(['refused by']);
    const used = { ...loaded, invitation: { ...invitation, acceptedAt: now } };
    expect(outcome(decideAcceptInvitation(used, input, as('chen')))).toEqual(['refused state']);
    const late = { ...loaded, invitation: { ...invitation, expiresAt: now } };
    expect(outcome(decideAcceptInvitation(late, input, as('chen')))).toEqual(['refused state']);
  });

  test('an account not linked cannot be unlinked', () => {
    const ended = [{ account: 'a', person: 'chen', linkedAt: now, endedAt: now }];
    expect(outcome(decideUnlinkAccount({ links: ended }, { account: 'a' }, as('admin')))).toEqual(['refused missing']);
  });
});

test('width, case and white space make no new e-mail address', () => {
  const same = ['chen@x.tw', ' Chen@X.tw ', 'ｃｈｅｎ＠ｘ．ｔｗ', 'ch\u200ben@x.tw', 'chen\u00a0@x.tw', 'CHEN@X.TW\t'];
  expect(new Set(same.map(emailKey))).toEqual(new Set(['chen@x.tw']));
  fc.assert(fc.property(fc.string({ unit: 'grapheme' }), (s) => emailKey(emailKey(s)) === emailKey(s)));
});

test('two dated things overlap whichever is asked first', () => {
  const date = fc.option(
    fc.integer({ min: 10, max: 28 }).map((d) => `2026-11-${d}`),
    { nil: undefined },
  );
  const dated = fc.record({ from: date, until: date }).map((d) => JSON.parse(JSON.stringify(d)));
  fc.assert(fc.property(dated, dated, (a, b) => overlap(a, b) === overlap(b, a)));
});
