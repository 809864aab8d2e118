import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { RecordView } from '../../../src/runtime/views.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';

const PAGE = 50;

/** The rows of an opening list on its form: what will enter the register, or what has. */
export default function KeptRows({ record }: { record: RecordView }) {
  const [count, setCount] = useState(PAGE);
  const kept = useQuery({
    queryKey: ['opening-list', record.id, record.version],
    queryFn: () => api.registers.list({ id: record.id }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (kept.isError) return <Problem error={kept.error} />;
  if (!kept.data) return <Skeleton lines={5} />;
  const { rows, mapping, type } = kept.data;
  const headings = Object.keys(mapping);
  const entered = record.state === 'entered';
  return (
    <Card
      title={t(entered ? 'intake.entered' : 'intake.listRows', { count: rows.length })}
      aside={
        record.state === 'draft' && (
          <Link to="/import/$type" params={{ type }} search={{ list: record.id }} className="button">
            {t('intake.openList')}
          </Link>
        )
      }
    >
      <div className="scroll-x">
        <table className="data">
          <thead>
            <tr>
              <th className="num">{t('intake.line')}</th>
              {headings.map((heading) => (
                <th key={heading}>{heading}</th>
              ))}
              <th>{t('intake.outcome')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.slice(0, count).map((row) => (
              <tr key={row.id}>
                <td className="num">{row.line > 0 ? row.line : '＋'}</td>
                {headings.map((heading, column) => (
                  <td key={heading}>{row.cells[heading] ?? (column === 0 ? row.cells.name : '')}</td>
                ))}
                <td>
                  {row.decided === 'out' ? (
                    <Pill>{t('intake.outcomes.left')}</Pill>
                  ) : entered ? (
                    <Link to="/records/$id" params={{ id: row.id }}>
                      {t('intake.see')}
                    </Link>
                  ) : (
                    <Pill tone={row.problem ? 'bad' : 'ok'}>
                      {t(row.problem ? 'intake.outcomes.refused' : 'intake.outcomes.new')}
                    </Pill>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {rows.length > count && (
        <Button look="quiet" onPress={() => setCount(count + PAGE)}>
          {t('record.courseMore', { count: Math.min(PAGE, rows.length - count) })}
        </Button>
      )}
    </Card>
  );
}
