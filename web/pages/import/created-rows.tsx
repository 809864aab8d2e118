import { useQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { say, t } from '../../language.ts';
import { Card, Pill, Refusals, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';
import { createdRows, type Draft, type Judged, type Row, setCell, uncreate } from './draft.ts';

type Props = { draft: Draft; judged: Judged[]; onChange(draft: Draft): void };

/** Records the rows refer to and no register has yet: entered before them, by the same signature. */
export function CreatedRows({ draft, judged, onChange }: Props) {
  const rows = createdRows(draft);
  if (rows.length === 0) return null;
  return (
    <Card title={t('intake.created', { count: rows.length })}>
      <ul className="created-rows">
        {rows.map((row) => (
          <Created
            key={row.id}
            row={row}
            judged={judged.find(({ id }) => id === row.id)}
            onCell={(field, written) => onChange(setCell(draft, row.id, field, written))}
            onRemove={() => onChange(uncreate(draft, row.id))}
          />
        ))}
      </ul>
    </Card>
  );
}

type CreatedProps = {
  row: Row;
  judged: Judged | undefined;
  onCell(field: string, written: string): void;
  onRemove(): void;
};

function Created({ row, judged, onCell, onRemove }: CreatedProps) {
  const type = useQuery({ queryKey: ['type', row.type], queryFn: () => api.types.get({ type: row.type }) });
  const asked = new Set(judged?.refused.map((one) => one.field ?? one.fix?.go?.replace('field.', '')));
  const fields = (type.data?.sections ?? [])
    .flatMap((section) => section.fields)
    .filter(
      (field) => !field.computed && (field.required.length > 0 || asked.has(field.name) || row.cells[field.name]),
    );
  return (
    <li>
      <div className="row">
        <strong>{type.data ? say(type.data.label) : row.type}</strong>
        <Pill tone={judged?.outcome === 'refused' ? 'bad' : 'info'}>
          {t(`intake.outcomes.${judged?.outcome ?? 'new'}`)}
        </Pill>
        <Button look="quiet" onPress={onRemove}>
          {t('intake.uncreate')}
        </Button>
      </div>
      {type.isPending && <Skeleton lines={2} />}
      <div className="created-fields">
        {fields.map((field) => {
          const options =
            field.type === 'yes_no'
              ? YES_NO
              : field.options?.map(({ label }) => ({ value: label.zh, label: say(label) }));
          const props = {
            label: say(field.label),
            layout: 'stacked' as const,
            must: field.required.length > 0,
            value: row.cells[field.name] ?? '',
          };
          const change = (written: string) => onCell(field.name, written);
          return options ? (
            <SelectControl key={field.name} {...props} options={options} onChange={change} />
          ) : (
            <TextControl key={field.name} {...props} onChange={change} />
          );
        })}
      </div>
      {judged && judged.refused.length > 0 && <Refusals list={judged.refused} />}
    </li>
  );
}

const YES_NO = [
  { value: '是', label: '是 Yes' },
  { value: '否', label: '否 No' },
];
