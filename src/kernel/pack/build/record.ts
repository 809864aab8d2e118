import type { Action, Field, Gate, Position, RecordType, Section, State } from '../types.ts';
import { type Entry, entries, entry, type Item, written } from '../yaml.ts';
import { type Build, expression, isTrue, labelIfAny, labelOf, mark, optional, wordOf, words } from './build.ts';
import { fieldOf } from './field.ts';
import { effectsOf, latesOf, openingsOf, tellsOf } from './follow.ts';
import { timeOf } from './time.ts';
import { type Draws, queryOf } from './which.ts';
import { groupOf, whoOf, whosOf } from './who.ts';

export type RecordBuild = Build & { draws: Draws };

/** One pack's file about one record type, in normal form but holding only what that file says. */
export type Declared = {
  type: RecordType;
  extends?: string;
  at: Position;
  item: Item;
  pack: string;
  /** Members named without a value: an attempt to take them away. */
  dropped: { what: string; name: string; at: Position }[];
};

export function recordOf(build: RecordBuild, item: Item): Declared {
  const dropped: Declared['dropped'] = [];
  const kept = (what: string) =>
    entries(entry(item, what)).filter((each) => {
      if (each.value.kind !== 'scalar' || each.value.value !== null) return true;
      dropped.push({ what, name: each.key, at: each.at });
      return false;
    });
  const sections = entries(entry(item, 'sections'));
  const fields = Object.fromEntries(sections.flatMap((section) => fieldsOf(build, section, dropped)));
  const type: RecordType = mark(
    build,
    {
      name: written(entry(item, 'record')) ?? '',
      label: mark(build, labelOf(item), item),
      kinds: [],
      packs: [build.pack],
      clauses: words(entry(item, 'clause')),
      ...optional('number', wordOf(entry(item, 'number'))),
      sections: Object.fromEntries(sections.map((each) => [each.key, sectionOf(build, each)])),
      fields,
      flow: Object.fromEntries(kept('flow').map((each) => [each.key, stateOf(build, each)])),
      actions: Object.fromEntries(kept('actions').map((each) => [each.key, actionOf(build, each)])),
      gates: Object.fromEntries(kept('gates').map((each) => [each.key, gateOf(build, each)])),
      sets: Object.fromEntries(
        kept('sets').flatMap((each) => {
          const query = queryOf(build, each.value);
          return query ? [[each.key, query]] : [];
        }),
      ),
      ...optional('versioned', wordOf(entry(item, 'versioned'))),
      ...optional('see', seeOf(build, entry(item, 'see'))),
      ...optional('retention', retentionOf(build, entry(item, 'retention'))),
      ...optional('print', printOf(build, entry(item, 'print'))),
      role: 'form',
    },
    item,
  );
  return {
    type,
    ...optional('extends', wordOf(entry(item, 'extends'))),
    at: item.at,
    item,
    pack: build.pack,
    dropped,
  };
}

function fieldsOf(build: RecordBuild, section: Entry, dropped: Declared['dropped']): [string, Field][] {
  return entries(entry(section.value, 'fields')).flatMap((each): [string, Field][] => {
    if (each.value.kind !== 'scalar') return [[each.key, fieldOf(build, each.key, section.key, each.value)]];
    dropped.push({ what: 'fields', name: each.key, at: each.at });
    return [];
  });
}

function sectionOf(build: RecordBuild, { key, value }: Entry): Section {
  return mark(
    build,
    {
      name: key,
      label: mark(build, labelOf(value), value),
      filled: filledOf(build, entry(value, 'filled')),
      fields: entries(entry(value, 'fields'))
        .filter((each) => each.value.kind === 'map')
        .map((each) => each.key),
      ...optional('when', expression(build, entry(value, 'when'))),
      ...optional('see', seeOf(build, entry(value, 'see'))),
    },
    value,
  );
}

function filledOf(build: RecordBuild, item: Item | undefined): Section['filled'] {
  if (item?.kind !== 'map') return 'none';
  const group = groupOf(build, undefined, entry(item, 'by'));
  return { by: group ? [group] : [], in: words(entry(item, 'in')) };
}

function seeOf(build: RecordBuild, item: Item | undefined): RecordType['see'] {
  if (!item) return undefined;
  const by = entry(item, 'by');
  const staff = queryOf(build, entry(item, 'staff'));
  const read = { ...(by ? { by: whosOf(build, by) } : {}), ...(staff ? { staff: [staff] } : {}) };
  return mark(build, { ...read, logged: isTrue(entry(item, 'logged')) }, item);
}

