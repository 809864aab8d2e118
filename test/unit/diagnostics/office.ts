import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { compile } from '../../../src/kernel/pack/compile.ts';
import { formatDiagnostic } from '../../../src/kernel/pack/diagnostics.ts';
import type { Diagnostic, SourceFile } from '../../../src/kernel/pack/types.ts';

const root = join(import.meta.dirname, '../../../src/kernel/pack/fixtures/office');

/** The sound little pack that each test breaks in one place. */
export const office: SourceFile[] = readdirSync(root, { recursive: true, encoding: 'utf8' })
  .filter((path) => path.endsWith('.yaml'))
  .sort()
  .map((path) => ({ path: `office/${path}`, text: readFileSync(join(root, path), 'utf8') }));

export type Edit = { in: string; replace: string; by: string };

/** The pack with one text replaced by another, and perhaps further files. */
export function edited(edit: Edit, ...more: SourceFile[]): SourceFile[] {
  const changed = office.map((file) => {
    if (file.path !== `office/${edit.in}`) return file;
    if (!file.text.includes(edit.replace)) throw new Error(`${edit.in} does not say: ${edit.replace}`);
    return { ...file, text: file.text.replace(edit.replace, () => edit.by) };
  });
  return [...changed, ...more];
}

/** Line and column, from 1, of the first time `needle` stands in a file. */
export function placeIn(files: SourceFile[], path: string, needle: string): { line: number; col: number } {
  const text = files.find((file) => file.path === path)?.text ?? '';
  const offset = text.indexOf(needle);
  if (offset < 0) throw new Error(`${path} does not say: ${needle}`);
  const before = text.slice(0, offset).split('\n');
  return { line: before.length, col: before.at(-1)!.length + 1 };
}

export type Expected = { code: string; in: string; at: string; says: string | RegExp; remedy: string | RegExp };

/** Compiling reports exactly this diagnostic at this place, in both languages, with this remedy. */
export function expectDiagnostic(files: SourceFile[], expected: Expected, found = compile(files).diagnostics): void {
  const path = `office/${expected.in}`.replace('office/../', '');
  const all = found.map((each) => formatDiagnostic(each, 'en')).join('\n');
  const match = found.find(
    (each) => each.code === expected.code && fits(each.message.en, expected.says) && each.file === path,
  );
  expect(match, `no ${expected.code} "${expected.says}" among:\n${all}`).toBeDefined();
  expect({ line: match!.line, col: match!.col }, all).toEqual(placeIn(files, path, expected.at));
  expect(fits(match!.remedy.en, expected.remedy), `${match!.remedy.en} is not ${expected.remedy}`).toBe(true);
  expect(match!.message.zh).toMatch(/[\u4e00-\u9fff]/);
  expect(match!.remedy.zh.length).toBeGreaterThan(0);
}

const fits = (text: string, pattern: string | RegExp): boolean =>
  typeof pattern === 'string' ? text.includes(pattern) : pattern.test(text);

export const codes = (found: Diagnostic[]): string[] => [...new Set(found.map((each) => each.code))];
