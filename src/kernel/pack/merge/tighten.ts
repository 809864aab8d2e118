import type { Text } from '../../text.ts';
import { placeOf, said } from '../build/build.ts';
import type { Declared } from '../build/record.ts';
import { own } from '../own.ts';
import type { See } from '../see.ts';
import type { Action, Field, Gate, Position, Query, RecordType, Section, State, Who } from '../types.ts';
import { entry } from '../yaml.ts';
import type { RecordMerge } from './records.ts';
import { strictestRetention } from './retention.ts';

/**
 * `extends` under the same name: adds fields, gates, approvals, states with ways in and out, follow-ups.
 * It never removes, re-points or unseals; what two packs both add under one name clashes.
 */
export function tighten(base: RecordType, declared: Declared, merge: RecordMerge): RecordType {
  const { type } = declared;
  for (const dropped of declared.dropped) removes(merge, dropped.at, dropped.what, dropped.name);
  const merged: RecordType = {
    ...base,
    packs: [...new Set([...base.packs, ...type.packs])],
    clauses: [...new Set([...base.clauses, ...type.clauses])],
    fields: each(base.fields, type.fields, (a, b) => sameField(a, b, merge)),
    flow: each(base.flow, type.flow, (a, b) => sameState(a, b, merge)),
    actions: each(base.actions, type.actions, (a, b) => sameAction(a, b, merge)),
    gates: each(base.gates, type.gates, (a, b) => sameGate(a, b, merge)),
    sets: each(base.sets, type.sets, (a, b, name) => sameSet(a, b, name, declared, merge)),
    sections: each(base.sections, type.sections, (a, b) => sameSection(a, b, merge)),
  };
  reword(merged, base, declared, merge);
  if (type.see) merged.see = base.see ? narrower(base.see, type.see) : type.see;
  if (type.retention) merged.retention = strictestRetention(base.retention, type.retention);
  const origin = merge.origins.get(base);
  if (origin) merge.origins.set(merged, origin);
  return merged;
}

/** What a pack that builds on another may say its own way: the title, the numbering, the printed form, the ruling state. */
function reword(merged: RecordType, base: RecordType, declared: Declared, merge: RecordMerge): void {
  const { type } = declared;
  const builds = base.packs.every((pack) => merge.buildsOn(declared.pack, pack));
  if (builds && labelled(type.label)) merged.label = type.label;
  for (const key of ['number', 'print', 'versioned'] as const) {
    if (type[key] === undefined || sameSource(base[key], type[key])) continue;
    if (base[key] === undefined || builds) Object.assign(merged, { [key]: type[key] });
    else {
      const message = { zh: `${declared.pack} 的 ${key} 與他處不同`, en: `${declared.pack} says another ${key}` };
      merge.report('clash', placeOf(merge.origins, type, key), message, { zh: '保留一個', en: 'keep one' });
    }
  }
}

/** Union by name, in order; members of both go through `meet`. */
function each<T>(
  base: Record<string, T>,
  added: Record<string, T>,
  meet: (a: T, b: T, name: string) => T,
): Record<string, T> {
  const all = { ...base };
  for (const [name, member] of Object.entries(added)) {
    const known = own(all, name);
    all[name] = known ? meet(known, member, name) : member;
  }
  return all;
}

function removes(merge: RecordMerge, at: Position, what: string, name: string): void {
  const words: Record<string, Text> = {
    gates: { zh: '關卡', en: 'gate' },
    actions: { zh: '動作', en: 'action' },
    flow: { zh: '狀態', en: 'state' },
    fields: { zh: '欄位', en: 'field' },
    sets: { zh: '集合', en: 'set' },
  };
  const kind = own(words, what) ?? { zh: what, en: what };
  refuseRemoval(merge, at, { zh: `拿掉了${kind.zh} ${name}`, en: `${kind.en} ${name} is dropped` });
}

function refuseRemoval(merge: RecordMerge, at: Position, message: Text): void {
  merge.report('removes', at, message, { zh: '只能增加；要免除請用例外', en: 'packs only add; an exception waives' });
}

/** Two packs that know nothing of each other added the same name. */
function clash(merge: RecordMerge, added: { pack: string }, known: { pack: string }, kind: Text, name: string): void {
  merge.report(
    'clash',
    placeOf(merge.origins, added),
    {
      zh: `${known.pack} 與 ${added.pack} 都新增${kind.zh} "${name}"`,
      en: `${known.pack} and ${added.pack} both add ${kind.en} "${name}"`,
    },
    { zh: '其中一個改名', en: 'rename one' },
  );
}

const strangers = (merge: RecordMerge, a: { pack: string }, b: { pack: string }): boolean =>
  !merge.buildsOn(b.pack, a.pack) && !merge.buildsOn(a.pack, b.pack);

