import { useQuery } from '@tanstack/react-query';
import { t } from '../../language.ts';
import { Backups } from './backups.tsx';
import { Due } from './due.tsx';
import { backupsQuery, dueQuery } from './queries.ts';

/** How long things are kept: records whose time is over, and the installation's backups. */
export default function KeepingPage() {
  const due = useQuery(dueQuery);
  const backups = useQuery(backupsQuery);
  return (
    <div className="stack">
      <header className="page-head">
        <div>
          <h1>{t('nav.keeping')}</h1>
          <div className="sub">{t('keeping.text')}</div>
        </div>
      </header>
      <Due due={due.data} error={due.error} />
      <Backups runs={backups.data} error={backups.error} />
    </div>
  );
}
