import { createHash } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { administered } from '../../src/modules/identity/facts.ts';
import { workRound } from '../../src/rounds.ts';
import { tickDue } from '../../src/runtime/schedule.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';
import { type Desk, deskOf } from './desk.ts';
import { client, emailOf, type Office, openOffice, PASSWORD, signIn } from './office.ts';

/** Half-yearly reviews of audit data, by the clock (base.21; twvs.5.7.4, dahe.1.9.4). */

const clock = { now: new Date('2026-11-20T01:00:00Z') };
type Failure = { of: string; count: number };
let office: Office;
let desk: Desk;
beforeAll(async () => {
  office = await openOffice({ clock });
  desk = deskOf(office);
});
afterAll(() => office?.close());
afterEach(() => expect(office.defects()).toEqual([]));

const round = () => workRound(office.platform, office.organisation);

describe('review of audit data', () => {
  test('what is refused at the door is of the review: whose account, how often, from where, and never what was typed', async () => {
    const wang = await office.as('wang');
    const { secret } = await wang.ok('tokens.create', { name: 'export', expires: '2026-11-21', mayWrite: false });
    const program = client(office.app, secret);
    expect((await program.call('records.open', { type: 'requirement', values: {} })).status).toBe(403);
    const guess = (email: string, times: number) =>
      Promise.all(
        Array.from({ length: times }, (_, i) =>
          signIn(office.nobody(), email, `typed-secret-${i}`).catch((error: Error) => error.message),
        ),
      );
    await guess(emailOf('wang'), 30);
    await guess('typed-name@example.tw', 3);
    await office.nobody().call('me.get'); // no token, nothing refused
    await client(office.app, `anc_${office.organisation}_${'x'.repeat(30)}`).call('me.get');
    await client(office.app, `anc_nobody_${'x'.repeat(30)}`).call('me.get');
    const tried = await (await office.as('li')).call('people.giveRole', {
      id: office.persons.li,
      role: 'ciso',
      unit: office.units.office,
      from: '2026-11-20',
    });
    expect(tried.status).toBe(403);
    clock.now = new Date('2026-11-21T16:02:00Z'); // two days on, by the office's clock: hour and day are over, and the token's time
    await program.call('me.get');
    await office.http.auth.tidy();
    clock.now = new Date('2026-11-21T17:02:00Z');
    await office.http.auth.tidy();
    const { failures } = await (await office.as('chien')).ok('keeping.reviews');
    expect(failures.items.map(({ of, count }: Failure) => `${of} ${count}`).toSorted()).toEqual([
      ...['sign_in 30', 'token 1', 'token 1', 'token 1', 'unknown_names 4'],
    ]);
    const mine = failures.items.find((one: Failure) => one.of === 'sign_in');
    expect(mine).toMatchObject({ person: { name: '王承辦' }, locks: 1 });
    const { rows } = await office.superuser.query(`select convert_from(entry, 'UTF8') as entry from event`);
    const ledger = rows.map(({ entry }) => entry).join('\n');
    expect(ledger).not.toContain('typed-');
    expect(ledger).toContain('"command":"identity.give_role"');
    expect(ledger.match(/"sign_in.refused"/g)).toHaveLength(1);
  });

  test('is opened at five months for the auditor, with counts and a sample anybody can repeat, and is a violation after six', async () => {
    const reviews = async () => (await (await office.as('chien')).ok('records.list', { type: 'audit_review' })).items;
    expect(await reviews()).toEqual([]);
    clock.now = new Date('2027-06-01T01:00:00Z'); // half a year on: due, and late
    await round();
    expect(await reviews()).toHaveLength(1);
    await round();
    const [{ id }] = await reviews();
    expect(await reviews()).toHaveLength(1);
    const view = await (await office.as('chien')).ok('records.get', { id });
    expect(JSON.stringify(view)).toContain('"role"');
    const { rows } = await office.superuser.query(
      `select body->'values' as values from record where type = 'audit_review'`,
    );
    const { counts, entries, drawn_with } = rows[0].values;
    expect(entries.length).toBeGreaterThan(5);
    expect(counts.find((row: { kind: string }) => row.kind === 'role').count).toBeGreaterThan(10);
    expect(drawn_with).toMatch(/^\d+ [0-9a-f]{64}$/);
    expect(await desk.refused('chien', id, 'sign_off')).toContainEqual(
      expect.objectContaining({ gate: 'ledger_sound' }),
    );
    const { platform, organisation } = office;
    await tickDue({ ...platform.parts, dispatch: platform.dispatch }, organisation);
    expect(await breaches(id)).toBeGreaterThan(0);
  });

  const breaches = async (id: string) =>
    (await office.superuser.query(`select reason from clause_breach where record = $1 and until_at is null`, [id])).rows
      .length;
  const reviews = async () => (await (await office.as('chien')).ok('keeping.reviews')).reviews;

  test('what it covers can be taken along, and the draw repeated from it alone', async () => {
    const [{ id, number }] = await reviews();
    const chien = await office.as('chien');
    const { csv, rows, name } = await chien.ok('keeping.reviewed', { id });
    expect(name).toBe(`${number}-審查範圍.csv`);
    const lines: string[] = csv.trim().split('\n').slice(1);
    expect(lines).toHaveLength(rows);
    const { values } = await chien.ok('records.get', { id });
    expect(rows).toBe(values.counts.reduce((sum: number, row: { count: number }) => sum + row.count, 0));
    const lot = (pos: string) =>
      createHash('sha256')
        .update(values.drawn_with.split(' ')[1] + pos)
        .digest('hex');
    const smallest = (some: string[], many: number) =>
      some.toSorted((one, other) => (lot(one.split(',')[0]!) < lot(other.split(',')[0]!) ? -1 : 1)).slice(0, many);
    const kinds = Object.values(Object.groupBy(lines, (line) => line.split(',')[2]!));
    const firsts = kinds.flatMap((some) => smallest(some!, 2));
    const rest = lines.filter((line) => !firsts.includes(line));
    const again = [...firsts, ...smallest(rest, 20 - firsts.length)].map((line) => line.split(',')[0]!);
    const drawn = values.entries.map((entry: { position: number }) => String(entry.position));
    expect(again.toSorted()).toEqual(drawn.toSorted());
    expect(lines.filter((line) => line.trimEnd().endsWith('是'))).toHaveLength(20);
    const { items } = await chien.ok('trail.list', { limit: 1, filter: { type: 'export.made' } });
    expect(items).toHaveLength(1); // the export itself is an entry
  });

  test('an administrator does not sign it; the auditor does, and the red light goes', async () => {
    const [{ id }] = await reviews();
    const chien = await office.as('chien');
    const { values, version } = await chien.ok('records.get', { id });
    const entries = values.entries.map((entry: object) => ({ ...entry, verdict: 'proper' }));
    const judged = { entries, verified: true, conclusion: '抽查二十筆，均屬正常' };
    await chien.ok('records.save', { id, version, values: judged });
    const lin = await office.as('lin'); // administers
    const attempt = { id, action: 'sign_off', with: {}, factor: { password: PASSWORD } };
    expect((await lin.call('records.act', attempt)).status).not.toBe(200);
    const role = { id: office.persons.lin, role: 'auditor', unit: office.units.office, from: '2027-06-01' };
    expect(await (await office.as('bai')).call('people.giveRole', role)).toMatchObject({ status: 403 });
    const asked = { organisation: office.organisation, now: clock.now.toISOString() };
    const since = (person: string) => ({ ...asked, args: [person, values.begins] });
    const once = await withOrganisation(office.platform.db, office.organisation, (tx) =>
      administered(tx, [since(office.persons.lin), since(office.persons.chien)]),
    );
    expect(once).toEqual([true, false]); // the gate asks this, also of whoever has given the role up
    clock.now = new Date(clock.now.getTime() + 60_000);
    await desk.act('chien', id, 'sign_off');
    expect((await reviews())[0]).toMatchObject({ open: false, signed: { by: { name: '簡稽核' } } });
    expect(await breaches(id)).toBe(0);
  });

  test('the next is asked for at five months, and is a violation from the day after six', async () => {
    const [{ ends }] = await reviews();
    const months = (n: number, days = 0) => {
      const at = new Date(ends);
      at.setUTCMonth(at.getUTCMonth() + n);
      return new Date(at.getTime() + days * 86_400_000);
    };
    const tick = async (now: Date) => {
      clock.now = now;
      await round();
      const { platform, organisation } = office;
      await tickDue({ ...platform.parts, dispatch: platform.dispatch }, organisation);
      return reviews();
    };
    expect(await tick(months(5, -1))).toHaveLength(1);
    const [next] = await tick(months(5));
    expect(next).toMatchObject({ open: true, begins: ends, due: months(6).toISOString().slice(0, 10) });
    const tasks = await (await office.as('chien')).ok('tasks.list', {});
    expect(JSON.stringify(tasks)).toContain(next.id);
    await tick(months(6, -1));
    expect(await breaches(next.id)).toBe(0);
    await tick(months(6, 2));
    expect(await breaches(next.id)).toBeGreaterThan(0);
  });
});