function retentionOf(build: Build, item: Item | undefined): RecordType['retention'] {
  const keep = timeOf(build, entry(item, 'keep'));
  const from = expression(build, entry(item, 'from'));
  if (!item || !keep || !from) return undefined;
  return mark(
    build,
    {
      keep,
      from,
      ...optional('hold', expression(build, entry(item, 'hold'))),
      ...optional('dispose', whoOf(build, entry(item, 'dispose'))),
      clauses: words(entry(item, 'clause')),
    },
    item,
  );
}

/** `form: official` and a form named in one language are themselves in both. */
function printOf(build: Build, item: Item | undefined): RecordType['print'] {
  const form = entry(item, 'form');
  if (!item || !form) return undefined;
  const text = form.kind === 'map' ? labelOf(form) : { zh: written(form) ?? '', en: written(form) ?? '' };
  const when = expression(build, entry(item, 'when'));
  return mark(build, { form: mark(build, text, form), ...optional('when', when) }, item);
}

function stateOf(build: RecordBuild, { key, value }: Entry): State {
  const stage = entry(value, 'stage');
  return mark(
    build,
    {
      name: key,
      label: mark(build, labelOf(value), value),
      ...optional('stage', stage && mark(build, labelOf(stage), stage)),
      final: isTrue(entry(value, 'final')),
      initial: false,
      ...optional('due', timeOf(build, entry(value, 'due'))),
      late: latesOf(build, entry(value, 'late')),
      ...optional('gap', wordOf(entry(value, 'gap'))),
      ...optional('shows', wordOf(entry(value, 'shows'))),
      pack: build.pack,
    },
    value,
  );
}

/** `seal: true` is `['*']` until the flow is known. */
function sealOf(item: Item | undefined): string[] | undefined {
  if (!item) return undefined;
  if (item.kind === 'scalar' && typeof item.value === 'boolean') return item.value ? ['*'] : undefined;
  return words(item);
}

function actionOf(build: RecordBuild, { key, value }: Entry): Action {
  const by = groupOf(build, value, entry(value, 'by'));
  const clock = key !== 'open' && (by?.any.some((each) => each.who.kind === 'clock') ?? false);
  return mark(
    build,
    {
      name: key,
      label: mark(build, labelOf(value), value),
      clauses: words(entry(value, 'clause')),
      from: words(entry(value, 'from')),
      ...optional('to', wordOf(entry(value, 'to'))),
      by: by ? [by] : [],
      never: whosOf(build, entry(value, 'never')),
      asks: words(entry(value, 'asks')),
      ...optional('seal', sealOf(entry(value, 'seal'))),
      ...optional('when', expression(build, entry(value, 'when'))),
      deputy: wordOf(entry(value, 'deputy')) !== 'no',
      ...optional('emergency', emergencyOf(build, entry(value, 'emergency'))),
      opens: openingsOf(build, entry(value, 'opens')),
      does: effectsOf(build, entry(value, 'does')),
      tell: tellsOf(build, entry(value, 'tell')),
      clock,
      pack: build.pack,
    },
    value,
  );
}

function emergencyOf(build: Build, item: Item | undefined): Action['emergency'] {
  const due = timeOf(build, entry(item, 'due'));
  return item && due && mark(build, { owes: words(entry(item, 'owes')), due }, item);
}

function gateOf(build: RecordBuild, { key, value }: Entry): Gate {
  const fix = entry(value, 'fix');
  return mark(
    build,
    {
      name: key,
      ...optional('title', labelIfAny(build, entry(value, 'title'))),
      label: mark(build, labelOf(value), value),
      clauses: words(entry(value, 'clause')),
      guards: words(entry(value, 'guards')),
      ...optional('when', expression(build, entry(value, 'when'))),
      ...optional('each', queryOf(build, entry(value, 'each'))),
      ...optional('holds', expression(build, entry(value, 'holds'))),
      ...optional('unique', entry(value, 'unique') && words(entry(value, 'unique'))),
      ...optional('while', entry(value, 'while') && words(entry(value, 'while'))),
      advises: isTrue(entry(value, 'advises')),
      ...optional('fix', fix && { text: labelIfAny(build, fix) ?? mark(build, labelOf(fix), fix), ...goOf(fix) }),
      waive: waiveOf(build, entry(value, 'waive')),
      pack: build.pack,
      at: value.at,
    },
    value,
  );
}

const goOf = (item: Item) => optional('go', wordOf(entry(item, 'go')));

function waiveOf(build: Build, item: Item | undefined): Gate['waive'] {
  if (item?.kind !== 'map') return wordOf(item) === 'never' ? 'never' : 'exception';
  const group = groupOf(build, undefined, entry(item, 'by'));
  return mark(build, { by: group ? [group] : [], asks: words(entry(item, 'asks')) }, item);
}
