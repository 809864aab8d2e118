import { globSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import zh from '../../web/messages/zh-TW.json' with { type: 'json' };

/** Chinese is set with the marks of Chinese: （）、，；：！？ beside a Chinese character, never their half-width cousins. */

const ROOT = join(import.meta.dirname, '../..');
const WRONG = /\p{Script=Han}[(),;:!?]|[(),;!?]\p{Script=Han}|\d\)(?=\p{Script=Han})/u;

/** What is quoted is somebody else's: a column heading, a setting, code. */
const spoken = (words: string) => words.replace(/「[^」]*」/g, '「」');
const literals = (code: string) =>
  [...code.matchAll(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"|`(?:[^`\\]|\\.)*`/g)].map(([literal]) =>
    literal.slice(1, -1).replace(/\$\{[^}]*\}/g, 'x'),
  );
const said = (name: string, words: string[]) =>
  words.flatMap((all) => all.split('\n')).flatMap((line) => (WRONG.test(spoken(line)) ? [`${name}: ${line}`] : []));
const leaves = (words: object): string[] =>
  Object.values(words).flatMap((value) => (typeof value === 'string' ? [value] : leaves(value)));

test('every text of the program', () => {
  const files = globSync('src/{cli,adapters,http,modules,runtime,print,kernel}/**/*.ts', { cwd: ROOT })
    .filter((path) => !/\.test\.ts$|fixtures/.test(path))
    .filter((path) => !/kernel.clauses|http.answers.checklists|http.opening.columns/.test(path)) // they read what others wrote
    .filter((path) => !/http.contract/.test(path)); // English, with a Chinese term in brackets here and there
  expect(files.length).toBeGreaterThan(300);
  expect(files.flatMap((path) => said(path, literals(readFileSync(join(ROOT, path), 'utf8'))))).toEqual([]);
});

test('every text of the screens, and of the installers', () => {
  const installers = globSync('packaging/{linux,windows}/*', { cwd: ROOT });
  expect(installers.length).toBeGreaterThan(3);
  expect(said('zh-TW.json', leaves(zh))).toEqual([]);
  expect(installers.flatMap((path) => said(path, [readFileSync(join(ROOT, path), 'utf8')]))).toEqual([]);
});
