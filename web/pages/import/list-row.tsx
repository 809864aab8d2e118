import { useState } from 'react';
import type { FieldView } from '../../../src/runtime/views.ts';
import { newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { persons, recordsOf, units } from '../../record/sources.ts';
import { Pill, Refusals, type Tone } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';
import { PickerControl } from '../../ui/picker.tsx';
import { create, type Draft, decide, type Judged, type Row, resolve, setCell, type Unknown } from './draft.ts';

const tones: Record<Judged['outcome'], Tone> = { new: 'ok', refused: 'bad', left: 'plain' };
type Column = { heading: string; field: FieldView | undefined };
type Props = { row: Row; judged: Judged | undefined; columns: Column[]; draft: Draft; onChange(draft: Draft): void };

/** One row: its cells, what is wrong, and what settles it. */
export function ListRow({ row, judged, columns, draft, onChange }: Props) {
  const [editing, setEditing] = useState(false);
  const outcome = judged?.outcome ?? 'new';
  const wrong = new Set(judged?.refused.map((one) => one.field ?? one.fix?.go?.replace('field.', '')));
  const open = (column: Column) => editing || (outcome === 'refused' && column.field && wrong.has(column.field.name));
  return (
    <li className="list-row" data-outcome={outcome}>
      <span className="line">{row.line}</span>
      <dl>
        {columns.map((column) => {
          const label = column.field ? say(column.field.label) : column.heading;
          return (
            <div key={column.heading}>
              <dt>{label}</dt>
              <dd>
                {open(column) ? (
                  <TextControl
                    label={`${label} ${row.line}`}
                    layout="bare"
                    value={row.cells[column.heading] ?? ''}
                    onChange={(written) => onChange(setCell(draft, row.id, column.heading, written))}
                  />
                ) : (
                  row.cells[column.heading] || <span className="faint">—</span>
                )}
              </dd>
            </div>
          );
        })}
      </dl>
      <div className="verdict">
        <Pill tone={tones[outcome]}>{t(`intake.outcomes.${outcome}`)}</Pill>
        <Button look="quiet" aria-pressed={editing} onPress={() => setEditing(!editing)}>
          {t(editing ? 'intake.editDone' : 'intake.edit')}
        </Button>
        {row.decided === 'out' ? (
          <Button look="quiet" onPress={() => onChange(decide(draft, row.id, undefined))}>
            {t('intake.takeIn')}
          </Button>
        ) : (
          <Button look="quiet" onPress={() => onChange(decide(draft, row.id, 'out'))}>
            {t('intake.leaveOut')}
          </Button>
        )}
      </div>
      {outcome === 'refused' && judged && (
        <div className="remedies">
          <Refusals list={judged.refused} />
          {judged.twin && (
            <Button onPress={() => onChange(decide(draft, row.id, 'anyway'))}>{t('intake.anyway')}</Button>
          )}
          {judged.unknown.map((unknown) => (
            <Settle key={`${unknown.field} ${unknown.written}`} unknown={unknown} draft={draft} onChange={onChange} />
          ))}
        </div>
      )}
    </li>
  );
}

type SettleProps = { unknown: Unknown; draft: Draft; onChange(draft: Draft): void };

/** A text that names nobody or several: those it may mean, a search, or the missing record created in the same list. */
function Settle({ unknown, draft, onChange }: SettleProps) {
  const source = unknown.of === 'person' ? persons : unknown.of === 'unit' ? units : recordsOf(unknown.type ?? 'any');
  const choose = (id: string, name: string) => onChange(resolve(draft, unknown, { id, name }));
  return (
    <div className="settle">
      <span>{t('intake.means', { written: unknown.written })}</span>
      {unknown.candidates.map(({ id, name, hint }) => (
        <Button key={id} onPress={() => choose(id, name)}>
          {name}
          {hint && <small> {hint}</small>}
        </Button>
      ))}
      <PickerControl
        label={t('intake.search', { written: unknown.written })}
        layout="bare"
        source={source}
        value=""
        name=""
        onChange={(id, name) => id && choose(id, name)}
      />
      {unknown.of === 'record' && unknown.type && unknown.type !== 'any' && (
        <Button onPress={() => onChange(create(draft, unknown, newCommandId()))}>
          {t('intake.create', { written: unknown.written })}
        </Button>
      )}
    </div>
  );
}
