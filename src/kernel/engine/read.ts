import type { Definition, Query, Where } from '../pack/types.ts';
import { answerDigest, digest, directoryDigest, queryDigest, recordDigest, type TypeOf } from './digest.ts';
import { personalTexts } from './personal.ts';
import type { Input, Known, Need, RecordState, Value } from './types.ts';

/**
 * What a decision read besides its command, as its first entry keeps it: the questions in clear, each with a digest of its answer, so that
 * a replay can ask them again of what the events before it make (decision 0160). Personal values are in neither.
 */
export type Read = {
  /** Which meaning questions and digests have: what another one asked is not asked again. */
  v: number;
  /** Digest of the people, units, roles and deputies it was decided with. */
  who: string;
  of?: Question[];
  /** Questions left out: about personal values, about what no event tells, or too many to keep. */
  closed?: number;
};
export type Question = { as: string } & (
  | { records: string[] }
  | { set: string; outer: Record<string, Value> }
  | { fact: string; args: Value[] }
  | { unique: [type: string, gate: string]; values: Value[]; except: string }
  | { sequence: [type: string, prefix: string] }
);

/** Raised with whatever changes what sets and facts answer, or how answers are digested. */
export const MEANING = 1;

/** More is not kept: an entry holds 64 KB. */
const MOST_LETTERS = 8_000;

/** By kind, the keys that were looked at. */
export type Looked = Record<'records' | 'sets' | 'facts' | 'taken' | 'sequences', Set<string>>;

/** `known` as it is, remembering what is looked at; `begin` forgets it again, for another pass. */
export function noting(known: Known): { known: Known; looked: Looked; begin(): void } {
  const looked: Looked = {
    records: new Set(),
    sets: new Set(),
    facts: new Set(),
    taken: new Set(),
    sequences: new Set(),
  };
  return {
    looked,
    begin: () => {
      for (const keys of Object.values(looked)) keys.clear();
    },
    known: {
      records: new Noting(known.records, looked.records),
      sets: new Noting(known.sets, looked.sets),
      facts: new Noting(known.facts, looked.facts),
      taken: new Noting(known.taken, looked.taken),
      sequences: new Noting(known.sequences, looked.sequences),
      get seed(): NonNullable<Known['seed']> {
        return known.seed as NonNullable<Known['seed']>;
      },
    },
  };
}

class Noting<V> extends Map<string, V> {
  readonly #of: Map<string, V>;
  readonly #looked: Set<string>;
  constructor(of: Map<string, V>, looked: Set<string>) {
    super();
    this.#of = of;
    this.#looked = looked;
  }
  override has(key: string): boolean {
    return this.#note(key);
  }
  override get(key: string): V | undefined {
    return this.#note(key) ? this.#of.get(key) : undefined;
  }
  #note(key: string): boolean {
    const has = this.#of.has(key);
    if (has) this.#looked.add(key);
    return has;
  }
}

/**
 * What a decision that was just made read. @param needs by key, what each answer was asked with. @param moved the states it led to.
 * @param outside names of facts that ask what no event tells.
 */
export function readOf(
  input: Input,
  looked: Looked,
  needs: ReadonlyMap<string, Need>,
  moved: Iterable<RecordState>,
  outside: ReadonlySet<string>,
): Read {
  const { known } = input;
  const typeOf = typeIn(input);
  const personal = personalIn([...moved, ...[...looked.records].map((id) => known.records.get(id))], typeOf);
  const kept: Question[] = [];
  let closed = 0;
  const listed = new Set<string>();
  for (const key of [...looked.sets, ...looked.facts, ...looked.taken, ...looked.sequences]) {
    const need = needs.get(key);
    const question = need && !isClosed(need, input, outside) ? questionOf(need, known, typeOf) : undefined;
    if (question && !mentions(question, personal)) kept.push(question);
    else closed += 1;
    const rows = known.sets.get(key);
    for (const { id } of Array.isArray(rows) ? rows : []) listed.add(id);
  }
  const records = [...looked.records].filter((id) => !listed.has(id)).sort();
  if (records.length > 0) kept.unshift({ records, as: recordsDigest(records, known, typeOf) });
  const fits = kept.length > 0 && JSON.stringify(kept).length <= MOST_LETTERS;
  if (!fits) closed += kept.length;
  const who = directoryDigest(input.directory);
  return { v: MEANING, who, ...(fits ? { of: kept } : {}), ...(closed > 0 ? { closed } : {}) };
}

