import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Value } from '../../../src/kernel/engine/types.ts';
import type { FieldView, ListPage, ListQuery } from '../../../src/runtime/views.ts';
import { say, t } from '../../language.ts';
import { typeQuery } from '../../queries.ts';
import { FieldControl } from '../../record/control.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';

type Filter = NonNullable<ListQuery['filters']>[number];
type Props = { type: string; columns: ListPage['columns']; onAdd(filter: Filter): void; onClose(): void };
const ranged = ['date', 'moment', 'number'];
const unfiltered = ['table', 'files', 'refs', 'choices', 'period'];

/** One condition on one column, its value given with the field's own control: a choice chosen, a reference looked up. */
export function AddFilter({ type, columns, onAdd, onClose }: Props) {
  const sections = useQuery(typeQuery(type)).data?.sections ?? [];
  const offered = columns.filter((column) => !unfiltered.includes(column.type));
  const [name, setName] = useState(offered[0]?.field ?? '');
  const [op, setOp] = useState<Filter['op']>('is');
  const [value, setValue] = useState<Value>('');
  const [names, setNames] = useState<Record<string, string>>({});
  const column = offered.find((each) => each.field === name);
  const declared = sections.flatMap((section) => section.fields).find((field) => field.name === name);
  if (!column) return null;
  const field: FieldView = {
    ...(declared ?? bare(column)),
    label: { zh: t('list.value'), en: t('list.value') },
    lines: 1,
  };
  const isRanged = ranged.includes(column.type);
  return (
    <Dialog title={t('list.filter')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (value === '') return;
          onAdd({ field: name, op: isRanged ? op : 'is', value: String(value) });
          onClose();
        }}
      >
        <SelectControl
          label={t('list.field')}
          layout="stacked"
          value={name}
          options={offered.map((each) => ({ value: each.field, label: say(each.label) }))}
          onChange={(to) => {
            setName(to);
            setValue('');
          }}
        />
        {isRanged && (
          <SelectControl
            label={t('list.op')}
            layout="stacked"
            value={op}
            options={(['is', 'from', 'until'] as const).map((each) => ({ value: each, label: t(`list.op_${each}`) }))}
            onChange={(to) => setOp(to as Filter['op'])}
          />
        )}
        <FieldControl
          key={name}
          field={field}
          value={value}
          names={names}
          layout="stacked"
          idPrefix="filter"
          onChange={(to, named) => {
            setValue(to);
            if (named) setNames({ ...names, [named[0]]: named[1] });
          }}
        />
        <div className="actions">
          <Button look="go" type="submit" why={value === '' ? t('list.valueFirst') : undefined}>
            {t('list.apply')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

const bare = (column: ListPage['columns'][number]): FieldView => ({
  name: column.field,
  label: column.label,
  type: column.type,
  required: [],
  computed: false,
  personal: false,
  hidden: false,
  clauses: [],
});
