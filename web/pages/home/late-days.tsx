import { useQuery } from '@tanstack/react-query';
import type { LateDay } from '../../../src/runtime/digest-views.ts';
import { t } from '../../language.ts';
import { showDate } from '../../time.ts';
import { Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { lateDaysQuery } from './queries.ts';

/** Half a year at a glance, a week to a column: days without anything late, with it, and on which something became late. */
export function LateDays() {
  const days = useQuery(lateDaysQuery);
  const known = (days.data ?? []).filter((day) => day.workday && day.late !== undefined);
  const clear = known.filter(({ late }) => late === 0).length;
  return (
    <Card
      title={t('lateDays.title')}
      aside={known.length > 0 && <span className="sub">{t('lateDays.clear', { clear, all: known.length })}</span>}
    >
      {days.isPending && <Skeleton lines={4} />}
      {days.isError && <Problem error={days.error} retry={() => days.refetch()} />}
      {days.data && (
        <>
          <div className="day-map" role="img" aria-label={t('lateDays.clear', { clear, all: known.length })}>
            {days.data.filter(isShown).map((day) => (
              <i key={day.day} className={kindOf(day)} title={`${showDate(day.day)} ${wordsOf(day)}`} />
            ))}
          </div>
          <div className="row lights-text">
            {(['clear', 'late', 'began'] as const).map((kind) => (
              <span key={kind} className={`day-key ${kind}`}>
                {t(`lateDays.key_${kind}`)}
              </span>
            ))}
          </div>
          <details>
            <summary className="sub">{t('lateDays.table')}</summary>
            <Table days={known} />
          </details>
        </>
      )}
    </Card>
  );
}

/** Days on which something was late, newest first: what the picture stands for. */
function Table({ days }: { days: LateDay[] }) {
  const rows = days.filter(({ late = 0 }) => late > 0).toReversed();
  if (rows.length === 0) return <p className="sub">{t('lateDays.none')}</p>;
  return (
    <table className="data day-table">
      <thead>
        <tr>
          <th>{t('lateDays.day')}</th>
          <th className="number">{t('lateDays.late')}</th>
          <th className="number">{t('lateDays.began')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map(({ day, late, began }) => (
          <tr key={day}>
            <td>{showDate(day)}</td>
            <td className="number">{late}</td>
            <td className="number">{began}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

/** A week is five squares, Monday on top; weekends are left out even where one was worked. */
const isShown = ({ day }: LateDay): boolean => ![0, 6].includes(new Date(`${day}T00:00:00Z`).getUTCDay());

function kindOf({ workday, late, began = 0 }: LateDay): string {
  if (!workday || late === undefined) return 'none';
  if (began > 0) return 'began';
  return late > 0 ? 'late' : 'clear';
}

function wordsOf({ workday, late, began = 0 }: LateDay): string {
  if (!workday) return t('home.holiday');
  if (late === undefined) return t('lateDays.before');
  return late === 0 ? t('lateDays.key_clear') : t('lateDays.figures', { late, began });
}