const union = <T>(a: T[], b: T[]): T[] => [
  ...a,
  ...b.filter((x) => !a.some((y) => JSON.stringify(y) === JSON.stringify(x))),
];

/** A merged member answers for itself where it was first written. */
function keepOrigin<T extends object>(merge: RecordMerge, from: object, merged: T): T {
  const origin = merge.origins.get(from);
  if (origin) merge.origins.set(merged, origin);
  return merged;
}

function sameField(known: Field, added: Field, merge: RecordMerge): Field {
  if (known.section === '_base') return added;
  const gives = (key: string) => said(merge.origins, added, key);
  for (const key of ['is', 'from', 'when', 'at'] as const)
    if (gives(key) && !sameSource(known[key], added[key]))
      refuseRemoval(merge, placeOf(merge.origins, added, key), changed('欄位', 'field', added.name, key));
  const help = added.help ?? known.help;
  return keepOrigin(merge, known, {
    ...known,
    type: sameType(known, added, merge),
    label: labelled(added.label) ? added.label : known.label,
    personal: known.personal || added.personal,
    ...(known.stays || added.stays ? { stays: true as const } : {}),
    required:
      known.required.includes('*') || added.required.includes('*') ? ['*'] : union(known.required, added.required),
    clauses: union(known.clauses, added.clauses),
    ...narrowed('min', Math.max, known, added),
    ...narrowed('max', Math.min, known, added),
    ...(help ? { help } : {}),
    ...(known.badge || added.badge ? { badge: true } : {}),
  });
}

/** At least as many rows, at most as many, as either asks. */
function narrowed(key: 'min' | 'max', pick: (...of: number[]) => number, known: Field, added: Field): Partial<Field> {
  const both = [known[key], added[key]].filter((n) => n !== undefined);
  return both.length > 0 ? { [key]: pick(...both) } : {};
}

/** A table may gain columns; otherwise a field keeps its type. */
function sameType(known: Field, added: Field, merge: RecordMerge): Field['type'] {
  const { type } = known;
  if (type.is === 'table' && added.type.is === 'table') {
    const columns = each(type.columns, added.type.columns, (a, b) => sameField(a, b, merge));
    return { ...type, columns };
  }
  if (!said(merge.origins, added, 'type') || sameSource(type, added.type)) return type;
  if (strangers(merge, known, added)) clash(merge, added, known, { zh: '欄位', en: 'field' }, added.name);
  else refuseRemoval(merge, placeOf(merge.origins, added, 'type'), changed('欄位', 'field', added.name, 'type'));
  return type;
}

const labelled = (label: Text): boolean => Boolean(label.zh && label.en);

const sameSource = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

const changed = (zh: string, en: string, name: string, key: string): Text => ({
  zh: `改動了既有${zh} ${name} 的 ${key}`,
  en: `${key} of the existing ${en} ${name} is changed`,
});

function sameState(known: State, added: State, merge: RecordMerge): State {
  if (strangers(merge, known, added)) clash(merge, added, known, { zh: '狀態', en: 'state' }, added.name);
  if (said(merge.origins, added, 'final') && added.final !== known.final)
    refuseRemoval(merge, placeOf(merge.origins, added, 'final'), changed('狀態', 'state', added.name, 'final'));
  const due = known.due ?? added.due;
  const gap = known.gap ?? added.gap;
  const shows = known.shows ?? added.shows;
  return keepOrigin(merge, known, {
    ...known,
    label: labelled(added.label) ? added.label : known.label,
    late: union(known.late, added.late),
    ...(due ? { due } : {}),
    ...(gap ? { gap } : {}),
    ...(shows ? { shows } : {}),
  });
}

/** Another pack's `by` stays a group of its own with its own quorum; every group must be met. */
function sameAction(known: Action, added: Action, merge: RecordMerge): Action {
  const { origins } = merge;
  if (strangers(merge, known, added) && known.name !== 'open')
    clash(merge, added, known, { zh: '動作', en: 'action' }, added.name);
  for (const key of ['to', 'from', 'when', 'emergency'] as const)
    if (said(origins, added, key) && !sameSource(known[key], added[key]))
      refuseRemoval(merge, placeOf(origins, added, key), changed('動作', 'action', added.name, key));
  if (said(origins, added, 'seal') && known.seal && !coversSeal(known.seal, added.seal))
    refuseRemoval(merge, placeOf(origins, added, 'seal'), changed('動作', 'action', added.name, 'seal'));
  const seal = added.seal && (!known.seal || added.seal.length >= known.seal.length) ? added.seal : known.seal;
  const { seal: _, ...rest } = known;
  return keepOrigin(merge, known, {
    ...rest,
    label: labelled(added.label) ? added.label : known.label,
    clauses: union(known.clauses, added.clauses),
    by: [...tighterQuorum(known, added, merge), ...added.by],
    never: union<Who>(known.never, added.never),
    asks: union(known.asks, added.asks),
    deputy: known.deputy && added.deputy,
    opens: [...known.opens, ...added.opens],
    does: union(known.does, added.does),
    tell: [...known.tell, ...added.tell],
    ...(seal ? { seal } : {}),
  });
}

