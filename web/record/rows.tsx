import './rows.css';
import type { Row, Value } from '../../src/kernel/engine/types.ts';
import type { FieldView } from '../../src/runtime/views.ts';
import { newCommandId } from '../api.ts';
import { say, t } from '../language.ts';
import { Button } from '../ui/button.tsx';
import type { ControlProps } from '../ui/field.tsx';
import { Icon } from '../ui/icons.tsx';
import { FieldControl, type Setter } from './control.tsx';
import { FieldValue } from './value.tsx';

type Props = ControlProps & { field: FieldView; rows: Row[]; names: Record<string, string>; onChange: Setter };

/** A table field: cells edited in place, each row a card on the phone. Rows drawn from a list are answered, not added. */
export function RowsControl({ field, rows, names, onChange, label, must, wrong, help, id }: Props) {
  const columns = field.columns?.filter((column) => !column.hidden) ?? [];
  const put = (next: Row[], named?: [string, string]) => onChange(next as unknown as Value, named);
  const edit = (row: Row, column: string, value: Value, named?: [string, string]) =>
    put(
      rows.map((each) => (each.id === row.id ? { ...each, [column]: value } : each)),
      named,
    );
  return (
    <fieldset className="field wide editing" id={id} aria-label={label}>
      <span className="label">
        {label}
        {must && <span className="must">＊</span>}
        {wrong && <span className="wrong">　{wrong}</span>}
      </span>
      {help && <span className="help">{help}</span>}
      <div className="rows">
        {rows.map((row, place) => (
          <RowCard
            key={row.id}
            row={row}
            place={place}
            columns={columns}
            names={names}
            onEdit={(column, value, named) => edit(row, column, value, named)}
            onRemove={field.drawn ? undefined : () => put(rows.filter((each) => each.id !== row.id))}
          />
        ))}
        {rows.length === 0 && <p className="faint">{field.drawn ? t('rows.noneDrawn') : t('rows.none')}</p>}
      </div>
      {!field.drawn && (
        <div>
          <Button look="quiet" onPress={() => put([...rows, { id: newCommandId().slice(0, 8) }])}>
            <Icon name="plus" size={15} />
            {t('rows.add')}
          </Button>
        </div>
      )}
    </fieldset>
  );
}

type CardProps = {
  row: Row;
  place: number;
  columns: FieldView[];
  names: Record<string, string>;
  onEdit(column: string, value: Value, named?: [string, string]): void;
  onRemove: (() => void) | undefined;
};

function RowCard({ row, place, columns, names, onEdit, onRemove }: CardProps) {
  const title = row.source
    ? (names[row.source] ?? row.source) || t('record.notForYou')
    : t('rows.number', { number: place + 1 });
  return (
    <section className="row-card" aria-label={title}>
      <header>
        <span>{title}</span>
        {onRemove && (
          <Button look="icon" aria-label={t('rows.remove', { row: title })} onPress={onRemove}>
            <Icon name="trash" size={15} />
          </Button>
        )}
      </header>
      <div className="row-cells">
        {columns.map((column) =>
          column.computed ? (
            <div key={column.name} className="cell">
              <span className="cell-label">{say(column.label)}</span>
              <FieldValue field={column} value={row[column.name]} names={names} />
            </div>
          ) : (
            <div key={column.name} className={`cell ${column.type}`}>
              <FieldControl
                field={column}
                value={row[column.name]}
                names={names}
                layout="stacked"
                idPrefix={row.id}
                must={column.required.length > 0}
                onChange={(value, named) => onEdit(column.name, value, named)}
              />
            </div>
          ),
        )}
      </div>
    </section>
  );
}
