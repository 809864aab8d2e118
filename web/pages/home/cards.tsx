import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { say, t } from '../../language.ts';
import { findingsQuery, listQuery, proceduresQuery, trailHeadQuery } from '../../queries.ts';
import { fromNow, officeTime, showDay } from '../../time.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';

/** Lights over all adopted packs, and one line per pack. */
export function ClauseCard() {
  const packs = useQuery(proceduresQuery());
  const sum = (light: 'ok' | 'partial' | 'late' | 'off') =>
    (packs.data ?? []).reduce((total, pack) => total + pack.counts[light], 0);
  const all = sum('ok') + sum('partial') + sum('late') + sum('off');
  return (
    <Card
      title={t('clauses.title')}
      aside={packs.data && <span className="sub">{t('clauses.all', { count: all })}</span>}
    >
      {packs.isPending && <Skeleton lines={4} />}
      {packs.isError && <Problem error={packs.error} />}
      {packs.data && (
        <>
          <div className="figure">
            <strong>{sum('ok').toLocaleString()}</strong>
            <Pill tone="ok">{t('light.ok')}</Pill>
          </div>
          <Lights ok={sum('ok')} partial={sum('partial')} late={sum('late')} off={sum('off')} />
          <div className="row lights-text">
            <span className="light partial">{t('light.partialCount', { count: sum('partial') })}</span>
            <span className="light late">{t('light.lateCount', { count: sum('late') })}</span>
            <span className="light off">{t('light.offCount', { count: sum('off') })}</span>
          </div>
          <ul className="packs">
            {packs.data.map((pack) => (
              <li key={pack.pack}>
                <Link to="/procedure/$pack" params={{ pack: pack.pack }}>
                  {say(pack.title)}
                </Link>
                <Lights {...pack.counts} />
              </li>
            ))}
          </ul>
        </>
      )}
    </Card>
  );
}

function Lights({ ok, partial, late, off }: { ok: number; partial: number; late: number; off: number }) {
  const words = t('light.summary', { ok, partial, late, off });
  return (
    <div className="lights" role="img" aria-label={words} title={words}>
      {Object.entries({ ok, partial, late, off }).map(
        ([light, count]) => count > 0 && <i key={light} className={light} style={{ flexGrow: count }} />,
      )}
    </div>
  );
}

export function FindingsCard() {
  const findings = useQuery(findingsQuery);
  if (findings.isError) return null;
  const worst = ['critical', 'high']
    .map((severity) => ({ severity, count: findings.data?.counts[severity] ?? 0 }))
    .filter((each) => each.count > 0);
  return (
    <Card title={t('findings.open')}>
      {findings.isPending && <Skeleton lines={2} />}
      {findings.data && (
        <>
          <div className="figure">
            <strong>{findings.data.total.toLocaleString()}</strong>
            {worst.map(({ severity, count }) => (
              <Pill key={severity} tone="bad">
                {t(severity === 'critical' ? 'findings.critical' : 'findings.high', { count })}
              </Pill>
            ))}
            {findings.data.late > 0 && <Pill tone="bad">{t('findings.late', { count: findings.data.late })}</Pill>}
          </div>
          <div className="sub">
            {findings.data.nextDue
              ? t('findings.nextDue', { day: showDay(officeTime(findings.data.nextDue).date) })
              : t('findings.none')}
            {'　'}
            <Link to="/lists/$type" params={{ type: 'finding' }} search={{ open: true }}>
              {t('findings.go')}
            </Link>
          </div>
        </>
      )}
    </Card>
  );
}

/** Incidents in progress that the viewer may read; where an office declares none there is no card. */
export function IncidentsCard() {
  const open = useQuery(listQuery({ type: 'incident', open: true, limit: 1 }));
  if (!open.data) return null;
  const [newest] = open.data.items;
  return (
    <Card title={t('incidents.open')}>
      <div className="figure">
        <strong>{open.data.total.toLocaleString()}</strong>
      </div>
      <div className="sub">
        {newest ? (
          <Link to="/records/$id" params={{ id: newest.id }}>
            {newest.title}
          </Link>
        ) : (
          t('incidents.none')
        )}
        {'　'}
        <Link to="/lists/$type" params={{ type: 'incident' }}>
          {t('incidents.go')}
        </Link>
      </div>
    </Card>
  );
}

/** The ledger as a reader meets it: how long, and how fresh the newest signed checkpoint. */
export function LedgerCard() {
  const head = useQuery(trailHeadQuery);
  if (head.isError) return null;
  const { size = 0, sealedSize = 0, checkpointAt } = head.data ?? {};
  return (
    <Card title={t('trail.title')}>
      {head.isPending && <Skeleton lines={2} />}
      {head.data && (
        <>
          <div className="figure">
            <strong>{size.toLocaleString()}</strong>
            <Pill tone={sealedSize >= size ? 'ok' : 'info'}>
              {sealedSize >= size ? t('trail.allSealed') : t('trail.toSeal', { count: size - sealedSize })}
            </Pill>
          </div>
          <div className="sub">
            {checkpointAt ? t('trail.checkpoint', { when: fromNow(checkpointAt) }) : t('trail.noCheckpoint')}
          </div>
        </>
      )}
    </Card>
  );
}