/** `quorum:` without a `by` asks more of the groups that are there. */
function tighterQuorum(known: Action, added: Action, merge: RecordMerge): Action['by'] {
  const quorum = entry(merge.origins.get(added), 'quorum');
  if (!quorum || added.by.length > 0 || quorum.kind !== 'scalar') return known.by;
  const wanted = quorum.value === 'all' ? 'all' : Number(quorum.value);
  const size = (of: number | 'all'): number => (of === 'all' ? Number.POSITIVE_INFINITY : of);
  if (known.by.some((group) => size(group.quorum) > size(wanted)))
    refuseRemoval(merge, quorum.at, changed('動作', 'action', added.name, 'quorum'));
  return known.by.map((group) => ({ ...group, quorum: size(group.quorum) > size(wanted) ? group.quorum : wanted }));
}

function coversSeal(known: string[], added: string[] | undefined): boolean {
  if (!added) return false;
  return added.includes('*') || known.every((section) => added.includes(section));
}

/** A later pack may guard more actions, cite more clauses, forbid waiving; what the gate asks stays. */
function sameGate(known: Gate, added: Gate, merge: RecordMerge): Gate {
  const { origins } = merge;
  if (strangers(merge, known, added)) {
    clash(merge, added, known, { zh: '關卡', en: 'gate' }, added.name);
    return known;
  }
  for (const key of ['holds', 'each', 'when', 'unique', 'while', 'advises'] as const)
    if (said(origins, added, key) && !sameSource(known[key], added[key]))
      refuseRemoval(merge, placeOf(origins, added, key), changed('關卡', 'gate', added.name, key));
  const fix = added.fix ?? known.fix;
  const loosens = said(origins, added, 'waive') && known.waive === 'never' && added.waive !== 'never';
  if (loosens) refuseRemoval(merge, placeOf(origins, added, 'waive'), changed('關卡', 'gate', added.name, 'waive'));
  return keepOrigin(merge, known, {
    ...known,
    guards: union(known.guards, added.guards),
    clauses: union(known.clauses, added.clauses),
    label: labelled(added.label) ? added.label : known.label,
    ...optionalTitle(added.title ?? known.title),
    waive: added.waive === 'never' ? 'never' : known.waive,
    ...(fix ? { fix } : {}),
  });
}

const optionalTitle = (title: Gate['title']) => (title ? { title } : {});

function sameSet(known: Query, added: Query, name: string, declared: Declared, merge: RecordMerge): Query {
  if (known.source !== added.source) {
    const at = placeOf(merge.origins, added);
    const message = { zh: `集合 ${name} 與既有的不同`, en: `set ${name} differs from the one that exists` };
    merge.report('clash', at, message, { zh: '改名', en: `rename it in ${declared.pack}` });
  }
  return known;
}

function sameSection(known: Section, added: Section, merge: RecordMerge): Section {
  for (const key of ['filled', 'when'] as const)
    if (said(merge.origins, added, key) && !sameSource(written(known[key]), written(added[key])))
      refuseRemoval(merge, placeOf(merge.origins, added, key), changed('區段', 'section', added.name, key));
  const see = known.see && added.see ? narrower(known.see, added.see) : (added.see ?? known.see);
  return keepOrigin(merge, known, {
    ...known,
    label: labelled(added.label) ? added.label : known.label,
    fields: union(known.fields, added.fields),
    ...(see ? { see } : {}),
  });
}

/** Without the pack that wrote it: the same words are the same. */
const written = (of: unknown): unknown =>
  JSON.parse(JSON.stringify(of ?? null, (key, value: unknown) => (key === 'pack' ? undefined : value)));

/**
 * Whoever both let read; when nobody remains, the first pack's readers stay. Open to all staff is what both open; what one opens where the
 * other names nobody, too; never what the other keeps to readers it names.
 */
function narrower(known: See, added: See): See {
  const by = known.by && added.by ? readersOf(known.by, added.by) : (known.by ?? added.by);
  const keeps = [known, added].some((see) => see.by && !see.staff);
  const staff = known.staff && added.staff ? bothOf(known.staff, added.staff) : (known.staff ?? added.staff);
  return { ...(by ? { by } : {}), ...(staff && !keeps ? { staff } : {}), logged: known.logged || added.logged };
}

function readersOf(known: Who[], added: Who[]): Who[] {
  const both = known.filter((who) => added.some((other) => sameSource(who, other)));
  return both.length > 0 ? both : known;
}

const bothOf = (known: Query[], added: Query[]): Query[] => [
  ...known,
  ...added.filter(({ source }) => !known.some((one) => one.source === source)),
];
