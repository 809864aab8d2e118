import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { diskAt } from '../../src/adapters/backup/disk.ts';
import { checkDisk } from '../../src/adapters/backup/make.ts';
import { readRecoveryKey } from '../../src/adapters/backup/recovery-key.ts';
import { openGeneration } from '../../src/adapters/backup/restore.ts';
import { backUp } from '../../src/cli/backups.ts';
import { restoreInto } from '../../src/cli/restoring.ts';
import { isRefused, type Refused } from '../../src/kernel/refusal.ts';
import type { Office } from './office.ts';

const accepted = <T>(outcome: T | Refused): T => {
  if (isRefused(outcome)) throw new Error(outcome.refused[0]?.message.en);
  return outcome;
};

/** What becomes of disks in an office: bytes that turn, files of desktops, disks that are full, in the way, or pulled out. */
export function damageTests(given: () => { office: Office; place: string; sheet: string; ground: string }): void {
  const source = () => {
    const { dataDir, database } = given().office;
    return { dataDir, kind: 'external' as const, ownerUrl: database.ownerUrl };
  };
  const save = async () => accepted(await backUp(source(), [given().place]));
  const faults = async () => (await checkDisk(diskAt(given().place))).faults;
  /** Where the first rows of the ledger lie on the disk. */
  const rowsOfEvents = async () => {
    const { place, sheet } = given();
    const { generation } = accepted(await openGeneration(diskAt(place), accepted(readRecoveryKey(sheet))));
    const { object } = generation.database.tables.find(({ name }) => name === 'event')!.chunks[0]!;
    return { object, path: join(place, 'ancheng-backup/objects', object.slice(0, 2), object) };
  };

  test('one altered byte is found by the check, a restore of it leaves nothing behind, and the next backup mends it', async () => {
    const { place, sheet, ground } = given();
    expect(await faults()).toEqual([]);
    const { object, path } = await rowsOfEvents();
    const altered = readFileSync(path);
    altered[altered.length - 20]! ^= 1;
    writeFileSync(path, altered);
    expect(await faults()).toContainEqual(expect.objectContaining({ object, fault: 'altered' }));
    writeFileSync(path, altered);
    const dataDir = join(ground, 'broken');
    expect(await restoreInto({ dataDir }, { from: place, sheet }, () => {})).toMatchObject({
      refused: [{ message: { en: expect.stringContaining('public.event in this backup is damaged') } }],
    });
    expect(readdirSync(dataDir)).toEqual([]);
    await faults(); // clears what is of no use to anybody
    await save();
    expect(await faults()).toEqual([]);
  });

  test('files of a desktop are passed over, and a listing that cannot be read spoils only its own generation', async () => {
    const at = (name: string) => join(given().place, 'ancheng-backup', name);
    const [newest] = await diskAt(given().place).listings();
    const broken = '2026-01-01T000000Z';
    for (const name of ['objects/.DS_Store', `generations/._${newest!.id}.json`, `generations/${broken}.age`])
      writeFileSync(at(name), 'x');
    writeFileSync(at(`generations/${broken}.json`), '{');
    await save();
    expect(await diskAt(given().place).listings()).not.toEqual([]);
    expect(await faults()).toEqual([{ generation: broken, object: '', fault: 'listing' }]);
    for (const end of ['age', 'json']) rmSync(at(`generations/${broken}.${end}`));
  });

  test('a disk that cannot be written does not keep the other from its backup, and one backup is made at a time', async () => {
    const { place, ground } = given();
    const blocked = join(ground, 'no-folder');
    mkdirSync(blocked);
    writeFileSync(join(blocked, 'ancheng-backup'), 'in the way');
    const { runs, failed } = accepted(await backUp(source(), [blocked, place]));
    expect(runs).toHaveLength(1);
    expect(failed).toMatchObject([{ place: blocked, refusal: { refused: [{ code: 'unready' }] } }]);
    const both = await Promise.all([backUp(source(), [place]), backUp(source(), [place])]);
    expect(both.filter((one) => isRefused(one) && one.refused[0]?.code === 'conflict')).toHaveLength(1);
  });

  test('a content cut short by a pulled disk is written again by the next backup', async () => {
    const { path } = await rowsOfEvents();
    writeFileSync(path, readFileSync(path).subarray(0, 100));
    await save();
    expect(await faults()).toEqual([]);
  });
}
