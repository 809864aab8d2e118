import fc from 'fast-check';
import { sql } from 'kysely';
import { expect, test } from 'vitest';
import { demoId } from '../../src/demo/index.ts';
import { PERSONS } from '../../src/demo/people.ts';
import type { RecordState } from '../../src/kernel/engine/types.ts';
import type { RecordType } from '../../src/kernel/pack/types.ts';
import type { Refused } from '../../src/kernel/refusal.ts';
import { type Look, recordOf } from '../../src/runtime/query/look.ts';
import { mayRead } from '../../src/runtime/query/reading.ts';
import { evidenceFor, holders, mayHave, namedOn, SOME, WHOLE } from './reading-ways.ts';

type Looking = <T>(
  work: (one: Look) => Promise<T>,
  about: { person?: string; asOf?: string },
) => Promise<Exclude<T, Refused>>;

/** Everybody of the demo, and records at random: to be allowed one way is to be allowed every way. */
export function readingTests(looking: Looking): void {
  const anybody = fc.constantFrom(...PERSONS.map(({ key }) => demoId(key)));
  const anyDay = fc.constantFrom(undefined, '2026-11-19', '2026-09-01');
  const all = () =>
    looking(async ({ tx, organisation }) => {
      const found = await sql<{
        id: string;
      }>`select id from record where organisation = ${organisation} order by id`.execute(tx);
      return found.rows.map(({ id }) => id);
    }, {});

  test('gets by one way what they get by every other: page, lists, pickers, names, files; and by no way more', async () => {
    const ids = await all();
    expect(ids.length).toBeGreaterThan(200);
    const files = await looking(holders, {});
    expect(files.size).toBeGreaterThan(10);
    const some = (most: number) => fc.subarray(ids, { minLength: most, maxLength: most });
    await fc.assert(
      fc.asyncProperty(
        anybody,
        some(12),
        some(3),
        fc.subarray([...files.keys()], { maxLength: 8 }),
        async (person, asked, opened, contents) => {
          const theirs = await looking(async (one) => new Set(await WHOLE.list!(one, ids)), { person });
          const within = (named: string[], way: string) =>
            expect([way, named.filter((id) => !theirs.has(id))]).toEqual([way, []]);
          for (const [way, name] of Object.entries(WHOLE))
            expect([way, (await looking((one) => name(one, ids), { person })).toSorted()]).toEqual([
              way,
              [...theirs].toSorted(),
            ]);
          for (const [way, name] of Object.entries(SOME)) within(await looking(name, { person }), way);
          for (const id of asked) {
            const read = await looking(async (one) => mayRead(one, ...(await stateOf(one, id))), { person });
            expect([id, read]).toEqual([id, theirs.has(id)]);
          }
          for (const id of opened) {
            const named = await looking((one) => namedOn(one, id), { person });
            expect([id, named !== undefined]).toEqual([id, theirs.has(id)]);
            within(named ?? [], 'page');
          }
          for (const content of contents)
            expect([content, await looking((one) => mayHave(one, content), { person })]).toEqual([
              content,
              files.get(content)!.some((id) => theirs.has(id)),
            ]);
        },
      ),
      { numRuns: 12 },
    );
  }, 120_000);

  test('as of a day, too; evidence they may not read is counted, not named', async () => {
    const ids = await all();
    await fc.assert(
      fc.asyncProperty(
        anybody,
        anyDay,
        fc.constantFrom('xiluo.5.2.2.3.3', 'xiluo.5.4.1.1'),
        async (person, asOf, clause) => {
          const about = { person, ...(asOf ? { asOf } : {}) };
          const theirs = new Set(await looking((one) => WHOLE.list!(one, ids), about));
          const shown = await looking((one) => evidenceFor(one, clause), about);
          const auditor = await looking((one) => evidenceFor(one, clause), { ...about, person: demoId('tu') });
          expect(shown!.ids.filter((id) => !theirs.has(id))).toEqual([]);
          expect(new Set(shown!.ids).size + shown!.withheld).toBe(new Set(auditor!.ids).size + auditor!.withheld);
          for (const id of fc.sample(fc.constantFrom(...ids), { numRuns: 3, seed: 7 }))
            expect([id, (await looking((one) => namedOn(one, id), about)) !== undefined]).toEqual([id, theirs.has(id)]);
        },
      ),
      { numRuns: 8 },
    );
  }, 120_000);

  test('is not everybody: nobody reads all, the administrator no case, and an employee less than the auditor', async () => {
    const count = async (key: string) => (await looking((one) => WHOLE.list!(one, []), { person: demoId(key) })).length;
    const [auditor, employee, administrator] = [await count('tu'), await count('wang'), await count('ho')];
    expect(employee).toBeLessThan(auditor);
    expect(administrator).toBeLessThan(employee);
  });
}

async function stateOf(one: Look, id: string): Promise<[RecordState, RecordType]> {
  const { state, type } = (await recordOf(one, id))!;
  return [state, type];
}
