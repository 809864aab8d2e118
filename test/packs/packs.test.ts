import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkPacks } from '../../src/kernel/check.ts';
import { formatDiagnostic } from '../../src/kernel/pack/diagnostics.ts';
import { schemaFor } from '../../src/kernel/pack/schema.ts';
import type { Diagnostic } from '../../src/kernel/pack/types.ts';
import { folder, miniature } from './folder.ts';

// Whole packs are compiled and walked through.

const shipped = readdirSync(join(import.meta.dirname, '../../packs'), { withFileTypes: true })
  .filter((entry) => entry.isDirectory() && entry.name !== 'schema')
  .map((entry) => entry.name);
const base = folder('packs/base');

const errors = (found: Diagnostic[]): string[] =>
  found.filter((each) => each.severity === 'error').map((each) => formatDiagnostic(each, 'en'));

describe('shipped packs', () => {
  const files = shipped.flatMap((name) => folder(`packs/${name}`));
  test('compile, keep their own examples, and see each gate refuse', () => {
    expect(errors(checkPacks(files, { shipped }).diagnostics)).toEqual([]);
  });
});

describe('the miniatures', () => {
  // the malware case points at the evidence that another procedure keeps
  const card = {
    path: 'dahe/pack.yaml',
    text: 'name: dahe\nversion: 1.0.0\ntitle: { zh: 大禾, en: Dahe }\nuses: [base, mobile4g]\n',
  };

  test.each([['xiluo'], ['taoyuan'], ['twvs'], ['dahe', 'mobile4g'], ['mobile4g']])(
    '%s compiles on the base pack and keeps its examples',
    (...names) => {
      const files = [...base, ...(names.includes('dahe') ? [card] : []), ...names.flatMap(miniature)];
      const { diagnostics } = checkPacks(files, { shipped: [] });
      expect(errors(diagnostics)).toEqual([]);
    },
  );

  test('all five together leave usable flows', () => {
    const files = [...base, card, ...['xiluo', 'taoyuan', 'twvs', 'dahe', 'mobile4g'].flatMap(miniature)];
    expect(errors(checkPacks(files).diagnostics)).toEqual([]);
  });
});

test('every construct editors are told of has a title and refuses unknown keys', () => {
  const { $defs } = schemaFor('record') as {
    $defs: Record<string, { title?: string; additionalProperties?: unknown }>;
  };
  const { human, list_row, ...constructs } = $defs;
  for (const [name, schema] of Object.entries(constructs)) {
    expect(schema.title, name).toMatch(/[\u4e00-\u9fff]/);
    expect(schema.additionalProperties, name).toBe(false);
  }
  expect(list_row?.additionalProperties).toEqual({});
});
