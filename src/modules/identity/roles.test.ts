import { describe, expect, test } from 'vitest';
import { isRefused } from '../../kernel/refusal.ts';
import { as, by, day, directory, eventsOf, grantState, held, office, outcome, persons } from './fixtures/given.ts';
import { decideConfirmRole, decideGiveRole, decideRevokeRole } from './roles.ts';

const chen = { person: persons.chen, unit: office, grants: [] };
const ask = (role: string) => ({ person: 'chen', role, unit: 'office' });
const asked = grantState('chen', 'security_officer', { givenAt: undefined as never, givenBy: [] });
const { givenAt: _none, ...waiting } = asked;
const confirming = { grant: waiting, grants: [waiting], person: persons.chen };

describe('giving a role', () => {
  test('a role that approves nothing is given at once', () => {
    expect(outcome(decideGiveRole(chen, ask('network_manager'), as('admin')))).toEqual(['grant.asked', 'grant.given']);
  });

  test('an approving role waits for a second person', () => {
    const decided = decideGiveRole(chen, ask('security_officer'), as('admin'));
    expect(outcome(decided)).toEqual(['grant.asked']);
    expect(isRefused(decided) || decided.response.waitingForSecond).toBe(true);
  });

  test('set-up gives an approving role alone, and the event says it was set-up', () => {
    const [, given] = eventsOf(decideGiveRole(chen, ask('ciso'), by({ kind: 'setup' })));
    expect(given).toMatchObject({ type: 'grant.given', data: { setup: true, by: [], from: day } });
  });

  test('only an administrator may ask, and the refusal names one', () => {
    const decided = decideGiveRole(chen, ask('network_manager'), as('chief'));
    expect(outcome(decided)).toEqual(['refused by']);
    expect(isRefused(decided) && decided.refused[0]?.fix?.text.zh).toContain('admin');
  });

  test('an administrator whose own role has run out may no longer ask', () => {
    const grants = [held('admin', 'administrator', { until: '2026-11-19' })];
    const context = as('admin', { directory: { ...directory, grants } });
    expect(outcome(decideGiveRole(chen, ask('network_manager'), context))).toEqual(['refused by']);
  });

  test('nobody gives a role to themselves', () => {
    const input = { person: 'admin', role: 'network_manager', unit: 'office' };
    const loaded = { person: persons.admin, unit: office, grants: [] };
    expect(outcome(decideGiveRole(loaded, input, as('admin')))).toEqual(['refused never']);
  });

  test('roles in conflict are refused naming both, whichever of the two declares it', () => {
    const loaded = { ...chen, grants: [grantState('chen', 'network_manager')] };
    const decided = decideGiveRole(loaded, ask('auditor'), as('admin'));
    expect(outcome(decided)).toEqual(['refused never']);
    expect(isRefused(decided) && decided.refused[0]?.items).toEqual(['職network_manager', '職auditor']);
  });

  test('a conflicting role that ended before the new one begins is no conflict', () => {
    const loaded = { ...chen, grants: [grantState('chen', 'network_manager', { until: '2026-11-25' })] };
    const input = { ...ask('auditor'), from: '2026-11-26' };
    expect(outcome(decideGiveRole(loaded, input, as('admin')))).toEqual(['grant.asked', 'grant.given']);
    expect(outcome(decideGiveRole(loaded, { ...input, from: '2026-11-25' }, as('admin')))).toEqual(['refused never']);
  });

  test('a conflicting role merely asked for already stands in the way', () => {
    const { givenAt: _gone, ...pending } = grantState('chen', 'network_manager');
    const decided = decideGiveRole({ ...chen, grants: [pending] }, ask('auditor'), as('admin'));
    expect(outcome(decided)).toEqual(['refused never']);
  });

  test('an administrator gets no approving role, and an approver does not become administrator', () => {
    const admin = { ...chen, grants: [grantState('chen', 'administrator')] };
    expect(outcome(decideGiveRole(admin, ask('ciso'), as('admin')))).toEqual(['refused never']);
    const approver = { ...chen, grants: [grantState('chen', 'ciso')] };
    expect(outcome(decideGiveRole(approver, ask('administrator'), as('admin')))).toEqual(['refused never']);
    expect(outcome(decideGiveRole(approver, ask('administrator'), by({ kind: 'setup' })))).toEqual(['refused never']);
  });

  test('an exception in force permits two roles openly, until it ends at the latest, and the event names it', () => {
    const combinations = [{ role: 'network_manager', exception: 'ex-1', until: '2027-06-30' }];
    const loaded = { ...chen, grants: [grantState('chen', 'network_manager')], combinations };
    expect(outcome(decideGiveRole(loaded, ask('auditor'), as('admin')))).toEqual(['refused required']);
    const tooLong = { ...ask('auditor'), until: '2027-07-01' };
    expect(outcome(decideGiveRole(loaded, tooLong, as('admin')))).toEqual(['refused required']);
    const [, done] = eventsOf(decideGiveRole(loaded, { ...ask('auditor'), until: '2027-06-30' }, as('admin')));
    expect(done?.data.exceptions).toEqual(['ex-1']);
  });

  test('no exception lets an administrator approve', () => {
    const combinations = [{ role: 'administrator', exception: 'ex-1', until: '2027-06-30' }];
    const loaded = { ...chen, grants: [grantState('chen', 'administrator')], combinations };
    const input = { ...ask('ciso'), until: '2027-06-30' };
    expect(outcome(decideGiveRole(loaded, input, as('admin')))).toEqual(['refused never']);
  });

  test('a role, person or unit nobody knows is missing; a role held already is a duplicate', () => {
    expect(outcome(decideGiveRole(chen, ask('pope'), as('admin')))).toEqual(['refused missing']);
    expect(outcome(decideGiveRole({ ...chen, unit: undefined }, ask('ciso'), as('admin')))).toEqual([
      'refused missing',
    ]);
    const loaded = { ...chen, grants: [grantState('chen', 'ciso')] };
    expect(outcome(decideGiveRole(loaded, ask('ciso'), as('admin')))).toEqual(['refused duplicate']);
  });

  test('the same command names the same grant again', () => {
    const [one] = eventsOf(decideGiveRole(chen, ask('ciso'), as('admin')));
    const [two] = eventsOf(decideGiveRole(chen, ask('ciso'), as('admin')));
    expect(one?.stream).toBe(two?.stream);
  });
});

