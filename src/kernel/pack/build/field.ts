import { suggestion } from '../diagnostics.ts';
import { FIELD_TYPES } from '../language/constructs.ts';
import type { Field, ScalarType, ValueType } from '../types.ts';
import { entries, entry, type Item, several, written } from '../yaml.ts';
import { expression, isTrue, labelOf, mark, numberOf, optional, wordOf, words } from './build.ts';
import type { RecordBuild } from './record.ts';
import { queryOf } from './which.ts';

/**
 * A field or a table's column. A computed field without a type gets it from its expression, and one that another pack
 * declares keeps that pack's; whether any remains without is looked at after the merge.
 */
export function fieldOf(build: RecordBuild, name: string, section: string, item: Item): Field {
  return mark(
    build,
    {
      name,
      section,
      label: mark(build, labelOf(item), item),
      ...optional('help', helpOf(build, entry(item, 'help'))),
      type: typeOf(build, item),
      ...optional('lines', numberOf(entry(item, 'lines'))),
      personal: isTrue(entry(item, 'personal')),
      ...optional('stays', isTrue(entry(item, 'stays')) || undefined),
      ...optional('badge', isTrue(entry(item, 'badge')) || undefined),
      required: requiredOf(entry(item, 'required')),
      clauses: words(entry(item, 'clause')),
      ...optional('when', expression(build, entry(item, 'when'))),
      ...optional('is', expression(build, entry(item, 'is'))),
      ...optional('from', queryOf(build, entry(item, 'from'))),
      ...optional('at', wordOf(entry(item, 'at'))),
      ...optional('min', numberOf(entry(item, 'min'))),
      ...optional('max', numberOf(entry(item, 'max'))),
      pack: build.pack,
    },
    item,
  );
}

const helpOf = (build: RecordBuild, item: Item | undefined) => item && mark(build, labelOf(item), item);

/** `true` means always: at opening and at every save as well. */
function requiredOf(item: Item | undefined): string[] {
  if (item?.kind === 'scalar' && item.value === true) return ['*'];
  return several(item)
    .map((each) => (each.kind === 'scalar' && typeof each.value === 'string' ? each.value : undefined))
    .filter((word) => word !== undefined);
}

function typeOf(build: RecordBuild, item: Item): ValueType {
  const type = entry(item, 'type');
  const is = written(type);
  if (is === undefined) return entry(item, 'columns') ? valueType(build, 'table', item) : { is: 'any' };
  if (!(FIELD_TYPES as readonly string[]).includes(is)) {
    const message = { zh: `沒有 "${is}" 這種欄位`, en: `"${is}" is no field type` };
    build.report('unknown-name', type!.at, message, suggestion(is, FIELD_TYPES));
    return { is: 'any' };
  }
  return valueType(build, is, item);
}

/** The type a field, a column or a list's column states with `type`, `of`, `to`, `unit`, `columns`, `slots`. */
export function valueType(build: RecordBuild, is: string, item: Item): ValueType {
  switch (is) {
    case 'choice':
    case 'choices':
      return { is, of: (wordOf(entry(item, 'of')) ?? '').replace(/^lists\./, '') };
    case 'ref':
    case 'refs':
      return { is, to: wordOf(entry(item, 'to')) ?? '' };
    case 'files':
      return { is, ...optional('slots', queryOf(build, entry(item, 'slots'))) };
    case 'table':
      return { is, columns: columnsOf(build, entry(item, 'columns')) };
    default:
      return { is: is as ScalarType, ...optional('unit', wordOf(entry(item, 'unit'))) };
  }
}

function columnsOf(build: RecordBuild, item: Item | undefined): Record<string, Field> {
  return Object.fromEntries(entries(item).map((each) => [each.key, fieldOf(build, each.key, '', each.value)]));
}
