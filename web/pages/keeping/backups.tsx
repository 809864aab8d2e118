import { useQuery } from '@tanstack/react-query';
import { say, t } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Alert, Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { backupsQuery } from './queries.ts';

const TWO_DAYS_MS = 2 * 86_400_000;

const WORDS = {
  'backup.made': 'keeping.run.made',
  'backup.failed': 'keeping.run.failed',
  'backup.checked': 'keeping.run.checked',
  'backup.restored': 'keeping.run.restored',
  'restore.tested': 'keeping.run.tested',
  'backup.key_made': 'keeping.run.keyMade',
  'backup.disk_prepared': 'keeping.run.prepared',
} as const;

/** What became of backups, checks of disks and drills; the newest first. */
export function Backups() {
  const backups = useQuery(backupsQuery);
  const runs = backups.data;
  if (backups.isError) return <Problem error={backups.error} retry={() => backups.refetch()} />;
  if (!runs) return <Skeleton />;
  const made = runs.find(({ kind }) => kind === 'backup.made');
  const drill = runs.find(({ kind, passed }) => kind === 'restore.tested' && passed);
  const old = made && Date.now() - Date.parse(made.at) > TWO_DAYS_MS;
  return (
    <Card title={t('keeping.backups')}>
      {runs.length === 0 ? (
        <Empty title={t('keeping.backupsNone')}>{t('keeping.backupsNoneText')}</Empty>
      ) : (
        <div className="stack">
          {old && <Alert tone="warn">{t('keeping.old')}</Alert>}
          <p className="sub">
            {made && `${t('keeping.newest', { when: showMoment(made.at) })} · `}
            {drill ? t('keeping.drill', { when: showMoment(drill.at) }) : t('keeping.noDrill')}
          </p>
          <table className="data cards">
            <thead>
              <tr>
                <th>{t('keeping.when')}</th>
                <th>{t('keeping.what')}</th>
                <th>{t('keeping.disk')}</th>
                <th>{t('keeping.result')}</th>
              </tr>
            </thead>
            <tbody>
              {runs.map((run) => (
                <tr key={`${run.at} ${run.kind}`}>
                  <td data-label={t('keeping.when')}>{showMoment(run.at)}</td>
                  <td data-label={t('keeping.what')}>{t(WORDS[run.kind])}</td>
                  <td data-label={t('keeping.disk')}>{run.disk ?? '—'}</td>
                  <td data-label={t('keeping.result')}>
                    <Pill tone={run.passed ? 'ok' : 'bad'}>{run.passed ? t('keeping.ok') : t('keeping.failed')}</Pill>
                    {run.reason && <div className="sub">{say(run.reason)}</div>}
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </Card>
  );
}
