import { useState } from 'react';
import { say, t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';
import { addColumn, type Checked, type Draft } from './draft.ts';

/** What the spreadsheet has no column for, the same in every row: 使用階段 for forty hosts at once. */
export function AddColumn({
  draft,
  checked,
  onChange,
}: {
  draft: Draft;
  checked: Checked;
  onChange(draft: Draft): void;
}) {
  const mapping = draft.mapping ?? checked.mapping;
  const taken = new Set(Object.values(mapping));
  const wanted = new Set(
    checked.rows.flatMap(({ refused }) => refused.map((one) => one.field ?? one.fix?.go?.replace('field.', ''))),
  );
  const free = checked.fields
    .filter(({ name }) => !taken.has(name))
    .toSorted((a, b) => Number(wanted.has(b.name)) - Number(wanted.has(a.name)));
  const [field, setField] = useState('');
  const [written, setWritten] = useState('');
  if (free.length === 0) return null;
  const chosen = free.find(({ name }) => name === field);
  const add = () => {
    if (!chosen) return;
    onChange(addColumn(draft, mapping, { name: chosen.name, label: say(chosen.label) }, written));
    setField('');
    setWritten('');
  };
  return (
    <fieldset className="add-column">
      <legend>{t('intake.addColumn')}</legend>
      <SelectControl
        label={t('intake.addField')}
        layout="stacked"
        value={field}
        options={free.map((one) => ({
          value: one.name,
          label: `${say(one.label)}${wanted.has(one.name) ? ' ＊' : ''}`,
        }))}
        onChange={setField}
      />
      {chosen?.options ? (
        <SelectControl
          label={t('intake.addText')}
          layout="stacked"
          value={written}
          options={chosen.options.map(({ label }) => ({ value: label.zh, label: say(label) }))}
          onChange={setWritten}
        />
      ) : (
        <TextControl label={t('intake.addText')} layout="stacked" value={written} onChange={setWritten} />
      )}
      <Button why={chosen && written.trim() !== '' ? undefined : t('intake.addFirst')} onPress={add}>
        {t('intake.add')}
      </Button>
    </fieldset>
  );
}
