import { said } from '../build/build.ts';
import type { Declared } from '../build/record.ts';
import type { Field, Gate, RecordType, Section } from '../types.ts';
import type { RecordMerge } from './records.ts';

/**
 * `extends` under a new name: the same register and print, its own life. A kind that declares a flow has that flow and
 * its own actions only; what it inherits is cut to the states and actions it has.
 */
export function kindOf(base: RecordType, declared: Declared, merge: RecordMerge): RecordType {
  const { type } = declared;
  const ownFlow = Object.keys(type.flow).length > 0;
  const merged: RecordType = {
    ...base,
    ...type,
    name: type.name,
    label: type.label,
    kinds: [base.name, ...base.kinds],
    packs: [...new Set([...base.packs, ...type.packs])],
    clauses: type.clauses,
    flow: ownFlow ? type.flow : base.flow,
    actions: ownFlow ? type.actions : { ...base.actions, ...type.actions },
    fields: {},
    sections: {},
    gates: {},
    sets: { ...base.sets, ...type.sets },
  };
  merged.gates = { ...inheritedGates(base, merged), ...type.gates };
  merged.fields = { ...inheritedFields(base, merged), ...type.fields };
  merged.sections = sectionsOf(base, type, merged, merge);
  const origin = merge.origins.get(type);
  if (origin) merge.origins.set(merged, origin);
  return merged;
}

const always = ['*', 'open', 'save'];
const has = (type: RecordType, action: string): boolean =>
  always.includes(action) || Object.hasOwn(type.actions, action);

function inheritedGates(base: RecordType, kind: RecordType): Record<string, Gate> {
  const kept = Object.values(base.gates)
    .map((gate) => ({ ...gate, guards: gate.guards.filter((action) => has(kind, action)) }))
    .filter((gate) => gate.guards.length > 0);
  return Object.fromEntries(kept.map((gate) => [gate.name, gate]));
}

function inheritedFields(base: RecordType, kind: RecordType): Record<string, Field> {
  const cut = (field: Field): Field => ({
    ...field,
    required: field.required.filter((action) => has(kind, action)),
    type:
      field.type.is === 'table'
        ? { ...field.type, columns: Object.fromEntries(Object.values(field.type.columns).map((c) => [c.name, cut(c)])) }
        : field.type,
  });
  return Object.fromEntries(Object.values(base.fields).map((field) => [field.name, cut(field)]));
}

/** Inherited sections are written in those of their states the kind has; where it has none of them, in its first state. */
function sectionsOf(base: RecordType, type: RecordType, kind: RecordType, merge: RecordMerge): Record<string, Section> {
  const mine = new Set(Object.values(type.sections).flatMap((section) => section.fields));
  const first = Object.keys(kind.flow)[0];
  const sections: Record<string, Section> = {};
  for (const section of Object.values(base.sections)) {
    const fields = section.fields.filter((name) => !mine.has(name));
    if (fields.length === 0 && !Object.hasOwn(type.sections, section.name)) continue;
    sections[section.name] = { ...section, fields, filled: inStatesOf(kind, section.filled, first) };
  }
  for (const section of Object.values(type.sections)) {
    const inherited = sections[section.name];
    const fields = [...(inherited?.fields ?? []), ...section.fields];
    const merged = { ...section, fields };
    if (inherited && !said(merge.origins, section, 'filled')) merged.filled = inherited.filled;
    if (inherited && !section.label.zh && !section.label.en) merged.label = inherited.label;
    const origin = merge.origins.get(section);
    if (origin) merge.origins.set(merged, origin);
    sections[section.name] = merged;
  }
  return sections;
}

function inStatesOf(kind: RecordType, filled: Section['filled'], first: string | undefined): Section['filled'] {
  if (filled === 'none') return 'none';
  const states = filled.in.filter((state) => Object.hasOwn(kind.flow, state));
  return { ...filled, in: states.length > 0 || !first ? states : [first] };
}
