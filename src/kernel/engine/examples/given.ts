import { isDate } from '../../calendar/date.ts';
import { readSpan, rowId } from '../../cel/things.ts';
import type { Definition, Field, RecordType, ValueType } from '../../pack/types.ts';
import type { FileValue, Moment, RecordState, Row, Value, Values } from '../types.ts';
import { ExampleFault } from './fault.ts';

/** What reading a given value may look at. */
export type Reading = { definition: Definition; row: (written: string) => string | undefined };

/** A local Taipei time, or one with a zone, as ISO UTC. */
export function momentText(written: string): Moment {
  const full = /^\d{4}-\d\d-\d\d$/.test(written) ? `${written}T00:00` : written;
  const instant = Date.parse(/(Z|[+-]\d\d:?\d\d)$/.test(full) ? full : `${full}+08:00`);
  if (Number.isNaN(instant) || !isDate(full.slice(0, 10))) throw new ExampleFault(`"${written}" is no time`);
  return new Date(instant).toISOString();
}

/** Values as an example writes them, in the form events carry: files by name, rows by what they came from, local times. */
export function readGiven(type: RecordType, given: Record<string, unknown>, reading: Reading): Values {
  const values: Values = {};
  for (const [name, value] of Object.entries(given)) {
    const field = type.fields[name];
    if (!field) throw new ExampleFault(`${type.name} has no field ${name}`);
    const read = readValue(field.type, value as Value, reading, field);
    if (read !== undefined) values[name] = read;
  }
  return values;
}

function readValue(type: ValueType, value: Value, reading: Reading, field?: Field): Value | undefined {
  if (value === null || value === undefined) return undefined;
  switch (type.is) {
    case 'files':
      return many(value).map((file) => fileOf(file, type.slots !== undefined));
    case 'table':
      return many(value).map((row, i) =>
        rowOf(type.columns, row as Values, i, reading, field?.from !== undefined),
      ) as Value;
    case 'refs':
    case 'choices':
      return many(value).map((item) => referred(item, reading));
    case 'ref':
      return referred(value, reading);
    case 'moment':
      return momentText(String(value));
    case 'period':
      return periodOf(value as Values);
    case 'span':
    case 'duration': {
      const span = readSpan(value);
      return span ? { n: span.n, unit: span.unit } : value;
    }
    case 'date':
      return dateText(String(value));
    case 'choice':
      return typeof value === 'boolean' ? (value ? 'yes' : 'no') : String(value);
    case 'number':
      return numberOf(value);
    case 'yes_no':
      return value === true || value === 'yes' || value === 'true';
    case 'any':
    case 'object':
    case 'rows':
    case 'list':
    case 'contact':
      return value;
    default:
      return String(value);
  }
}

function dateText(written: string): string {
  if (!isDate(written)) throw new ExampleFault(`"${written}" is no date; write 2026-11-20`);
  return written;
}

function numberOf(value: Value): number {
  const number = Number(value);
  if (typeof value === 'object' || Number.isNaN(number)) throw new ExampleFault(`"${value}" is no number`);
  return number;
}

const many = (value: Value): Value[] => (Array.isArray(value) ? value : [value]);

const referred = (value: Value, reading: Reading): string => reading.row(String(value)) ?? String(value);

const periodOf = (value: Values): Value => ({ start: edgeOf(value.start), end: edgeOf(value.end) });
const edgeOf = (edge: Value | undefined): string => {
  const written = String(edge);
  return /^\d{4}-\d\d-\d\d$/.test(written) ? dateText(written) : momentText(written);
};

/** `front` fills the slot of that name; `{sha256: …}` is a file known by its hash. */
function fileOf(value: Value, slots: boolean): FileValue {
  const given = (typeof value === 'object' && !Array.isArray(value) ? value : { name: String(value) }) as Values;
  const name = String(given.name ?? given.slot ?? given.sha256 ?? 'file');
  const slot = given.slot ?? (slots ? name : undefined);
  return {
    id: String(given.id ?? name),
    name,
    sha256: String(given.sha256 ?? name),
    size: Number(given.size ?? 1),
    media: String(given.media ?? 'application/octet-stream'),
    ...(slot === undefined ? {} : { slot: String(slot) }),
  };
}

function rowOf(columns: Record<string, Field>, given: Values, index: number, reading: Reading, drawn: boolean): Row {
  const { id, item, source, ...cells } = given;
  const from = source ?? item;
  const values: Values = {};
  for (const [name, cell] of Object.entries(cells)) {
    const column = columns[name];
    if (!column) throw new ExampleFault(`the table has no column ${name}`);
    const read = readValue(column.type, cell, reading);
    if (read !== undefined) values[name] = read;
  }
  const own = id ?? (drawn && from !== undefined ? String(from).replace(/[#/]/g, '.') : `r${index + 1}`);
  return { id: String(own), ...(from === undefined ? {} : { source: String(from) }), ...values };
}

/** `q0.lines[0]`: the id of a row of a record given before. */
export function resolveRow(records: Map<string, RecordState>, written: string): string | undefined {
  const match = /^(.+)\.(\w+)\[(\d+)\]$/.exec(written);
  if (!match) return undefined;
  const state = records.get(match[1]!);
  const rows = state?.values[match[2]!] as Row[] | undefined;
  const row = rows?.[Number(match[3])];
  return rowId(match[1]!, match[2]!, row?.id ?? `r${Number(match[3]) + 1}`);
}
