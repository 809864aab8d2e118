import fc from 'fast-check';
import { expect, test } from 'vitest';
import { canonicalBytes, canonicalHash, canonicalProblem, canonicalText, type Json } from './canonical.ts';

const json = fc.jsonValue({ maxDepth: 6 }) as fc.Arbitrary<Json>;

test('canonical text means the same value and is its own canonical text', () => {
  fc.assert(
    fc.property(
      json.filter((value) => canonicalProblem(value) === undefined),
      (value) => {
        const once = canonicalText(value);
        expect(JSON.parse(once)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalText(JSON.parse(once))).toBe(once);
      },
    ),
  );
});

test('the order in which an object was built does not show', () => {
  fc.assert(
    fc.property(fc.dictionary(fc.string({ unit: 'grapheme' }), fc.integer()), (object) => {
      const reversed = Object.fromEntries(Object.entries(object).reverse());
      expect(canonicalHash(reversed)).toBe(canonicalHash(object));
    }),
  );
});

test('RFC 8785 section 3.2.3: names sort by UTF-16 code units, numbers are the shortest', () => {
  const value = { '\u20ac': 1, '\r': 2, '\ufb33': 3, '1': 4, '\u{1f600}': 5, '\u0080': 6, '\u00f6': 7 };
  expect(Object.values(JSON.parse(canonicalText(value)) as object)).toHaveLength(7);
  expect(canonicalText(value)).toBe('{"\\r":2,"1":4,"\u0080":6,"\u00f6":7,"\u20ac":1,"\u{1f600}":5,"\ufb33":3}');
  expect(canonicalText([Number('333333333.33333329'), 1e30, 4.5, 2e-3, 1e-27, -0])).toBe(
    '[333333333.3333333,1e+30,4.5,0.002,1e-27,0]',
  );
  expect(new TextDecoder().decode(canonicalBytes('資安\n"\\'))).toBe('"資安\\n\\"\\\\"');
});

test.each([
  ['undefined', { a: [1, undefined] }, 'a[1]'],
  ['a hole', { a: Array(1) }, 'a[0]'],
  ['NaN', { a: { b: Number.NaN } }, 'a.b'],
  ['Infinity', [Number.NEGATIVE_INFINITY], '[0]'],
  ['a lone surrogate', { name: '\ud83d' }, 'name'],
  ['a lone surrogate in a name', { '\udc00': 1 }, '\udc00'],
  ['a date', { at: new Date(0) }, 'at'],
  ['a map', { m: new Map() }, 'm'],
  ['bigint', { n: 1n }, 'n'],
  ['a function', { f: () => 1 }, 'f'],
  ['an object that renders itself', { o: { toJSON: () => 1 } }, 'o'],
])('%s is refused with its path', (_what, value, path) => {
  expect(canonicalProblem(value)?.path).toBe(path);
  expect(() => canonicalBytes(value as unknown as Json)).toThrow(TypeError);
});

test('a cycle is refused instead of overflowing the stack', () => {
  const cycle: Json[] = [];
  cycle.push(cycle);
  expect(canonicalProblem(cycle)?.why).toContain('100');
});
