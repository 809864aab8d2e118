import { useState } from 'react';
import { t } from '../../../language.ts';
import { Alert, Card, Pill } from '../../../ui/bits.tsx';
import { Button } from '../../../ui/button.tsx';
import { Switcher } from '../../../ui/tabs.tsx';
import { RowDialog } from './row-dialog.tsx';
import { changed, joined, type Row, settled, split, tooDeep } from './rows.ts';

type Props = { rows: Row[]; onChange(rows: Row[]): void };

/** Every clause as recognised; what is doubtful first, each to be corrected or found right. */
export function Review({ rows, onChange }: Props) {
  const [only, setOnly] = useState<'all' | 'doubt'>('all');
  const [editing, setEditing] = useState<number>();
  const deep = tooDeep(rows);
  const doubtful = rows.filter((row) => row.doubt || deep.has(row.id));
  const shown = only === 'doubt' ? doubtful : rows;
  const row = rows.find(({ id }) => id === editing);
  const set = (next: Row[]) => {
    onChange(next);
    setEditing(undefined);
  };
  return (
    <Card
      title={t('ownImport.clauses', { count: rows.length })}
      aside={
        <Switcher<'all' | 'doubt'>
          label={t('intake.show')}
          value={only}
          options={[
            { id: 'all', label: `${t('intake.all')} ${rows.length}` },
            { id: 'doubt', label: `${t('ownImport.doubtful')} ${doubtful.length}` },
          ]}
          onChange={setOnly}
        />
      }
    >
      {doubtful.length > 0 ? (
        <Alert tone="warn" action={<Button onPress={() => onChange(settled(rows))}>{t('ownImport.allRight')}</Button>}>
          {t('ownImport.doubtText', { count: doubtful.length })}
        </Alert>
      ) : (
        <Alert tone="ok">{t('ownImport.noDoubt')}</Alert>
      )}
      <ol className="recognised">
        {shown.map((each) => (
          <RecognisedRow
            key={each.id}
            row={each}
            deep={deep.has(each.id)}
            onEdit={() => setEditing(each.id)}
            onRight={() => onChange(settled(rows, each.id))}
          />
        ))}
      </ol>
      {row && (
        <RowDialog
          key={row.id}
          row={row}
          first={rows[0]?.id === row.id}
          onSave={(to) => set(settled(changed(rows, row.id, to), row.id))}
          onJoin={() => set(joined(rows, row.id))}
          onSplit={(line) => set(split(rows, row.id, line))}
          onClose={() => setEditing(undefined)}
        />
      )}
    </Card>
  );
}

function RecognisedRow({ row, deep, onEdit, onRight }: { row: Row; deep: boolean; onEdit(): void; onRight(): void }) {
  const name = row.number || t('ownImport.noNumber');
  return (
    <li
      className={row.doubt || deep ? 'doubtful' : ''}
      style={{ paddingInlineStart: `${12 + Math.min(6, row.level) * 16}px` }}
    >
      <span className="clause-number">{name}</span>
      <span className={row.heading ? 'words title' : 'words'}>
        {row.text || <span className="faint">{t('own.noWords')}</span>}
      </span>
      <span className="marks">
        {row.heading && <Pill>{t('ownImport.title')}</Pill>}
        {deep && <Pill tone="bad">{t('ownImport.tooDeep')}</Pill>}
        {row.doubt && <Pill tone="warn">{t(`ownImport.doubt_${row.doubt}`)}</Pill>}
        {row.doubt && (
          <Button look="quiet" aria-label={t('ownImport.rightOf', { number: name })} onPress={onRight}>
            {t('ownImport.right')}
          </Button>
        )}
        <Button look="quiet" aria-label={t('ownImport.correctOf', { number: name })} onPress={onEdit}>
          {t('ownImport.edit')}
        </Button>
      </span>
    </li>
  );
}
