import { useState } from 'react';
import type { Api } from '../../../src/http/contract.ts';
import { t } from '../../language.ts';
import { Pill, Refusals, type Tone } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Switcher } from '../../ui/tabs.tsx';

export type ImportRow = Awaited<ReturnType<Api['registers']['importPreview']>>['rows'][number];
type Outcome = ImportRow['outcome'];
const tones: Record<Outcome, Tone> = { new: 'info', changed: 'warn', same: 'plain', refused: 'bad' };
const PAGE = 100;

/** Every row of the file with what will become of it; the refused ones say why, with their line. */
export function ImportRows({ rows }: { rows: ImportRow[] }) {
  const [only, setOnly] = useState<Outcome | 'all'>('all');
  const [count, setCount] = useState(PAGE);
  const found = (['refused', 'new', 'changed', 'same'] as const).filter((outcome) =>
    rows.some((row) => row.outcome === outcome),
  );
  const shown = rows.filter((row) => only === 'all' || row.outcome === only);
  return (
    <>
      {found.length > 1 && (
        <Switcher<Outcome | 'all'>
          label={t('intake.show')}
          value={only}
          options={[
            { id: 'all', label: `${t('intake.all')} ${rows.length}` },
            ...found.map((outcome) => ({
              id: outcome,
              label: `${t(`counts.${outcome}`)} ${rows.filter((row) => row.outcome === outcome).length}`,
            })),
          ]}
          onChange={(to) => {
            setOnly(to);
            setCount(PAGE);
          }}
        />
      )}
      <div className="scroll-x">
        <table className="data cards import-rows">
          <thead>
            <tr>
              <th className="num">{t('intake.line')}</th>
              <th>{t('intake.row')}</th>
              <th>{t('intake.outcome')}</th>
              <th>{t('intake.why')}</th>
            </tr>
          </thead>
          <tbody>
            {shown.slice(0, count).map((row) => (
              <tr key={row.line}>
                <td className="num" data-label={t('intake.line')}>
                  {row.line}
                </td>
                <td>{row.title || <span className="faint">—</span>}</td>
                <td>
                  <Pill tone={tones[row.outcome]}>{t(`counts.${row.outcome}`)}</Pill>
                </td>
                <td>{row.refused.length > 0 && <Refusals list={row.refused} />}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {shown.length > count && (
        <Button look="quiet" onPress={() => setCount(count + PAGE)}>
          {t('record.courseMore', { count: Math.min(PAGE, shown.length - count) })}
        </Button>
      )}
    </>
  );
}
