import { sql } from 'kysely';
import { closedSections, type Opening, sectionOpening } from '../../kernel/engine/reading.ts';
import type { RecordState } from '../../kernel/engine/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { Look } from './look.ts';
import { confinedTo } from './outside.ts';
import { inParts, type Reader, reachIn } from './reading.ts';

/**
 * Sections whose own `see` leaves somebody out who reads the record (decision 0172). For them such a section is not there: neither its
 * fields nor what changed in them, on the page, on paper, in lists, exports and files alike.
 */

/** Of one record: the fields of sections this viewer may not see. Nobody pays for it whose type closes none. */
export async function closedFields(look: Reader, state: RecordState, type: RecordType): Promise<Set<string>> {
  const sections = sectionsOf(look, type);
  if (sections.length === 0) return new Set();
  const asked = sections.map((section) => ({ ...section, opening: openingIn(look, section.see) }));
  const unsure = asked.filter(({ opening }) => opening && !opening.all);
  const answers = unsure.map(({ opening }) => {
    const parts = inParts(state.type, opening!, true);
    return parts.length === 0 ? sql`false` : sql`coalesce(${sql.join(parts, sql` or `)}, false)`;
  });
  const open = new Set(asked.filter(({ opening }) => opening?.all).map(({ name }) => name));
  if (unsure.length > 0) {
    const found = await sql<{ open: boolean[] }>`select array[${sql.join(answers)}]::boolean[] as open from record c
      where c.organisation = ${look.organisation} and c.id = ${state.id}`.execute(look.tx);
    unsure.forEach(({ name }, at) => {
      if (found.rows[0]?.open[at]) open.add(name);
    });
  }
  return new Set(sections.filter(({ name }) => !open.has(name)).flatMap(({ fields }) => fields));
}

/**
 * Of a type as lists, filters, orders and exports show it: without sections that are not open on every record, and without those whose
 * reading is to be on record, for a list is nobody's reading of one.
 */
export function asListed(look: Reader, type: RecordType): RecordType {
  const closed = closedSections(type).filter(({ see }) => see.logged || !openingIn(look, see)?.all);
  return withoutFields(type, new Set(closed.flatMap(({ fields }) => fields)));
}

/** A type without some fields; a section that loses all of its own is gone. */
export function withoutFields(type: RecordType, closed: ReadonlySet<string>): RecordType {
  if (closed.size === 0) return type;
  const sections = Object.entries(type.sections).map(([name, section]) => ({
    name,
    emptied: section.fields.length > 0 && section.fields.every((field) => closed.has(field)),
    section: { ...section, fields: section.fields.filter((field) => !closed.has(field)) },
  }));
  return {
    ...type,
    sections: Object.fromEntries(
      sections.filter(({ emptied }) => !emptied).map(({ name, section }) => [name, section]),
    ),
    fields: Object.fromEntries(Object.entries(type.fields).filter(([name]) => !closed.has(name))),
  };
}

/** A state as somebody sees it from whom some fields are kept: also in what was signed, corrected and asked for. */
export function withoutValues(state: RecordState, closed: ReadonlySet<string>): RecordState {
  if (closed.size === 0) return state;
  const open = <T extends object>(values: T): T =>
    Object.fromEntries(Object.entries(values).filter(([name]) => !closed.has(name))) as T;
  const corrected = <T extends { changes: object }>(one: T): T => ({ ...one, changes: open(one.changes) });
  return {
    ...state,
    values: open(state.values),
    seals: state.seals.map((seal) => ({ ...seal, content: open(seal.content) })),
    ...(state.corrections ? { corrections: state.corrections.map(corrected) } : {}),
    ...(state.proposals ? { proposals: state.proposals.map(corrected) } : {}),
  };
}

/** What the viewer sees of a record that is theirs to read. */
export async function shownOf<Found extends { state: RecordState; type: RecordType }>(
  look: Reader,
  found: Found,
): Promise<Found> {
  const closed = await closedFields(look, found.state, found.type);
  return { ...found, state: withoutValues(found.state, closed), type: withoutFields(found.type, closed) };
}

/** Those of the type it opened under and those of today: what is closed today was not opened by age. */
function sectionsOf(look: Reader, type: RecordType) {
  const today = look.context.definition.records[type.name];
  const own = today ? closedSections(today) : [];
  const former = closedSections(type).filter(({ name }) => !today?.sections[name]);
  return [...own, ...former].map((section) => ({
    ...section,
    fields: [...new Set([...section.fields, ...(type.sections[section.name]?.fields ?? [])])],
  }));
}

function openingIn(look: Reader, see: Parameters<typeof sectionOpening>[1]): Opening | undefined {
  const byAuditors = see.by?.some((who) => who.kind === 'role' && who.role === 'auditor') ?? true;
  if (confinedTo(look)) return { all: byAuditors, units: [], named: [], involved: false };
  const reach = reachIn(look);
  return reach && sectionOpening(reach, see);
}

/** Whether reading this record, or a section the viewer sees of it, is to be on record. */
export function isLogged(look: Pick<Look, 'context'>, shown: RecordType): boolean {
  const today = look.context.definition.records[shown.name] ?? shown;
  return [today.see, ...Object.keys(shown.sections).map((name) => today.sections[name]?.see)].some(
    (see) => see?.logged,
  );
}
