import { createCipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  decryptPersonal,
  encryptPersonal,
  hidePersonal,
  isPersonal,
  type Personal,
  revealPersonal,
} from './personal.ts';

const bound = { subject: 'person:p1', record: 'visit:115-3' };
const keys = { subjectKey: randomBytes(32), recordKey: randomBytes(32) };
const hide = (value: string): Personal => encryptPersonal(value, bound, keys, randomBytes);

test('a personal value opens with both keys', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), (value) => {
      expect(decryptPersonal(hide(value), keys)).toEqual({ outcome: 'readable', value });
    }),
  );
});

test('destroying either key shreds it', () => {
  const personal = hide('王小明');
  expect(decryptPersonal(personal, { ...keys, subjectKey: undefined })).toEqual({
    outcome: 'shredded',
    missing: 'subject',
  });
  expect(decryptPersonal(personal, { ...keys, recordKey: undefined })).toEqual({
    outcome: 'shredded',
    missing: 'record',
  });
  expect(JSON.stringify(personal)).not.toContain('王小明');
});

test('the leaf does not tell that two values are equal', () => {
  expect(hide('王小明').sha256).not.toBe(hide('王小明').sha256);
});

test('a substituted key, subject, record or byte is noticed', () => {
  const personal = hide('王小明');
  const altered = Buffer.from(personal.enc, 'base64');
  altered[20] = (altered[20] ?? 0) ^ 1;
  for (const [value, withKeys] of [
    [personal, { ...keys, subjectKey: randomBytes(32) }],
    [personal, { ...keys, recordKey: randomBytes(32) }],
    [{ ...personal, subject: 'person:p2' }, keys],
    [{ ...personal, record: 'visit:115-4' }, keys],
    [{ ...personal, enc: altered.toString('base64') }, keys],
    [{ ...personal, enc: '' }, keys],
    [{ ...personal, sha256: 'zz' }, keys],
  ] as const) {
    expect(decryptPersonal(value, withKeys)).toEqual({ outcome: 'mismatched' });
  }
});

test('a ciphertext that opens rightly under another key still fails its commitment', () => {
  const other = { subjectKey: randomBytes(32), recordKey: randomBytes(32) };
  const key = Buffer.from(hkdfSync('sha256', other.subjectKey, other.recordKey, 'ancheng personal v1', 32));
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(
    Buffer.from('{"record":"visit:115-3","subject":"person:p1"}'),
  );
  const forged = Buffer.concat([
    nonce,
    cipher.update(randomBytes(16)),
    cipher.update('"陳大同"'),
    cipher.final(),
    cipher.getAuthTag(),
  ]);
  const leaf = { ...hide('王小明'), enc: forged.toString('base64') };
  expect(decryptPersonal(leaf, other)).toEqual({ outcome: 'mismatched' });
  const sha256 = createHash('sha256').update('not it').digest('hex');
  expect(decryptPersonal({ ...leaf, sha256 }, other)).toEqual({ outcome: 'mismatched' });
});

test('values are hidden at their paths and shown again, the rest untouched', () => {
  const data = { title: '門禁', visitors: [{ name: '王小明', count: 2 }], note: null };
  const paths = [
    { path: ['visitors', '0', 'name'], subject: 'person:p1' },
    { path: ['absent', 'x'], subject: 'person:p1' },
  ];
  const hidden = hidePersonal(data, paths, (value) => hide(value as string));
  expect(isPersonal(hidden.visitors[0]?.name)).toBe(true);
  expect(data.visitors[0]?.name).toBe('王小明');
  const shown = revealPersonal(hidden, (personal) => {
    const revealed = decryptPersonal(personal, keys);
    return revealed.outcome === 'readable' ? revealed.value : null;
  });
  expect(shown).toEqual(data);
});
