import { OpenAPIGenerator } from '@orpc/openapi';
import { ZodToJsonSchemaConverter } from '@orpc/zod/zod4';
import { recordSchema } from '../kernel/pack/schema.ts';
import { look } from '../runtime/query/look.ts';
import { callerOf } from './caller.ts';
import { contract, plainRoutes } from './contract.ts';
import type { HttpParts } from './parts.ts';

type Operation = {
  summary?: string;
  description?: string;
  tags?: string[];
  parameters?: Parameter[];
  requestBody?: Body;
};
type Parameter = { name: string; in: string; required?: boolean; description?: string; schema?: Schema };
type Body = { content?: { 'application/json'?: { schema?: Schema } } };
type Schema = {
  type?: string | string[];
  properties?: Record<string, Schema>;
  required?: string[];
  description?: string;
  items?: Schema;
  enum?: unknown[];
  format?: string;
};
export type Document = {
  paths?: Record<string, Record<string, Operation>>;
  components?: { schemas?: Record<string, object> };
};

/**
 * OpenAPI 3.1 of everything the screens can do. For a signed-in caller the schemas of the organisation's own record types
 * stand under `components.schemas`, one each.
 */
export async function openApiDocument(http: HttpParts, request: Request): Promise<Document> {
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
  } as Document;
}

async function recordSchemas(http: HttpParts, request: Request): Promise<Record<string, object>> {
  const caller = await callerOf(http, request);
  if (!caller?.organisation || caller.viewer.outside) return {};
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

/** The document as a page to read: operations by tag, what each takes, the doors beside them. No scripts, nothing from elsewhere. */
export function documentPage(document: Document): string {
  const operations = Object.entries(document.paths ?? {}).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({
      path,
      method,
      operation,
      tag: operation.tags?.[0] ?? 'other',
    })),
  );
  const tags = [...Map.groupBy(operations, (one) => one.tag)];
  const types = Object.keys(document.components?.schemas ?? {}).filter((name) => name.startsWith('record.'));
  return `<!doctype html><html lang="en"><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>Ancheng API</title><style>${STYLE}</style><body><header><h1>安程 Ancheng · API</h1>
<p>OpenAPI 3.1: <a href="/api/v1/openapi.json">/api/v1/openapi.json</a>. Sign in with a token: <code>Authorization: Bearer anc_…</code>.
Every command carries <code>commandId</code>, a UUID: sent again it gives the stored answer. An expected “no” is
<code>{"data":{"refused":[{"code","message","clauses","fix"}]}}</code>.</p>
<nav>${tags.map(([tag]) => `<a href="#${esc(tag)}">${esc(tag)}</a>`).join(' ')} <a href="#doors">doors</a> <a href="#types">record types</a></nav></header><main>
${tags.map(([tag, list]) => `<section id="${esc(tag)}"><h2>${esc(tag)}</h2>${list.map(operationHtml).join('')}</section>`).join('')}
<section id="doors"><h2>Doors beside them</h2><ul>${Object.values(plainRoutes)
    .map((route) => `<li><code>${esc(route)}</code></li>`)
    .join('')}</ul></section>
<section id="types"><h2>Record types</h2><p>${types.length > 0 ? types.map((name) => `<code>${esc(name.slice(7))}</code>`).join(' ') : 'Sign in to see the schemas of your organisation.'}</p></section>
</main></body></html>`;
}

function operationHtml({ path, method, operation }: { path: string; method: string; operation: Operation }): string {
  const body = operation.requestBody?.content?.['application/json']?.schema;
  const rows = [
    ...(operation.parameters ?? []).map((one) => [
      one.name,
      one.in,
      shape(one.schema),
      one.required ? 'required' : '',
      one.description ?? one.schema?.description ?? '',
    ]),
    ...Object.entries(body?.properties ?? {}).map(([name, schema]) => [
      name,
      'body',
      shape(schema),
      body?.required?.includes(name) ? 'required' : '',
      schema.description ?? '',
    ]),
  ];
  return `<details><summary><b class="${esc(method)}">${esc(method.toUpperCase())}</b> <code>${esc(path)}</code> <span>${esc(operation.summary ?? '')}</span></summary>${
    rows.length > 0
      ? `<table><thead><tr><th>name</th><th>in</th><th>type</th><th></th><th></th></tr></thead><tbody>${rows.map((row) => `<tr>${row.map((cell) => `<td>${esc(cell)}</td>`).join('')}</tr>`).join('')}</tbody></table>`
      : '<p>Takes nothing.</p>'
  }</details>`;
}

function shape(schema: Schema | undefined): string {
  if (!schema) return '';
  if (schema.enum) return schema.enum.map(String).join(' | ');
  if (schema.items) return `${shape(schema.items) || 'any'}[]`;
  return [schema.type ?? '', schema.format ?? ''].flat().filter(Boolean).join(' ');
}

const esc = (text: string) =>
  text.replace(/[&<>"]/g, (sign) => ({ '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' })[sign]!);

const STYLE = `:root{color-scheme:light dark;font:15px/1.6 system-ui,sans-serif}body{margin:0 auto;max-width:1000px;padding:24px}
h1{font-size:24px}h2{font-size:18px;margin:28px 0 8px;border-bottom:1px solid #8885}nav a{margin-right:12px}summary{padding:6px 0;cursor:pointer}
summary b{display:inline-block;min-width:64px;color:#1f5a49}summary b.delete{color:#b3261e}summary span{opacity:.75}
table{border-collapse:collapse;width:100%;font-size:14px;margin:4px 0 12px}td,th{text-align:left;padding:4px 8px;border-bottom:1px solid #8883;vertical-align:top}
@media(prefers-color-scheme:dark){summary b{color:#7cc3a9}summary b.delete{color:#ff8a80}a{color:#9cc7f5}}`;
