import { expect, test } from 'vitest';
import en from './en.json' with { type: 'json' };
import zh from './zh-TW.json' with { type: 'json' };

type Words = { [key: string]: string | Words };
const flat = (words: Words, path = ''): [string, string][] =>
  Object.entries(words).flatMap(([key, value]): [string, string][] =>
    typeof value === 'string' ? [[path + key, value]] : flat(value, `${path}${key}.`),
  );
/** English counts in singular and plural; both belong to one key. */
const stem = (key: string) => key.replace(/_(one|other)$/, '');
const holes = (words: string) => [...words.matchAll(/\{\{(\w+)\}\}/g)].map((match) => match[1]).sort();

test('both languages have the same keys', () => {
  expect([...new Set(flat(en).map(([key]) => stem(key)))].sort()).toEqual(
    [...new Set(flat(zh).map(([key]) => stem(key)))].sort(),
  );
});

test('a text names the same values in both languages', () => {
  const chinese = new Map(flat(zh));
  for (const [key, words] of flat(en)) expect([key, holes(words)]).toEqual([key, holes(chinese.get(stem(key)) ?? '')]);
});

test('no text is empty', () => {
  for (const [key, words] of [...flat(zh), ...flat(en)]) expect(words.trim(), key).not.toBe('');
});
