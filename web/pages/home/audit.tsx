import { useQuery } from '@tanstack/react-query';
import { Link, type LinkProps } from '@tanstack/react-router';
import type { RedLight } from '../../../src/runtime/digest-views.ts';
import { t } from '../../language.ts';
import { officeTime, showDate, showDay, showMomentShort } from '../../time.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Clause } from './clause.tsx';
import { redLightsQuery } from './queries.ts';

type Way = 'clauses' | 'checklists' | 'populations' | 'proof' | 'package';
const ways: { key: Way; to: NonNullable<LinkProps['to']> }[] = [
  { key: 'clauses', to: '/procedure' },
  { key: 'checklists', to: '/procedure/checklists' },
  { key: 'populations', to: '/populations' },
  { key: 'proof', to: '/trail' },
];
/** The trail tells of everybody: an auditor from elsewhere has the proofs in its package. */
const waysFromOutside: typeof ways = [...ways.slice(0, 3), { key: 'package', to: '/package' }];

/** Four ways into the evidence: by clause, by the authority's question, by population, by proof. */
export function WaysIn({ outside = false }: { outside?: boolean }) {
  return (
    <ul className="doors" aria-label={t('audit.label')}>
      {(outside ? waysFromOutside : ways).map(({ key, to }) => (
        <li key={key}>
          <Link to={to}>
            <strong>{t(`audit.${key}`)}</strong>
            <span className="sub">{t(`audit.${key}Text`)}</span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** Each red light with what its owner says about it; silence shows as silence. */
export function RedLights() {
  const red = useQuery(redLightsQuery);
  const silent = (red.data ?? []).filter(({ explained }) => !explained).length;
  return (
    <Card
      title={t('red.title')}
      aside={
        red.data && (
          <Pill tone={red.data.length > 0 ? 'bad' : 'ok'}>
            {red.data.length > 0 ? t('red.count', { count: red.data.length, silent }) : t('red.none')}
          </Pill>
        )
      }
    >
      {red.isPending && <Skeleton lines={4} />}
      {red.isError && <Problem error={red.error} retry={() => red.refetch()} />}
      {red.data?.length === 0 && <p className="sub">{t('red.noneText')}</p>}
      <ul className="clause-rows">
        {red.data?.map((one) => (
          <Red key={one.clause.id} light={one} />
        ))}
      </ul>
    </Card>
  );
}

function Red({ light: { clause, since, records, withheld, explained } }: { light: RedLight }) {
  return (
    <li>
      <Clause clause={clause} />
      <div className="sub parts">
        <span>{t('red.since', { day: showDay(officeTime(since).date) })}</span>
        {records.slice(0, 3).map((record) => (
          <span key={record.id}>
            <Link to="/records/$id" params={{ id: record.id }}>
              {record.number}
            </Link>
          </span>
        ))}
        {withheld > 0 && <span>{t('red.withheld', { count: withheld })}</span>}
      </div>
      {explained ? (
        <p className="explained">
          <b>{t('red.explained')}</b> {explained.cause} {explained.measure}
          {explained.due && t('red.due', { day: showDate(explained.due) })}
          <span className="faint">
            {' '}
            {explained.by.name} {showMomentShort(explained.at)}
          </span>
        </p>
      ) : (
        <p className="sub silent">{t('red.silent')}</p>
      )}
    </li>
  );
}
