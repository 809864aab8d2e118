import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { recordSchema } from '../kernel/pack/schema.ts';
import { look } from '../runtime/query/look.ts';
import { callerOf } from './caller.ts';
import { contract } from './contract.ts';
import type { HttpParts } from './parts.ts';

/**
 * OpenAPI 3.1 of everything the screens can do. For a signed-in caller the schemas of the organisation's own record types
 * stand under `components.schemas`, one each.
 */
export async function openApiDocument(http: HttpParts, request: Request): Promise<object> {
  const generator = new OpenAPIGenerator({ schemaConverters: [new ZodToJsonSchemaConverter()] });
  const document = await generator.generate(contract, {
    info: {
      title: 'Ancheng 安程',
      version: '1',
      description: 'Everything the screens do. Commands carry `commandId`; an expected "no" answers with `refused`.',
    },
    servers: [{ url: http.baseUrl }],
    security: [{ token: [] }],
    components: {
      securitySchemes: { token: { type: 'http', scheme: 'bearer', description: 'an API token, `anc_…`' } },
    },
  });
  const schemas = await recordSchemas(http, request);
  return {
    ...document,
    components: { ...document.components, schemas: { ...document.components?.schemas, ...schemas } },
  };
}

async function recordSchemas(http: HttpParts, request: Request): Promise<Record<string, object>> {
  const caller = await callerOf(http, request);
  if (!caller?.organisation) return {};
  const schemas = await look(
    http.parts,
    http.cache,
    caller.organisation,
    caller.viewer,
    async ({ context: { definition } }) =>
      Object.fromEntries(
        Object.keys(definition.records).map((type) => [`record.${type}`, recordSchema(definition, type)]),
      ),
  );
  return 'refused' in schemas ? {} : (schemas as Record<string, object>);
}

/** A readable page over the document, without scripts from elsewhere: plain links and the document itself. */
export const documentPage = `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Ancheng API</title><link rel="stylesheet" href="/api-docs.css"><body><main id="api"><h1>Ancheng API</h1>
<p>OpenAPI 3.1: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a></p></main><script src="/api-docs.js" type="module"></script></body></html>`;
