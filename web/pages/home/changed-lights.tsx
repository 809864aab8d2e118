import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { LightChange } from '../../../src/runtime/digest-views.ts';
import { say, t } from '../../language.ts';
import { showDay, showMomentShort } from '../../time.ts';
import { Card, Pill, Problem, Skeleton, type Tone } from '../../ui/bits.tsx';
import { Clause } from './clause.tsx';
import { lightChangesQuery } from './queries.ts';

const SHOWN = 8;
const tones: Record<LightChange['to'], Tone> = { ok: 'ok', partial: 'warn', late: 'bad', off: 'plain' };

/** What became of the clauses since last week: from which light to which, and what brought it about. */
export function ChangedLights() {
  const changed = useQuery(lightChangesQuery);
  const all = changed.data?.changes ?? [];
  const worse = all.filter(({ to }) => to === 'late' || to === 'partial').length;
  return (
    <Card
      title={t('changed.title')}
      aside={
        changed.data && (
          <Pill tone={worse > 0 ? 'warn' : 'plain'}>
            {t('changed.count', { count: all.length, day: showDay(changed.data.since) })}
          </Pill>
        )
      }
    >
      {changed.isPending && <Skeleton lines={4} />}
      {changed.isError && <Problem error={changed.error} retry={() => changed.refetch()} />}
      {changed.data && all.length === 0 && <p className="sub">{t('changed.none')}</p>}
      {all.length > 0 && (
        <ul className="clause-rows">
          {all.slice(0, SHOWN).map((one) => (
            <li key={one.clause.id}>
              <Clause clause={one.clause} />
              <div className="sub parts">
                <span className="from-to">
                  {t(`light.${one.from}`)} <span aria-hidden="true">→</span>
                  <span className="visually-hidden">{t('changed.to')}</span>{' '}
                  <Pill tone={tones[one.to]}>{t(`light.${one.to}`)}</Pill>
                </span>
                {one.because && (
                  <span>
                    {say(one.because.what)} {one.because.record && <Case record={one.because.record} />}{' '}
                    {showMomentShort(one.because.at)}
                  </span>
                )}
              </div>
            </li>
          ))}
        </ul>
      )}
      {all.length > SHOWN && (
        <p className="sub">
          <Link to="/procedure">{t('changed.more', { count: all.length - SHOWN })}</Link>
        </p>
      )}
    </Card>
  );
}

function Case({ record }: { record: { id: string; number: string } }) {
  return (
    <Link to="/records/$id" params={{ id: record.id }}>
      {record.number}
    </Link>
  );
}
