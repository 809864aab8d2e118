import { join } from 'node:path';
import { expect, test } from 'vitest';
import { office } from '../../../test/unit/diagnostics/office.ts';
import { compile } from './compile.ts';
import { recordSchema, SCHEMA_KINDS, schemaFor } from './schema.ts';

const definition = compile(office).definition!;

/** `vitest run -u src/kernel/pack/schema.test.ts` writes them anew. */
test.each(SCHEMA_KINDS.map((kind) => [kind]))(
  'the %s schema in packs/schema is the one the language has now',
  async (kind) => {
    const file = join(import.meta.dirname, `../../../packs/schema/${kind}.schema.json`);
    await expect(`${JSON.stringify(schemaFor(kind), null, 2)}\n`).toMatchFileSnapshot(file);
  },
);

test('a record schema has the titles of the form, choices as enumerations and required fields', () => {
  const schema = recordSchema(definition, 'release') as {
    properties: Record<string, Record<string, unknown>>;
    required: string[];
  };
  expect(schema).toMatchObject({ $id: 'record.release', title: '上線單', type: 'object', additionalProperties: false });
  expect(schema.required).toEqual(['kind']);
  expect(schema.properties.kind).toMatchObject({ title: '種類', enum: ['new', 'patch'] });
  expect(schema.properties.hosts).toMatchObject({ type: 'array', items: { type: 'string', 'x-ref': 'host' } });
  expect(schema.properties.planned).toMatchObject({ type: 'string', format: 'date' });
  expect(schema.properties.passed).toMatchObject({ type: 'boolean', readOnly: true });
  expect(schema.properties.steps).toMatchObject({
    type: 'array',
    items: { required: ['step'], properties: { result: { enum: ['pass', 'fail'] } } },
  });
});

test('an unknown type is the caller’s mistake', () => {
  expect(() => recordSchema(definition, 'constructor')).toThrow(RangeError);
});
