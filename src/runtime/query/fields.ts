import type { Definition, Expression, Field, RecordType, Section } from '../../kernel/pack/types.ts';
import type { FieldView, SectionView } from '../views.ts';

/** A declared field as a page draws it. `hidden` when its `when` does not hold for this record. */
export function fieldView(definition: Definition, field: Field, hidden: boolean): FieldView {
  const { type } = field;
  return {
    name: field.name,
    label: field.label,
    ...(field.help ? { help: field.help } : {}),
    type: type.is,
    ...('unit' in type && type.unit ? { unit: type.unit } : {}),
    ...(field.lines ? { lines: field.lines } : {}),
    ...('to' in type ? { to: type.to } : {}),
    ...options(definition, field),
    ...slots(definition, field),
    ...(type.is === 'table'
      ? { columns: Object.values(type.columns).map((column) => fieldView(definition, column, false)) }
      : {}),
    ...(field.from ? { drawn: true } : {}),
    required: field.required,
    computed: field.is !== undefined,
    personal: field.personal,
    hidden,
    clauses: field.clauses,
  };
}

/** What a choice may be, in words; empty for any other field. */
export function options(definition: Definition, field: Field): Pick<FieldView, 'options'> {
  if (field.type.is !== 'choice' && field.type.is !== 'choices') return {};
  const list = definition.lists[field.type.of];
  return { options: Object.entries(list?.rows ?? {}).map(([value, row]) => ({ value, label: row.label })) };
}

function slots(definition: Definition, field: Field): Pick<FieldView, 'slots'> {
  if (field.type.is !== 'files' || field.type.slots?.from.kind !== 'list') return {};
  const list = definition.lists[field.type.slots.from.list];
  return { slots: Object.entries(list?.rows ?? {}).map(([id, row]) => ({ id, label: row.label })) };
}

/**
 * Sections of a type with their fields, for a record (or for opening one).
 * @param isShown whether a `when` holds
 * @param editable whether this viewer may write the section now, and why not
 */
export function sectionViews(
  definition: Definition,
  type: RecordType,
  isShown: (when: Expression | undefined) => boolean,
  editable: (section: Section) => boolean,
): SectionView[] {
  return Object.values(type.sections)
    .filter((section) => section.name !== '_base' && isShown(section.when))
    .map((section) => ({
      name: section.name,
      label: section.label,
      editable: editable(section),
      fields: section.fields.flatMap((name) => {
        const field = type.fields[name];
        return field ? [fieldView(definition, field, !isShown(field.when))] : [];
      }),
    }));
}
