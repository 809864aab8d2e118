import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { compile } from '../compile.ts';
import type { SourceFile } from '../types.ts';

const base = (stricter: string, first: unknown): SourceFile => ({
  path: 'base/pack.yaml',
  text: `name: base
version: 1.0.0
title: { zh: 基礎, en: Base }
parameters:
  figure_days: { zh: 值, en: figure, unit: ${Array.isArray(first) ? 'list' : 'day'}, stricter: ${stricter}, default: ${JSON.stringify(first)} }
`,
});

const pack = (name: string, value: unknown, more = ''): SourceFile => ({
  path: `${name}/pack.yaml`,
  text: `name: ${name}\nversion: 1.0.0\ntitle: { zh: 包, en: ${name} }\nuses: [base]\nparameters:\n  figure_days: { value: ${JSON.stringify(value)}, clause: ${name}.1${more} }\n`,
});
const clause = (name: string): SourceFile => ({
  path: `${name}/clauses.yaml`,
  text: `- { id: ${name}.1, zh: 條, en: Clause, by: [parameter.figure_days] }\n`,
});

const figure = (files: SourceFile[], at?: string) =>
  compile(
    [...files, ...['a', 'b', 'c'].map(clause).filter((file) => files.some((f) => f.path[0] === file.path[0]))],
    at ? { at } : {},
  ).definition?.parameters.figure_days;

const days = fc.integer({ min: 0, max: 999 });

describe('independent packs meet at the strictest value', () => {
  test('lower is stricter: the least, named with the clause that set it', () => {
    fc.assert(
      fc.property(days, days, days, (a, b, c) => {
        const found = figure([base('lower', 1000), pack('a', a), pack('b', b), pack('c', c)]);
        expect(found?.value).toBe(Math.min(a, b, c));
        expect(found?.values.find((each) => each.clause === found.setBy?.clause)?.value).toBe(found?.value);
      }),
      { numRuns: 30 },
    );
  });

  test('higher is stricter: the most', () => {
    fc.assert(
      fc.property(days, days, (a, b) => {
        expect(figure([base('higher', 0), pack('a', a), pack('b', b)])?.value).toBe(Math.max(a, b));
      }),
      { numRuns: 30 },
    );
  });

  test('what is allowed is what all allow; what is forbidden is what any forbids', () => {
    const [one, other] = [
      ['x', 'y'],
      ['y', 'z'],
    ];
    expect(figure([base('fewer', ['x', 'y', 'z']), pack('a', one), pack('b', other)])?.value).toEqual(['y']);
    expect(figure([base('more', ['x']), pack('a', one), pack('b', other)])?.value).toEqual(['x', 'y', 'z']);
  });
});

test('without any value the default stands and nobody set it', () => {
  expect(figure([base('lower', 7)])).toMatchObject({ value: 7, values: [] });
  expect(figure([base('lower', 7)])?.setBy).toBeUndefined();
});

test('a dated value rules from its day', () => {
  const files = [base('lower', 90), pack('a', 30), pack('b', 10, ', from: "2027-01-01"')];
  expect(figure(files, '2026-12-31')?.value).toBe(30);
  expect(figure(files, '2027-01-01')).toMatchObject({ value: 10, setBy: { pack: 'b', clause: 'b.1' } });
});

test('a figure outside its limits, or of another kind, is said at its place', () => {
  const limited = {
    ...base('lower', 10),
    text: base('lower', 10).text.replace('default: 10', 'default: 10, min: 1, max: 20'),
  };
  const found = compile([limited, pack('a', 50), clause('a')]).diagnostics;
  expect(found.map((each) => [each.code, each.line, each.message.en])).toEqual([
    ['wrong-type', 6, 'figure_days 50 is outside 1–20'],
  ]);
  const kind = compile([limited, pack('a', 'often'), clause('a')]).diagnostics;
  expect(kind[0]).toMatchObject({ code: 'wrong-type', remedy: { en: 'such as 10' } });
});
