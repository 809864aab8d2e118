import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { authenticator } from '../../src/adapters/auth/fixtures/authenticator.ts';
import { addTotp } from '../../src/adapters/auth/fixtures/installation.ts';
import { INSTALLATION } from '../../src/runtime/organisations.ts';
import { type Client, client, emailOf, type Office, ORIGIN, openOffice, PASSWORD, signIn } from './office.ts';
import type { PersonName } from './people.ts';
import { untilSealed } from './sealed.ts';

/**
 * Passwords, one-time codes and passkeys of before, put back with their genuine bindings by the database's owner, used, and taken away again:
 * what `verify` says of the installation's ledger (decision 0190).
 */

const clock = { now: new Date() }; // better-auth compares one-time codes by the machine's clock
const minutes = (count: number) => {
  clock.now = new Date(clock.now.getTime() + count * 60_000);
};
let office: Office;
beforeAll(async () => {
  office = await openOffice({ clock, pack: 'race' });
});
afterAll(() => office?.close());
afterEach(() => expect(office.defects()).toEqual([]));

const superuser = async (query: string, values: unknown[] = []) => (await office.superuser.query(query, values)).rows;

async function post(at: Client, path: string, body: object = {}) {
  const response = await at.send(`/api/auth${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const words = await response.text();
  return { status: response.status, body: words.startsWith('{') ? JSON.parse(words) : words };
}

async function verdict() {
  await untilSealed(office);
  const { findings } = await office.platform.ledger.verify(INSTALLATION);
  return findings
    .filter(({ ok }) => !ok)
    .map(({ level, position, message }) => ({ level, position, said: message.en }));
}
const newest = async () =>
  Number((await superuser('select max(pos) as pos from event where organisation = $1', [INSTALLATION]))[0].pos);
const accountOf = async (name: PersonName): Promise<string> =>
  (await superuser('select id from auth.user_account where email = $1', [emailOf(name)]))[0].id;

/** What the owner of the database copies, to put it back as it was. */
async function copied(tables: Record<string, string>) {
  const rows = await Promise.all(
    Object.entries(tables).map(async ([table, where]) => ({
      ...{ table, where },
      rows: await superuser(`select to_jsonb(t) as row from ${table} t where ${where}`),
    })),
  );
  return async () => {
    for (const { table, where } of rows) await superuser(`delete from ${table} where ${where}`);
    for (const { table, rows: kept } of rows)
      for (const { row } of kept)
        await superuser(`insert into ${table} select * from jsonb_populate_record(null::${table}, $1)`, [row]);
  };
}
const passwordOf = (account: string) => ({
  'auth.credential': `user_id = '${account}'`,
  'auth.binding': `kind = 'password' and ref = '${account}'`,
});

test('a removed passkey, put back for one sign-in, is named; so are one-time codes switched off for one', async () => {
  const li = await office.as('li');
  const account = await accountOf('li');
  const device = authenticator(ORIGIN);
  const options = await (await li.send('/api/auth/passkey/generate-register-options')).json();
  const added = await post(li, '/passkey/verify-registration', { response: device.register(options.challenge) });
  const putBack = await copied({
    'auth.passkey': `user_id = '${account}'`,
    'auth.binding': `kind = 'passkey' and ref = '${added.body.credentialID}'`,
  });
  const byPasskey = async () => {
    const at = client(office.app);
    const { challenge } = await (await at.send('/api/auth/passkey/generate-authenticate-options')).json();
    return (await post(at, '/passkey/verify-authentication', { response: device.assert(challenge) })).status;
  };
  expect(await byPasskey()).toBe(200);
  expect((await post(li, '/passkey/delete-passkey', { id: added.body.id })).status).toBe(200);
  const { added: codes } = await addTotp(
    { post: (path: string, body: object) => post(li, path, body) } as never,
    {
      clock: new Date(),
    } as never,
  );
  expect(codes.status).toBe(200);
  minutes(5);
  expect(await verdict()).toEqual([]);

  const without = await copied({ 'auth.passkey': `user_id = '${account}'` });
  await putBack();
  expect(await byPasskey()).toBe(200);
  const first = await newest();
  await without();
  await superuser('update auth.user_account set two_factor_enabled = false where id = $1', [account]);
  expect((await verdict()).at(-1)).toMatchObject({
    said: expect.stringMatching(/authenticator of account .* is gone/),
  });
  await signIn(client(office.app), emailOf('li'));
  const second = await newest();
  await superuser('update auth.user_account set two_factor_enabled = true where id = $1', [account]);
  expect(await verdict()).toEqual([
    { level: 'L3', position: first, said: expect.stringMatching(`account ${account} used an earlier passkey`) },
    { level: 'L3', position: second, said: expect.stringMatching(`account ${account} signed in at .* password alone`) },
  ]);
});

test('an earlier password, put back for one sign-in, is named where it was used, and while it stands there', async () => {
  const wang = await office.as('wang');
  const account = await accountOf('wang');
  const before = await verdict();
  const putBack = await copied(passwordOf(account));
  const changed = await post(wang, '/change-password', { currentPassword: PASSWORD, newPassword: 'Another-Town-2026' });
  expect(changed.status).toBe(200);
  const position = await newest();
  minutes(5);
  await signIn(client(office.app), emailOf('wang'), 'Another-Town-2026');
  expect(await verdict()).toEqual(before);
  const back = await copied(passwordOf(account));
  await putBack();
  const waiting = expect.stringMatching(`account ${account} has in the database is an earlier one.*entry ${position}`);
  expect(await verdict()).toEqual([...before, { level: 'L3', position, said: waiting }]);
  await signIn(client(office.app), emailOf('wang'));
  const used = await newest();
  await back();
  const named = {
    level: 'L3',
    position: used,
    said: expect.stringMatching(`account ${account} used an earlier password`),
  };
  expect(await verdict()).toEqual([...before, named]);
  await signIn(client(office.app), emailOf('wang'), 'Another-Town-2026');
  expect(await verdict()).toEqual([...before, named]);
});
