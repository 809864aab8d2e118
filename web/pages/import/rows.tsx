import { useState } from 'react';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { type Checked, type Draft, type Judged, tableRows } from './draft.ts';
import { ListRow } from './list-row.tsx';

const PAGE = 50;
type Shown = Judged['outcome'] | 'all';

/** Every row of the spreadsheet with what will become of it; those with problems come first, with what settles them. */
export function Rows({ draft, checked, onChange }: { draft: Draft; checked: Checked; onChange(draft: Draft): void }) {
  const judged = new Map(checked.rows.map((row) => [row.id, row]));
  const rows = tableRows(draft);
  const [only, setOnly] = useState<Shown>('all');
  const [count, setCount] = useState(PAGE);
  const outcomeOf = (id: string) => judged.get(id)?.outcome ?? 'new';
  const found = (['refused', 'new', 'left'] as const).filter((outcome) =>
    rows.some(({ id }) => outcomeOf(id) === outcome),
  );
  const shown = rows.filter(({ id }) => only === 'all' || outcomeOf(id) === only);
  const columns = Object.entries(draft.mapping ?? checked.mapping).map(([heading, name]) => ({
    heading,
    field: checked.fields.find((field) => field.name === name),
  }));
  return (
    <>
      {found.length > 1 && (
        <Switcher<Shown>
          label={t('intake.show')}
          value={only}
          options={[
            { id: 'all', label: `${t('intake.all')} ${rows.length}` },
            ...found.map((outcome) => ({
              id: outcome,
              label: `${t(`intake.outcomes.${outcome}`)} ${rows.filter(({ id }) => outcomeOf(id) === outcome).length}`,
            })),
          ]}
          onChange={(to) => {
            setOnly(to);
            setCount(PAGE);
          }}
        />
      )}
      <ul className="list-rows">
        {shown.slice(0, count).map((row) => (
          <ListRow
            key={row.id}
            row={row}
            judged={judged.get(row.id)}
            columns={columns}
            draft={draft}
            onChange={onChange}
          />
        ))}
      </ul>
      {shown.length > count && (
        <Button look="quiet" onPress={() => setCount(count + PAGE)}>
          {t('record.courseMore', { count: Math.min(PAGE, shown.length - count) })}
        </Button>
      )}
    </>
  );
}
