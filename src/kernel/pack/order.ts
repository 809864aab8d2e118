import type { Definition, Field, RecordType } from './types.ts';

/**
 * The order people wrote things in — sections, states, columns, rows — belongs to a definition, but canonical JSON and
 * binary JSON columns sort keys. It is therefore stated beside them, hashed with the rest, and put back on loading.
 */

type Maps = Record<string, object>;

/** Every map whose order is seen on screen or on paper, by a path of its own. */
function orderedMaps(definition: Omit<Definition, 'hash' | 'order'>): Maps {
  const maps: Maps = {
    records: definition.records,
    lists: definition.lists,
    roles: definition.roles,
    duties: definition.duties,
    monitors: definition.monitors,
    parameters: definition.parameters,
  };
  for (const [name, type] of Object.entries(definition.records)) addRecord(maps, `records.${name}`, type);
  for (const [name, list] of Object.entries(definition.lists)) {
    maps[`lists.${name}.rows`] = list.rows;
    maps[`lists.${name}.columns`] = list.columns;
  }
  return maps;
}

function addRecord(maps: Maps, path: string, type: RecordType): void {
  for (const key of ['sections', 'fields', 'flow', 'actions', 'gates', 'sets'] as const)
    maps[`${path}.${key}`] = type[key];
  for (const field of Object.values(type.fields)) addColumns(maps, `${path}.fields.${field.name}`, field);
}

function addColumns(maps: Maps, path: string, field: Field): void {
  if (field.type.is !== 'table') return;
  maps[`${path}.columns`] = field.type.columns;
  for (const column of Object.values(field.type.columns)) addColumns(maps, `${path}.${column.name}`, column);
}

/** Keys of every map as written; maps of one key need no order. */
export function orderOf(definition: Omit<Definition, 'hash' | 'order'>): Record<string, string[]> {
  const orders = Object.entries(orderedMaps(definition)).map(([path, map]) => [path, Object.keys(map)] as const);
  return Object.fromEntries(orders.filter(([, keys]) => keys.length > 1));
}

/**
 * A definition as stored, with everything back in the order it was written. Call it on whatever comes from a column or a
 * canonical blob; it changes the given object's maps in place and returns it.
 */
export function restoreOrder(definition: Definition): Definition {
  const order = definition.order ?? {};
  for (const [path, map] of Object.entries(orderedMaps(definition))) {
    const keys = Object.hasOwn(order, path) ? order[path] : undefined;
    if (keys) reorder(map as Record<string, unknown>, keys);
  }
  return definition;
}

function reorder(map: Record<string, unknown>, keys: string[]): void {
  for (const key of keys) {
    if (!Object.hasOwn(map, key)) continue;
    const value = map[key];
    delete map[key];
    map[key] = value;
  }
}
