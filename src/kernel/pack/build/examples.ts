import type { Report } from '../diagnostics.ts';
import type { ExampleFile } from '../types.ts';
import { entry, type Item, plain, several, written } from '../yaml.ts';

/** A pack's own tests, kept as plain data with their places; the engine runs them. */
export function examplesOf(path: string, pack: string, item: Item, report: Report): ExampleFile {
  const list = item.kind === 'list' ? item : entry(item, 'examples');
  return {
    path,
    pack,
    world: several(entry(item, 'world')).map(plain),
    examples: several(list).map((each) => ({
      name: written(entry(each, 'example')) ?? '',
      at: each.at,
      given: several(entry(each, 'given')).map(plain),
      steps: stepsOf(each, report),
    })),
  };
}

function stepsOf(item: Item, report: Report): ExampleFile['examples'][number]['steps'] {
  const single = entry(item, 'when');
  const steps = several(entry(item, 'steps'));
  if (single) steps.unshift(item);
  if (steps.length === 0) {
    const message = { zh: '範例沒有 when，什麼都沒試', en: 'the example has no when: it tries nothing' };
    report('unknown-key', item.at, message, { zh: '加上 when: 與 then:', en: 'add when: and then:' });
  }
  return steps.map((step) => {
    const outcome = entry(step, 'then');
    const when = asObject(plain(entry(step, 'when')));
    return {
      at: step.at,
      when,
      // biome-ignore lint/suspicious/noThenProperty: a word of the language
      ...(outcome ? { then: asObject(plain(outcome)) } : {}),
    };
  });
}

const asObject = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : {};
