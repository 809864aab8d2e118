import { CONSTRUCTS } from './language/constructs.ts';
import type { Notation, Shape } from './language/shape.ts';
import { own } from './own.ts';
import type { Definition, Field, RecordType, ScalarType, ValueType } from './types.ts';

/** JSON Schema (draft 2020-12): for editors of pack files, and for records as the API takes and gives them. */

type Schema = { [key: string]: unknown };

const DRAFT = 'https://json-schema.org/draft/2020-12/schema';

/** The files of a pack that have a schema of their own. */
export const SCHEMA_KINDS = ['pack', 'record', 'declarations', 'clauses', 'examples'] as const;
export type SchemaKind = (typeof SCHEMA_KINDS)[number];

/** The schema of one kind of pack file, from the same description the reader uses. */
export function schemaFor(kind: SchemaKind): Schema {
  const shape: Shape =
    kind === 'clauses'
      ? {
          shape: 'either',
          of: [
            { shape: 'list', of: { shape: 'construct', name: 'clause' } },
            { shape: 'construct', name: 'declarations' },
          ],
        }
      : { shape: 'construct', name: kind };
  const constructs = Object.keys(CONSTRUCTS).map((name) => [name, constructSchema(name)]);
  return {
    $schema: DRAFT,
    title: `Ancheng pack: ${kind}`,
    ...ofShape(shape),
    $defs: { human: HUMAN, ...Object.fromEntries(constructs) },
  };
}

const HUMAN: Schema = {
  type: 'object',
  properties: { zh: { type: 'string' }, en: { type: 'string' } },
  required: ['zh', 'en'],
  additionalProperties: false,
};

function constructSchema(name: string): Schema {
  const { says, keys, rest } = CONSTRUCTS[name]!;
  const properties = Object.entries(keys).map(([key, { shape, says: about }]) => [
    key,
    about ? { ...ofShape(shape), description: about } : ofShape(shape),
  ]);
  const required = Object.keys(keys).filter((key) => keys[key]!.required);
  return {
    title: says.zh,
    type: 'object',
    properties: Object.fromEntries(properties),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: rest ? ofShape(rest) : false,
  };
}

const NAME_PATTERN = '^[a-z][a-z0-9_]*$';

function ofShape(shape: Shape): Schema {
  switch (shape.shape) {
    case 'text':
      return { type: shape.as === 'condition' ? ['string', 'number', 'boolean'] : 'string', ...noted(shape.as) };
    case 'name':
      return { type: 'string', pattern: NAME_PATTERN };
    case 'number':
      return { type: 'number' };
    case 'flag':
      return { type: 'boolean' };
    case 'word':
      return { enum: [...shape.of] };
    case 'scalar':
      return { type: ['string', 'number', 'boolean'] };
    case 'anything':
      return {};
    case 'list':
      return { type: 'array', items: ofShape(shape.of) };
    case 'several':
      return { anyOf: [ofShape(shape.of), { type: 'array', items: ofShape(shape.of) }] };
    case 'named':
      return { type: 'object', propertyNames: { pattern: NAME_PATTERN }, additionalProperties: ofShape(shape.of) };
    case 'map':
      return { type: 'object', additionalProperties: ofShape(shape.of) };
    case 'human':
      return { $ref: '#/$defs/human' };
    case 'construct':
      return { $ref: `#/$defs/${shape.name}` };
    case 'either':
      return { anyOf: shape.of.map(ofShape) };
    default:
      return shape satisfies never;
  }
}

const NOTES: Record<Notation, string> = {
  condition: 'CEL',
  time: '3 workdays · 1 month · workday -1 · "12:00" · CEL giving a moment',
  who: 'a role · a path such as system.owner · acts.action · role of somebody · superior.role · clock · anyone',
  which: 'source where … newest by … | sample 10 % | group by …',
  template: 'text with CEL in braces',
  reference: 'path.action or module.effect(…)',
  version: 'version',
  type: 'field type',
  date: '2026-01-31',
};

const noted = (as: Notation | undefined): Schema => (as ? { description: NOTES[as] } : {});

// ── records ────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The values of one record type as the API takes and gives them: titles in Chinese, English as description, choices as
 * enumerations. Computed fields are read-only; `required` holds what opening asks for.
 * @throws RangeError when the definition has no such type
 */
