import { randomBytes } from 'node:crypto';
import { appendFile, chmod, mkdtemp, readFile, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { decryptPersonal, encryptPersonal } from '../../kernel/ledger/personal.ts';
import { createLogKey, createNodeKey, loadLogKey, loadNodeKey, rawPublicKey } from './keys.ts';
import { openSubjectKeys } from './subject-keys.ts';

const place = async (name: string) => join(await mkdtemp(join(tmpdir(), 'keys-')), name);

describe('signing and marking keys', () => {
  test('are read back as they were made, from files only their owner may read', async () => {
    const [log, node] = [await place('log.pem'), await place('node.key')];
    expect(rawPublicKey(await createLogKey(log))).toEqual(rawPublicKey(await loadLogKey(log)));
    expect((await createNodeKey(node)).equals(await loadNodeKey(node))).toBe(true);
    for (const path of [log, node]) expect((await stat(path)).mode & 0o777).toBe(0o600);
  });
  test('are never overwritten', async () => {
    const path = await place('node.key');
    await createNodeKey(path);
    await expect(createNodeKey(path)).rejects.toThrow('EEXIST');
  });
  test('are not used when others may read them, nor when they are something else', async () => {
    const path = await place('node.key');
    await createNodeKey(path);
    await chmod(path, 0o644);
    await expect(loadNodeKey(path)).rejects.toThrow('chmod 600');
    await writeFile(path, 'short\n');
    await chmod(path, 0o600);
    await expect(loadNodeKey(path)).rejects.toThrow('32 bytes');
  });
});

describe('keys of persons and records', () => {
  const pair = { subject: 'person:p1', record: 'visit:1' };

  test('are made once and found again after a restart', async () => {
    const path = await place('subjects');
    const keys = await openSubjectKeys(path);
    await Promise.all([keys.ensure([pair]), keys.ensure([pair, { subject: 'person:p1', record: 'visit:2' }])]);
    const reopened = await openSubjectKeys(path);
    expect(reopened.keys('person:p1', 'visit:1')).toEqual(keys.keys('person:p1', 'visit:1'));
    expect(reopened.keys('person:p1', 'visit:2').subjectKey).toEqual(keys.keys('person:p1', 'visit:1').subjectKey);
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await readFile(path, 'utf8')).trim().split('\n')).toHaveLength(3);
  });

  test('destroyed, they leave the file, and the value is gone for good', async () => {
    const path = await place('subjects');
    const keys = await openSubjectKeys(path);
    await keys.ensure([pair]);
    const { subjectKey, recordKey } = keys.keys(pair.subject, pair.record) as { subjectKey: Buffer; recordKey: Buffer };
    const leaf = encryptPersonal('王小明', pair, { subjectKey, recordKey }, randomBytes);
    await keys.shredSubject(pair.subject, '2026-11-20T00:00:00.000Z');
    expect(await readFile(path, 'utf8')).not.toContain(subjectKey.toString('base64'));
    for (const store of [keys, await openSubjectKeys(path)]) {
      expect(decryptPersonal(leaf, store.keys(pair.subject, pair.record))).toEqual({
        outcome: 'shredded',
        missing: 'subject',
      });
      expect(store.shredded()).toEqual([{ kind: 'subject', id: pair.subject, at: '2026-11-20T00:00:00.000Z' }]);
      await expect(store.ensure([pair])).rejects.toThrow('was destroyed');
    }
  });

  test('expiry of one record leaves the other records of the person readable', async () => {
    const keys = await openSubjectKeys(await place('subjects'));
    await keys.ensure([pair, { subject: 'person:p1', record: 'visit:2' }]);
    await keys.shredRecord('visit:1', '2026-11-20T00:00:00.000Z');
    expect(keys.keys('person:p1', 'visit:1').recordKey).toBeUndefined();
    expect(keys.keys('person:p1', 'visit:2')).toMatchObject({
      subjectKey: expect.anything(),
      recordKey: expect.anything(),
    });
  });

  test('a line a crash cut off was never acknowledged and is dropped; damage anywhere else stops the start', async () => {
    const path = await place('subjects');
    const keys = await openSubjectKeys(path);
    await keys.ensure([pair]);
    await appendFile(path, '{"kind":"subject","id":"person:p2","ke');
    const reopened = await openSubjectKeys(path);
    expect(reopened.keys('person:p1', 'visit:1')).toEqual(keys.keys('person:p1', 'visit:1'));
    await reopened.ensure([{ subject: 'person:p2', record: 'visit:1' }]);
    expect((await openSubjectKeys(path)).keys('person:p2', 'visit:1').subjectKey).toHaveLength(32);
    await writeFile(path, `{"kind":\n${await readFile(path, 'utf8')}`);
    await expect(openSubjectKeys(path)).rejects.toThrow(':1: the key file is damaged');
  });
});
