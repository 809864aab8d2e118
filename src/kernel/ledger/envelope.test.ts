import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import {
  blobRefs,
  decodeEntry,
  type Envelope,
  encodeEntry,
  isEntryTooLarge,
  LARGEST_ENTRY_BYTES,
  notBefore,
} from './envelope.ts';

const envelope = (data: Envelope['data'] = {}): Envelope => ({
  v: 1,
  organisation: 'xiluo',
  stream: 'change:115-0007',
  streamVersion: 1,
  type: 'record.opened',
  at: '2026-11-20T03:04:05.678Z',
  actor: { person: 'p1', factor: 'totp', grants: ['g1'] },
  command: 'c1',
  definition: 'ab'.repeat(32),
  data,
});

const encoded = (value: Envelope): Uint8Array => {
  const entry = encodeEntry(value);
  if (isEntryTooLarge(entry)) throw new Error('too large');
  return entry;
};

/** An envelope whose entry has exactly that many bytes. */
const ofBytes = (bytes: number) => envelope({ x: 'x'.repeat(bytes - encoded(envelope({ x: '' })).length) });

test('an entry reads back as the envelope it was', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })), (data) => {
      const read = decodeEntry(encoded(envelope(data)));
      // Members named like numbers come first in an object, whatever the entry's order: compared as entries.
      expect(Buffer.from(encoded(read as Envelope)).toString()).toBe(Buffer.from(encoded(envelope(data))).toString());
    }),
  );
});

describe('an entry fits a uint16 length', () => {
  test('65,535 bytes are accepted', () => {
    expect(encoded(ofBytes(LARGEST_ENTRY_BYTES))).toHaveLength(65_535);
  });
  test('65,536 bytes are refused with the size, so that the caller moves data to a blob', () => {
    const refusal = encodeEntry(ofBytes(LARGEST_ENTRY_BYTES + 1));
    expect(refusal).toMatchObject({ entryTooLarge: { bytes: 65_536, limit: 65_535 }, refused: [{ code: 'limit' }] });
  });
});

test.each([
  ['a position inside', { position: 3 }],
  ['a version from the future', { v: 2 }],
  ['local time', { at: '2026-11-20T11:04:05+08:00' }],
  ['seconds without milliseconds', { at: '2026-11-20T03:04:05Z' }],
  ['a moment no calendar has', { at: '2026-13-01T00:00:00.000Z' }],
  ['stream version 0', { streamVersion: 0 }],
  ['an empty stream', { stream: '' }],
  ['an actor without grants', { actor: { person: 'p1' } }],
  ['an unknown actor member', { actor: { grants: [], role: 'ciso' } }],
])('%s is a defect when writing and refused when reading', (_what, change) => {
  const wrong = { ...envelope(), ...change } as unknown as Envelope;
  expect(() => encodeEntry(wrong)).toThrow(TypeError);
  expect(isRefused(decodeEntry(Buffer.from(JSON.stringify(wrong))))).toBe(true);
});

test('any bytes read as an envelope or as a refusal, never a throw', () => {
  fc.assert(fc.property(fc.uint8Array({ maxLength: 400 }), (bytes) => isRefused(decodeEntry(bytes))));
});

test('an entry nested deeper than canonical form goes is refused, not followed down', () => {
  const deep = JSON.stringify(envelope({ x: 'HERE' })).replace('"HERE"', '['.repeat(5000) + ']'.repeat(5000));
  expect(isRefused(decodeEntry(Buffer.from(deep)))).toBe(true);
});

test('the recorded moment never runs backwards when the clock does', () => {
  expect(notBefore('2026-11-20T03:00:00.000Z', '2026-11-20T02:00:00.000Z')).toBe('2026-11-20T03:00:00.000Z');
  expect(notBefore(undefined, '2026-11-20T02:00:00.000Z')).toBe('2026-11-20T02:00:00.000Z');
});

test('blob references are found wherever they stand', () => {
  const first = { blob: 'aa', bytes: 1 };
  const second = { blob: 'bb', bytes: 2 };
  expect(blobRefs({ scan: first, files: [{ file: second, name: 'x' }] })).toEqual([first, second]);
});