/** What `known` answers to the needs of these questions, digested as they were. */
export const answered = (question: Question, need: Need | undefined, known: Known, typeOf: TypeOf): string =>
  'records' in question
    ? recordsDigest(question.records, known, typeOf)
    : need
      ? (questionOf(need, known, typeOf)?.as ?? '')
      : '';

export const typeIn =
  ({ definitions, current }: { definitions: Map<string, Definition>; current: Definition }): TypeOf =>
  (state) =>
    (definitions.get(state.definition) ?? current).records[state.type] ?? current.records[state.type];

const recordsDigest = (records: string[], known: Known, typeOf: TypeOf): string =>
  digest(records.map((id) => recordDigest(known.records.get(id), typeOf)));

function questionOf(need: Need, known: Known, typeOf: TypeOf): Question | undefined {
  switch (need.need) {
    case 'set':
      return {
        set: queryDigest(need.query),
        outer: need.outer,
        as: answerDigest(known.sets.get(need.key) as RecordState[] | 'unknown', typeOf),
      };
    case 'fact':
      return { fact: need.name, args: need.args, as: answerDigest(known.facts.get(need.key), typeOf) };
    case 'unique': {
      const { type, gate, values, except } = need;
      return { unique: [type, gate], values, except, as: answerDigest(known.taken.get(need.key), typeOf) };
    }
    case 'sequence':
      return {
        sequence: [need.type, need.prefix],
        as: answerDigest(known.sequences.get(need.key), typeOf),
      };
    default:
      return undefined; // records are kept together; what samples are drawn with is compared with the signed tree
  }
}

/** What asks outside the ledger, or compares a personal field and so has another answer once that is erased. */
function isClosed(need: Need, { current, definitions }: Input, outside: ReadonlySet<string>): boolean {
  if (need.need === 'fact') return outside.has(need.name);
  const compared =
    need.need === 'set'
      ? candidatesOf(need.query)
      : need.need === 'unique'
        ? (current.records[need.type]?.gates[need.gate]?.unique ?? [])
        : [];
  return (
    compared.length > 0 &&
    [current, ...definitions.values()].some((one) => compared.some((name) => isPersonalIn(one, name)))
  );
}

const personalNames = new WeakMap<Definition, Set<string>>();

function isPersonalIn(definition: Definition, name: string): boolean {
  let names = personalNames.get(definition);
  if (!names) {
    const fields = Object.values(definition.records).flatMap((type) => Object.values(type.fields));
    names = new Set(fields.filter(({ personal }) => personal).map((field) => field.name));
    personalNames.set(definition, names);
  }
  return names.has(name);
}

const candidates = new WeakMap<Query, string[]>();

function candidatesOf(query: Query): string[] {
  let names = candidates.get(query);
  if (!names) {
    names = query.where ? fieldsIn(query.where) : [];
    candidates.set(query, names);
  }
  return names;
}

function fieldsIn(where: Where): string[] {
  switch (where.op) {
    case 'and':
    case 'or':
      return where.args.flatMap(fieldsIn);
    case 'not':
      return fieldsIn(where.arg);
    case 'given':
      return where.path;
    case 'true':
      return 'candidate' in where.operand ? where.operand.candidate : [];
    default:
      return [where.left, where.right].flatMap((side) => ('candidate' in side ? side.candidate : []));
  }
}

function personalIn(states: (RecordState | undefined)[], typeOf: TypeOf): Set<string> {
  const texts = new Set<string>();
  for (const state of states) {
    const type = state && typeOf(state);
    if (type) for (const text of personalTexts(type, state.values)) texts.add(text);
  }
  return texts;
}

/** Whether a question says a text that stands in a personal field of the records at hand. */
function mentions(value: unknown, personal: ReadonlySet<string>): boolean {
  if (personal.size === 0) return false;
  if (typeof value === 'string') return personal.has(value);
  return typeof value === 'object' && value !== null && Object.values(value).some((inner) => mentions(inner, personal));
}