export function recordSchema(definition: Definition, type: string): Schema {
  const record = own(definition.records, type);
  if (!record) throw new RangeError(`no record type ${type}`);
  const fields = Object.values(record.fields);
  const required = fields.filter((field) => isAsked(field, record)).map((field) => field.name);
  return {
    $schema: DRAFT,
    $id: `record.${type}`,
    title: record.label.zh,
    description: record.label.en,
    type: 'object',
    properties: Object.fromEntries(fields.map((field) => [field.name, fieldSchema(field, definition)])),
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

/** Always required, seen whatever else is filled, and not computed or drawn. */
function isAsked(field: Field, record: RecordType): boolean {
  const hidden = field.when ?? own(record.sections, field.section)?.when;
  return field.required.includes('*') && !hidden && !field.is && !field.from;
}

function fieldSchema(field: Field, definition: Definition): Schema {
  return {
    title: field.label.zh,
    description: field.help ? `${field.label.en}: ${field.help.en}` : field.label.en,
    ...valueSchema(field.type, definition),
    ...(field.type.is === 'table' && field.min !== undefined ? { minItems: field.min } : {}),
    ...(field.type.is === 'table' && field.max !== undefined ? { maxItems: field.max } : {}),
    ...(field.is ? { readOnly: true } : {}),
    ...(field.personal ? { 'x-personal': true } : {}),
  };
}

function valueSchema(type: ValueType, definition: Definition): Schema {
  switch (type.is) {
    case 'choice':
      return choiceSchema(type.of, definition);
    case 'choices':
      return { type: 'array', items: choiceSchema(type.of, definition), uniqueItems: true };
    case 'ref':
      return { type: 'string', 'x-ref': type.to };
    case 'refs':
      return { type: 'array', items: { type: 'string', 'x-ref': type.to }, uniqueItems: true };
    case 'files':
      return { type: 'array', items: FILE };
    case 'table':
      return { type: 'array', items: rowSchema(type.columns, definition) };
    case 'rows':
    case 'list':
      return { type: 'array', items: valueSchema(type.of, definition) };
    case 'object':
      return { type: 'object', properties: mapped(type.fields, (each) => valueSchema(each, definition)) };
    default:
      return { ...SCALARS[type.is], ...(type.unit ? { 'x-unit': type.unit } : {}) };
  }
}

const mapped = <T>(map: Record<string, T>, change: (value: T) => Schema): Record<string, Schema> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));

function choiceSchema(list: string, definition: Definition): Schema {
  const rows = Object.entries(own(definition.lists, list)?.rows ?? {});
  if (rows.length === 0) return { type: 'string' };
  return {
    enum: rows.map(([name]) => name),
    'x-labels': Object.fromEntries(rows.map(([name, row]) => [name, row.label])),
  };
}

function rowSchema(columns: Record<string, Field>, definition: Definition): Schema {
  const all = Object.values(columns);
  const required = all.filter((c) => c.required.includes('*') && !c.when && !c.is).map((c) => c.name);
  return {
    type: 'object',
    properties: {
      id: { type: 'string' },
      source: { type: 'string', readOnly: true },
      ...Object.fromEntries(all.map((column) => [column.name, fieldSchema(column, definition)])),
    },
    ...(required.length > 0 ? { required } : {}),
    additionalProperties: false,
  };
}

const FILE: Schema = {
  type: 'object',
  properties: {
    id: { type: 'string' },
    name: { type: 'string' },
    sha256: { type: 'string', pattern: '^[0-9a-f]{64}$' },
    size: { type: 'integer', minimum: 0 },
    media: { type: 'string' },
    slot: { type: 'string' },
  },
  required: ['id', 'name', 'sha256', 'size', 'media'],
};

const SCALARS: Record<ScalarType, Schema> = {
  text: { type: 'string' },
  yes_no: { type: 'boolean' },
  number: { type: 'number' },
  date: { type: 'string', format: 'date' },
  moment: { type: 'string', format: 'date-time' },
  period: {
    type: 'object',
    properties: { start: { type: 'string', format: 'date-time' }, end: { type: 'string', format: 'date-time' } },
  },
  span: { type: 'string' },
  duration: {
    anyOf: [
      { type: 'string' },
      { type: 'object', properties: { n: { type: 'number' }, unit: { type: 'string' } }, required: ['n', 'unit'] },
    ],
  },
  time_of_day: { type: 'string', pattern: '^([01]\\d|2[0-3]):[0-5]\\d$' },
  person: { type: 'string', 'x-ref': 'person' },
  unit: { type: 'string', 'x-ref': 'unit' },
  contact: {
    type: 'object',
    properties: { name: { type: 'string' }, phone: { type: 'string' }, email: { type: 'string' } },
  },
  address: { type: 'string' },
  ports: { type: 'string' },
  mac: { type: 'string' },
  url: { type: 'string', format: 'uri' },
  email: { type: 'string', format: 'email' },
  any: {},
};
