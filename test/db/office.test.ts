import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Office, openOffice } from './office.ts';
import { PEOPLE, type PersonName } from './people.ts';

let office: Office;
beforeAll(async () => {
  office = await openOffice();
});
afterAll(() => office?.close());

test('everybody set up is somebody after signing in, with the roles that were given', async () => {
  for (const name of Object.keys(PEOPLE) as PersonName[]) {
    const me = await (await office.as(name)).ok('me.get');
    expect(me.person.name).toBe(PEOPLE[name].name);
    expect(me.roles.map((role: { role: string }) => role.role).sort()).toEqual([...PEOPLE[name].roles].sort());
  }
  expect(office.defects()).toEqual([]);
});
