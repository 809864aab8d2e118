import { createSecretKey } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { entryMac, FIRST_MAC, macHolds, rowMac, rowMacHolds } from './mac.ts';

const bytes32 = fc.uint8Array({ minLength: 32, maxLength: 32 });

test('a mark holds for its leaf, its place in the chain and its key, and for nothing else', () => {
  fc.assert(
    fc.property(bytes32, bytes32, bytes32, bytes32, (key, leaf, previous, other) => {
      fc.pre(
        Buffer.compare(leaf, other) !== 0 && Buffer.compare(previous, other) !== 0 && Buffer.compare(key, other) !== 0,
      );
      const [nodeKey, otherKey] = [createSecretKey(key), createSecretKey(other)];
      const mac = entryMac(nodeKey, leaf, previous);
      expect(macHolds([otherKey, nodeKey], leaf, previous, mac)).toBe(true);
      expect(macHolds([nodeKey], other, previous, mac)).toBe(false);
      expect(macHolds([nodeKey], leaf, other, mac)).toBe(false);
      expect(macHolds([otherKey], leaf, previous, mac)).toBe(false);
      expect(macHolds([nodeKey], leaf, previous, mac.subarray(0, 31))).toBe(false);
    }),
  );
});

test('HMAC-SHA256 over leaf hash and previous mark, as any other program computes it', () => {
  const mac = entryMac(createSecretKey(Buffer.alloc(32, 1)), Buffer.alloc(32, 2), FIRST_MAC);
  expect(Buffer.from(mac).toString('hex')).toBe('a964dcb37ff16d4e250569b20dfe126ca13341c2391354dfbeb2c8927cc6f708');
});

test('an authority row is bound to its table, its event and its columns', () => {
  const key = createSecretKey(Buffer.alloc(32, 1));
  const row = { person: 'p1', role: 'ciso' };
  const mac = rowMac(key, 'grant', 7, row);
  expect(rowMacHolds([key], 'grant', 7, { role: 'ciso', person: 'p1' }, mac)).toBe(true);
  expect(rowMacHolds([key], 'grant', 8, row, mac)).toBe(false);
  expect(rowMacHolds([key], 'credential', 7, row, mac)).toBe(false);
  expect(rowMacHolds([key], 'grant', 7, { ...row, role: 'clerk' }, mac)).toBe(false);
});
