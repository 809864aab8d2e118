import type { PopulationView, SeriesView } from '../../../src/runtime/population-views.ts';
import { language, say, t } from '../../language.ts';
import { Card, Pill } from '../../ui/bits.tsx';

/** How many in all, in which states, in which months, and whether every number given out is there. */
export function Totals({ view }: { view: PopulationView }) {
  const most = Math.max(...view.months.map(({ count }) => count));
  const gaps = view.series.some(({ missing }) => missing.length > 0);
  return (
    <div className="population-totals">
      <Card title={t('population.total')}>
        <p className="figure">{view.total.toLocaleString()}</p>
        <p className="row">
          {view.states.map((state) => (
            <Pill key={state.state}>
              {say(state.label)} {state.count}
            </Pill>
          ))}
        </p>
        {view.items.length < view.total && (
          <p className="sub">{t('population.partly', { count: view.items.length })}</p>
        )}
        <table className="months">
          <caption className="visually-hidden">{t('population.byMonth')}</caption>
          <tbody>
            {view.months.map(({ month, count }) => (
              <tr key={month}>
                <th scope="row">{rocMonth(month)}</th>
                <td>
                  <i style={{ width: `${Math.max(2, (100 * count) / most)}%` }} />
                </td>
                <td className="num">{count}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Card>
      <Card
        title={t('population.numbers')}
        aside={
          view.series.length > 0 && (
            <Pill tone={gaps ? 'bad' : 'ok'}>{t(gaps ? 'population.someMissing' : 'population.noneMissing')}</Pill>
          )
        }
      >
        {view.series.length === 0 ? (
          <p className="sub">{t('population.noSeries')}</p>
        ) : (
          <ul className="series">
            {view.series.map((series) => (
              <Series key={series.series} series={series} />
            ))}
          </ul>
        )}
      </Card>
    </div>
  );
}

function Series({ series }: { series: SeriesView }) {
  const { first, last, count, given, missing, moreMissing } = series;
  return (
    <li>
      <strong className="mono">{series.series}</strong>
      <div className="sub">{t('population.inPeriod', { first, last, count, given })}</div>
      {missing.length > 0 && (
        <div className="bad-words">
          {t('population.missing', { numbers: missing.join('、') })}
          {moreMissing && t('population.andMore')}
        </div>
      )}
    </li>
  );
}

const rocMonth = (month: string): string => {
  const [year, number] = month.split('-').map(Number);
  return t('population.month', { year: language() === 'en' ? year : (year ?? 0) - 1911, month: number });
};
