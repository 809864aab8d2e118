import type { Field, RecordType } from '../pack/types.ts';
import type { EngineEvent, RecordState, Value, Values } from './types.ts';

type Paths = EngineEvent['personal'];

/**
 * Paths of personal texts inside an event's data, each with the person whose key encrypts it: declared personal fields and names of
 * attached files (people put names into them) wherever their values stand (changed, asked, voted, sealed), comments (their author)
 * and notices (like the fields they quote; of what nobody requested, their first reader).
 */
export function personalPaths(
  type: RecordType | undefined,
  state: RecordState,
  event: EngineEvent['type'],
  data: { [key: string]: Value },
): Paths {
  if (event === 'record.commented') return textsIn(data.text, ['text'], String(data.author ?? ''));
  if (event === 'record.told')
    return textsIn(data.message, ['message'], state.requester ?? String((data.to as string[])[0] ?? ''));
  const subject = state.requester ?? '';
  if (!type || subject === '') return [];
  return personalFields(type).flatMap((field) =>
    placesOf(field, data).flatMap(([value, path]) => fieldTexts(field, value, path, subject)),
  );
}

const cache = new WeakMap<RecordType, Field[]>();

/** Fields that are personal or hold files, or tables with such columns. */
function personalFields(type: RecordType): Field[] {
  const known = cache.get(type);
  if (known) return known;
  const fields = Object.values(type.fields).filter(
    (field) =>
      holdsPersonal(field) || (field.type.is === 'table' && Object.values(field.type.columns).some(holdsPersonal)),
  );
  cache.set(type, fields);
  return fields;
}

const holdsPersonal = (field: Field): boolean => field.personal || field.type.is === 'files';

/** Values without those that are personal; of attached files their contents' digests. */
export function openValues(type: RecordType, values: Values): Values {
  const closed = personalFields(type);
  if (closed.every(({ name }) => values[name] === undefined)) return values;
  const open = { ...values };
  for (const field of closed) {
    const value = openValue(field, values[field.name]);
    if (value === undefined) delete open[field.name];
    else open[field.name] = value;
  }
  return open;
}

function openValue(field: Field, value: Value | undefined): Value | undefined {
  if (field.personal || value === undefined) return undefined;
  if (field.type.is === 'files') return (value as { sha256: string }[]).map(({ sha256 }) => sha256);
  if (field.type.is !== 'table') return value;
  const closed = Object.values(field.type.columns).filter(holdsPersonal);
  return (value as { [column: string]: Value }[]).map((row) => {
    const cells = { ...row };
    for (const column of closed) {
      const cell = openValue(column, row[column.name]);
      if (cell === undefined) delete cells[column.name];
      else cells[column.name] = cell;
    }
    return cells;
  });
}

/** Every text that stands in a personal field or column. */
export const personalTexts = (type: RecordType, values: Values): string[] =>
  personalFields(type).flatMap((field) => {
    const value = values[field.name];
    return value === undefined ? [] : textsUnder(field, value);
  });

function textsUnder(field: Field, value: Value): string[] {
  if (field.personal) return leaves(value);
  if (field.type.is !== 'table') return [];
  const columns = Object.values(field.type.columns).filter(({ personal }) => personal);
  return (value as { [column: string]: Value }[]).flatMap((row) =>
    columns.flatMap(({ name }) => (row[name] === undefined ? [] : leaves(row[name]))),
  );
}

const leaves = (value: Value): string[] =>
  typeof value === 'string' ? [value] : typeof value === 'object' ? Object.values(value).flatMap(leaves) : [];

/** Everywhere an event's data may carry a field's value. */
function placesOf(field: Field, data: { [key: string]: Value }): [Value, string[]][] {
  const places: [Value | undefined, string[]][] = [
    [inside(data, 'values', field.name), ['values', field.name]],
    [inside(data, 'asked', field.name), ['asked', field.name]],
    [inside(data.act, 'asked', field.name), ['act', 'asked', field.name]],
    [inside(data.seal, 'content', field.name), ['seal', 'content', field.name]],
  ];
  for (const holder of ['correction', 'proposal']) places.push(...changesOf(field, data[holder], holder));
  const votes = Array.isArray(data.votes) ? data.votes : [];
  votes.forEach((vote, i) => {
    places.push([inside(vote, 'asked', field.name), ['votes', String(i), 'asked', field.name]]);
  });
  return places.filter((place): place is [Value, string[]] => place[0] !== undefined);
}

/** A correction's before and after. */
function changesOf(field: Field, holder: Value | undefined, name: string): [Value | undefined, string[]][] {
  const changes = inside(holder, 'changes');
  if (!Array.isArray(changes)) return [];
  return changes.flatMap((change, i) =>
    inside(change, 'field') === field.name
      ? ['before', 'after'].map((which): [Value | undefined, string[]] => [
          inside(change, which),
          [name, 'changes', String(i), which],
        ])
      : [],
  );
}

function inside(value: Value | undefined, ...path: string[]): Value | undefined {
  let at = value;
  for (const name of path) {
    if (typeof at !== 'object' || Array.isArray(at)) return undefined;
    at = at[name];
  }
  return at;
}

function fieldTexts(field: Field, value: Value, path: string[], subject: string): Paths {
  if (!field.personal && field.type.is === 'files') return fileNames(value, path, subject);
  if (field.personal || field.type.is !== 'table') return textsIn(value, path, subject);
  const columns = Object.values(field.type.columns).filter(holdsPersonal);
  return (value as { [column: string]: Value }[]).flatMap((row, i) =>
    columns.flatMap((column) => {
      const cell = row[column.name];
      return cell === undefined ? [] : fieldTexts(column, cell, [...path, String(i), column.name], subject);
    }),
  );
}

/** The name alone: digest and size of an attachment tell nobody who it is about. */
function fileNames(value: Value, path: string[], subject: string): Paths {
  if (!Array.isArray(value)) return [];
  return value.flatMap((file, i) => textsIn((file as { name?: Value }).name, [...path, String(i), 'name'], subject));
}

/** Every text below a value. */
function textsIn(value: Value | undefined, path: string[], subject: string): Paths {
  if (value === undefined || subject === '') return [];
  if (typeof value === 'string') return value === '' ? [] : [{ path, subject }];
  if (typeof value !== 'object') return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, [...path, key], subject));
}
