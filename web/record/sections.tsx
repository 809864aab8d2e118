import type { ReactNode } from 'react';
import type { Refusal } from '../../src/kernel/refusal.ts';
import type { FieldView, RecordView, SectionView } from '../../src/runtime/views.ts';
import { say, t } from '../language.ts';
import { Card, Pill } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { FieldRow } from '../ui/field.tsx';
import { ClauseLink } from '../ui/go.tsx';
import { FieldControl, type Setter } from './control.tsx';
import type { Draft } from './draft.ts';
import { FieldValue, inWords, isBlank } from './value.tsx';

type Editing = {
  draft: Draft;
  set(field: string): Setter;
  /** Fields somebody else changed meanwhile. */
  conflicts: string[];
  settle(field: string, whose: 'mine' | 'theirs'): void;
  refused: Refusal[];
  /** The next step, whose required fields are marked. */
  next: string | undefined;
};
type Props = {
  sections: SectionView[];
  values: RecordView['values'];
  names: Record<string, string>;
  editing?: Editing | undefined;
  /** What is said beside a field: that it was corrected. */
  note?: ((field: string) => ReactNode) | undefined;
};

/** The content: sections open to this person are controls in place, the others are read. */
export function Sections({ sections, values, names, editing, note }: Props) {
  return sections.map((section) => {
    const fields = section.fields.filter((field) => !field.hidden);
    const open = section.editable && editing !== undefined;
    if (fields.length === 0 || (!open && fields.every((field) => isBlank(values[field.name])))) return null;
    return (
      <Card
        key={section.name}
        title={say(section.label)}
        aside={!open && section.why && <span className="faint">{say(section.why)}</span>}
      >
        {fields.map((field) =>
          open && !field.computed ? (
            <EditedField key={field.name} field={field} values={values} names={names} editing={editing} />
          ) : (
            <FieldRow
              key={field.name}
              id={`field.${field.name}`}
              label={<FieldName field={field} />}
              wide={field.type === 'table' || field.type === 'rows'}
            >
              <FieldValue field={field} value={values[field.name]} names={names} />
              {note?.(field.name)}
            </FieldRow>
          ),
        )}
      </Card>
    );
  });
}

function EditedField({
  field,
  values,
  names,
  editing,
}: {
  field: FieldView;
  values: RecordView['values'];
  names: Record<string, string>;
  editing: Editing;
}) {
  const { draft, conflicts, refused, next } = editing;
  const wrong = refused.find((refusal) => refusal.field === field.name);
  return (
    <>
      <FieldControl
        field={field}
        value={field.name in draft.values ? draft.values[field.name] : values[field.name]}
        names={{ ...names, ...draft.names }}
        must={field.required.includes('*') || (next !== undefined && field.required.includes(next))}
        wrong={wrong && say(wrong.message)}
        onChange={editing.set(field.name)}
      />
      {conflicts.includes(field.name) && (
        <div className="alert warn" role="alert">
          <div>
            <strong>{t('conflict.both', { field: say(field.label) })}</strong>
            <div>{t('conflict.theirs', { value: inWords(field, values[field.name], names) })}</div>
            <div>
              {t('conflict.mine', { value: inWords(field, draft.values[field.name], { ...names, ...draft.names }) })}
            </div>
          </div>
          <span className="row">
            <Button onPress={() => editing.settle(field.name, 'theirs')}>{t('conflict.takeTheirs')}</Button>
            <Button onPress={() => editing.settle(field.name, 'mine')}>{t('conflict.keepMine')}</Button>
          </span>
        </div>
      )}
    </>
  );
}

function FieldName({ field }: { field: FieldView }) {
  return (
    <>
      {say(field.label)}
      {field.personal && (
        <span title={t('field.personal')}>
          {' '}
          <Pill tone="info">{t('field.personalShort')}</Pill>
        </span>
      )}
      {field.clauses.slice(0, 1).map((clause) => (
        <div key={clause}>
          <ClauseLink id={clause} />
        </div>
      ))}
    </>
  );
}
