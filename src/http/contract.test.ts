import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { expect, test } from 'vitest';
import { contract } from './contract.ts';

const spec = await new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] }).generate(contract, {
  info: { title: 'Ancheng', version: '1' },
});
const operations = Object.entries(spec.paths ?? {}).flatMap(([path, item]) =>
  Object.entries(item ?? {}).map(([method, operation]) => ({
    path,
    method,
    operation: operation as { summary?: string; tags?: string[] },
  })),
);

test('every operation has a path of its own under /api/v1, a summary and a tag', () => {
  const procedures = Object.values(contract).flatMap((group) => Object.values(group));
  expect(operations).toHaveLength(procedures.length);
  for (const { path, operation } of operations) {
    expect(path).toMatch(/^\/api\/v1\//);
    expect(operation.summary).toBeTruthy();
    expect(operation.tags).toHaveLength(1);
  }
});

test('every parameter in a path is a required input', () => {
  for (const { path, operation } of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
    const parameters =
      (operation as { parameters?: { name: string; in: string; required?: boolean }[] }).parameters ?? [];
    expect(parameters.filter((p) => p.in === 'path' && p.required).map((p) => p.name)).toEqual(named);
  }
});
