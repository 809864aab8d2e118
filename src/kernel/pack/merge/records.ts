import { type Origins, placeOf } from '../build/build.ts';
import type { Declared } from '../build/record.ts';
import { type Report, suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Field, RecordType } from '../types.ts';
import { kindOf } from './kind.ts';
import type { Sayings } from './read.ts';
import { tighten } from './tighten.ts';

export type RecordMerge = {
  report: Report;
  origins: Origins;
  buildsOn(pack: string, on: string): boolean;
};

/** For the types of a replaced pack, building on it is building on its stand-in; for nothing else. */
type StandingIn = { builtThrough: RecordMerge['buildsOn']; replaced: Set<string> };

/** Every record type of the adopted packs: new ones, kinds of others, and those several packs tighten together. */
export function mergeRecords(
  packs: Sayings[],
  { builtThrough, replaced, ...plain }: RecordMerge & StandingIn,
): Record<string, RecordType> {
  const types: Record<string, RecordType> = {};
  const waiting = packs.flatMap((pack) => pack.records);
  const names = new Set(waiting.map((declared) => declared.type.name));
  for (const declared of extendedFirst(waiting)) {
    const through = replaced.has(declared.type.name) || replaced.has(declared.extends ?? '');
    const merge = through ? { ...plain, buildsOn: builtThrough } : plain;
    const merged = mergeOne(declared, types, names, merge);
    if (merged) types[declared.type.name] = merged;
  }
  return types;
}

/** Within a pack, files stand in any order: what another file of the pack extends goes before it. */
function extendedFirst(all: Declared[]): Declared[] {
  const done = new Set<Declared>();
  const ordered: Declared[] = [];
  const visit = (declared: Declared): void => {
    if (done.has(declared)) return;
    done.add(declared);
    const base = declared.extends;
    if (base && base !== declared.type.name)
      for (const other of all)
        if (other.type.name === base && (other.pack === declared.pack || !other.extends)) visit(other);
    ordered.push(declared);
  };
  for (const declared of all) visit(declared);
  return ordered;
}

function mergeOne(
  declared: Declared,
  types: Record<string, RecordType>,
  names: Set<string>,
  merge: RecordMerge,
): RecordType | undefined {
  const { type } = declared;
  const known = own(types, type.name);
  if (declared.extends === undefined) {
    if (!known) return fresh(declared, merge);
    clashOfTypes(declared, known, merge);
    return undefined;
  }
  const base = own(types, declared.extends);
  if (!base) {
    const message = { zh: `沒有 "${declared.extends}" 可延伸`, en: `there is no "${declared.extends}" to extend` };
    const others = [...names].filter((name) => name !== type.name || names.size === 1);
    merge.report(
      'unknown-name',
      placeOf(merge.origins, type, 'extends'),
      message,
      suggestion(declared.extends, others),
    );
    return declared.extends === type.name ? fresh(declared, merge) : undefined;
  }
  if (declared.extends === type.name) return tighten(base, declared, merge);
  return known ? tighten(known, declared, merge) : kindOf(base, declared, merge);
}

function clashOfTypes(declared: Declared, known: RecordType, merge: RecordMerge): void {
  const name = declared.type.name;
  const others = known.packs.join(', ');
  merge.report(
    'clash',
    placeOf(merge.origins, declared.type, 'record'),
    {
      zh: `${others} 與 ${declared.pack} 都宣告表單 ${name}`,
      en: `${others} and ${declared.pack} both declare record ${name}`,
    },
    { zh: `寫 extends: ${name}，或改名`, en: `say extends: ${name}, or rename it` },
  );
}

/** A type nobody declared before: with the fields every record has. */
function fresh(declared: Declared, merge: RecordMerge): RecordType {
  const { type } = declared;
  for (const dropped of declared.dropped) nothingToDrop(dropped, merge);
  const merged: RecordType = { ...type, fields: { ...baseFields(), ...type.fields } };
  const origin = merge.origins.get(type);
  if (origin) merge.origins.set(merged, origin);
  return merged;
}

function nothingToDrop(dropped: Declared['dropped'][number], merge: RecordMerge): void {
  const message = { zh: `${dropped.name} 沒有內容`, en: `${dropped.name} says nothing` };
  merge.report('yaml-trap', dropped.at, message, { zh: '填內容或刪除', en: 'give it content or delete it' });
}

/** Every record has a reason, an opinion and a remark, asked for by acts; they belong to no printed section. */
function baseFields(): Record<string, Field> {
  const field = (name: string, zh: string, en: string): Field => ({
    name,
    section: '_base',
    label: { zh, en },
    type: { is: 'text' },
    lines: 3,
    personal: false,
    required: [],
    clauses: [],
    pack: 'base',
  });
  return {
    reason: field('reason', '理由', 'Reason'),
    opinion: field('opinion', '意見', 'Opinion'),
    remark: field('remark', '備註', 'Remark'),
  };
}