describe('confirming', () => {
  test('a second administrator or an approver confirms, and the event names both people', () => {
    for (const second of ['admin2', 'chief']) {
      const [given] = eventsOf(decideConfirmRole(confirming, { grant: waiting.id }, as(second)));
      expect(given).toMatchObject({ type: 'grant.given', data: { by: ['admin', second], role: 'security_officer' } });
    }
  });

  test('neither the asker, nor the grantee, nor somebody without authority, nor the clock confirms', () => {
    expect(outcome(decideConfirmRole(confirming, { grant: waiting.id }, as('admin')))).toEqual(['refused never']);
    expect(outcome(decideConfirmRole(confirming, { grant: waiting.id }, as('chen')))).toEqual(['refused never']);
    expect(outcome(decideConfirmRole(confirming, { grant: waiting.id }, as('wang')))).toEqual(['refused by']);
    expect(outcome(decideConfirmRole(confirming, { grant: waiting.id }, by({ kind: 'clock' })))).toEqual([
      'refused by',
    ]);
  });

  test('the second word is given by somebody who has just proven who they are', () => {
    const unproven = by({ kind: 'person', person: 'chief' });
    expect(outcome(decideConfirmRole(confirming, { grant: waiting.id }, unproven))).toEqual(['refused factor']);
  });

  test('a request written past the program is not confirmed', () => {
    const forged = { ...waiting, genuine: false };
    expect(outcome(decideConfirmRole({ ...confirming, grant: forged }, { grant: forged.id }, as('chief')))).toEqual([
      'refused forbidden',
    ]);
  });

  test('a conflict that arose since asking is seen', () => {
    const grants = [waiting, grantState('chen', 'administrator')];
    expect(outcome(decideConfirmRole({ ...confirming, grants }, { grant: waiting.id }, as('chief')))).toEqual([
      'refused never',
    ]);
  });

  test('a grant already given or revoked does not wait', () => {
    for (const grant of [asked, { ...waiting, revokedAt: day }].map((g) => ({ ...g, givenAt: g.revokedAt ?? day })))
      expect(outcome(decideConfirmRole({ ...confirming, grant }, { grant: grant.id }, as('chief')))).toEqual([
        'refused state',
      ]);
  });
});

describe('revoking', () => {
  test('an administrator revokes, and anybody gives up their own role', () => {
    const grant = grantState('chen', 'ciso');
    expect(outcome(decideRevokeRole({ grant }, { grant: grant.id }, as('admin')))).toEqual(['grant.revoked']);
    expect(outcome(decideRevokeRole({ grant }, { grant: grant.id }, as('chen')))).toEqual(['grant.revoked']);
    expect(outcome(decideRevokeRole({ grant }, { grant: grant.id }, as('wang')))).toEqual(['refused by']);
  });

  test('the last administrator stays', () => {
    const grant = grantState('admin', 'administrator');
    const alone = { ...directory, grants: [held('admin', 'administrator')] };
    const decided = decideRevokeRole({ grant }, { grant: grant.id }, as('admin', { directory: alone }));
    expect(outcome(decided)).toEqual(['refused never']);
  });
});
