import { parse, walk } from '../cel/parse.ts';
import type { Definition, Field, Query, RecordType, Where } from '../pack/types.ts';

/**
 * Fields something hangs on: 更正 may not touch them, because what was decided would be another thing. Worked out from what packs
 * declare, and rather too many than too few: any expression of the type itself, and any of a type, duty or monitor that can reach it.
 */
export function fieldsRead(definition: Definition, type: RecordType): ReadonlySet<string> {
  const known = cache.get(definition)?.get(type.name);
  if (known) return known;
  const read = new Set([...ownReads(type), ...foreignReads(definition, type)]);
  const byType = cache.get(definition) ?? new Map<string, Set<string>>();
  byType.set(type.name, read);
  cache.set(definition, byType);
  return read;
}

const cache = new WeakMap<Definition, Map<string, Set<string>>>();

/** Values that are themselves the decision: whom, which, whether, how much evidence. A slip of the pen is in words, figures and dates. */
const SLIPS = new Set(['text', 'number', 'date', 'moment', 'duration', 'time_of_day', 'contact', 'url', 'email']);

export const mayBeASlip = (field: Field): boolean =>
  field.type.is === 'table'
    ? !field.from && Object.values(field.type.columns).some((column) => !column.is && SLIPS.has(column.type.is))
    : SLIPS.has(field.type.is);

// ── the type's own declarations ────────────────────────────────────────────────────────────────────────────────────

/** Sentences shown to people read fields too, but nothing hangs on them. */
const WORDS = new Set(['label', 'title', 'help', 'fix', 'message', 'zh', 'en', 'tell', 'print']);

function ownReads(type: RecordType): Set<string> {
  const names = new Set<string>();
  eachSource(type, (cel) => addOwn(cel, names));
  eachPath(type, (path) => names.add(path[0]!));
  for (const gate of Object.values(type.gates)) for (const name of gate.unique ?? []) names.add(name);
  for (const template of [...(type.number ?? '').matchAll(/\{([^}:]+)/g)]) names.add(template[1]!.split('.')[0]!);
  eachQuery(type, (query) => {
    if (query.from.kind === 'table') names.add(query.from.field);
  });
  return names;
}

function addOwn(cel: string, names: Set<string>): void {
  walk(parse(cel), (part) => {
    if (part.op === 'name') names.add(part.name);
    else if (part.op === 'field' && part.of.op === 'name' && part.of.name === 'this') names.add(part.name);
  });
}

// ── everybody else's ───────────────────────────────────────────────────────────────────────────────────────────────

function foreignReads(definition: Definition, type: RecordType): Set<string> {
  const names = new Set<string>();
  const kinds = new Set([type.name, ...type.kinds]);
  const others = [
    ...Object.values(definition.records),
    ...Object.values(definition.duties),
    ...Object.values(definition.monitors),
  ];
  for (const other of others) {
    eachQuery(other, (query) => {
      if (query.from.kind === 'record' && !kinds.has(query.from.type)) return;
      for (const name of candidates(query.where)) names.add(name);
      for (const name of [query.newest, ...(query.groupBy ?? [])]) if (name) names.add(name);
    });
    if (other === type || !reaches(definition, other, kinds)) continue;
    eachSource(other, (cel) =>
      walk(parse(cel), (part) => {
        if (part.op === 'field') names.add(part.name);
      }),
    );
    eachPath(other, (path) => {
      for (const name of path.slice(1)) names.add(name);
    });
  }
  return names;
}

/** Whether something can hold one of these records in its hand: by a reference, a query, or a reference's reference. */
function reaches(definition: Definition, from: object, kinds: Set<string>): boolean {
  const seen = new Set<string>();
  const open = [...targetsOf(from)];
  while (open.length > 0) {
    const to = open.pop()!;
    if (kinds.has(to) || to === 'any') return true;
    if (seen.has(to)) continue;
    seen.add(to);
    const next = definition.records[to];
    if (next) open.push(...targetsOf(next));
  }
  return false;
}

const targets = new WeakMap<object, string[]>();

function targetsOf(from: object): string[] {
  const known = targets.get(from);
  if (known) return known;
  const found = new Set<string>();
  eachObject(from, (one) => {
    if ('to' in one && (one.is === 'ref' || one.is === 'refs')) found.add(String(one.to).split('.')[0]!);
    if (one.kind === 'record' && typeof one.type === 'string') found.add(one.type);
  });
  targets.set(from, [...found]);
  return [...found];
}

function candidates(where: Where | undefined): string[] {
  const names: string[] = [];
  if (where)
    eachObject(where, (one) => {
      if (Array.isArray(one.candidate)) names.push(...(one.candidate as string[]));
      if (one.op === 'given' && Array.isArray(one.path)) names.push(...(one.path as string[]));
    });
  return names;
}

// ── walking declarations ───────────────────────────────────────────────────────────────────────────────────────────

type Plain = { [key: string]: unknown };

function eachObject(value: unknown, see: (object: Plain) => void): void {
  if (typeof value !== 'object' || value === null) return;
  if (Array.isArray(value)) {
    for (const one of value) eachObject(one, see);
    return;
  }
  see(value as Plain);
  for (const [key, inner] of Object.entries(value)) if (!WORDS.has(key)) eachObject(inner, see);
}

const eachSource = (value: unknown, see: (cel: string) => void): void =>
  eachObject(value, (one) => {
    if (typeof one.cel === 'string') see(one.cel);
  });

/** Paths that name people: `requester`, `system.owner`. */
const eachPath = (value: unknown, see: (path: string[]) => void): void =>
  eachObject(value, (one) => {
    if (['path', 'outsider'].includes(String(one.kind)) && Array.isArray(one.path)) see(one.path as string[]);
    if (isEffect(one)) see(one.act.path);
  });

const isEffect = (one: Plain): one is { act: { path: string[] } } =>
  typeof one.act === 'object' &&
  one.act !== null &&
  Array.isArray((one.act as Plain).path) &&
  (one.act as { path: string[] }).path.length > 0;

const eachQuery = (value: unknown, see: (query: Query) => void): void =>
  eachObject(value, (one) => {
    if (typeof one.source === 'string' && typeof one.from === 'object') see(one as unknown as Query);
  });
