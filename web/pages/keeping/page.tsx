import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { t } from '../../language.ts';
import { Problem, Skeleton } from '../../ui/bits.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { Backups } from './backups.tsx';
import { Desk } from './desk.tsx';
import { Disposals } from './disposals.tsx';
import { Due } from './due.tsx';
import { Erasures } from './erasures.tsx';
import { Holds } from './holds.tsx';
import { keepingQuery, type Shown } from './queries.ts';
import { Reviews } from './reviews.tsx';

const route = getRouteApi('/in/keeping');

/** How long things are kept: what is over and destroyed, what is held back, what is erased, and the installation's backups. */
export default function KeepingPage() {
  const { view = 'records' } = route.useSearch();
  const navigate = route.useNavigate();
  const keeping = useQuery(keepingQuery);
  const standing = keeping.data?.holds.filter(({ lifted }) => !lifted).length ?? 0;
  const names: Record<Shown, string> = {
    records: t('keeping.tab.records'),
    holds: standing > 0 ? `${t('keeping.tab.holds')} ${standing}` : t('keeping.tab.holds'),
    erasures: t('keeping.tab.erasures'),
    reviews: t('keeping.tab.reviews'),
    backups: t('keeping.tab.backups'),
  };
  return (
    <div className="stack">
      <header className="page-head">
        <div>
          <h1>{t('nav.keeping')}</h1>
          <div className="sub">{t('keeping.text')}</div>
        </div>
      </header>
      <Switcher<Shown>
        label={t('nav.keeping')}
        value={view}
        options={(Object.keys(names) as Shown[]).map((id) => ({ id, label: names[id] }))}
        onChange={(to) => void navigate({ search: to === 'records' ? {} : { view: to }, replace: true })}
      />
      {view === 'backups' ? (
        <>
          <Desk />
          <Backups />
        </>
      ) : view === 'reviews' ? (
        <Reviews />
      ) : keeping.isError ? (
        <Problem error={keeping.error} retry={() => keeping.refetch()} />
      ) : !keeping.data ? (
        <Skeleton lines={8} />
      ) : view === 'holds' ? (
        <Holds keeping={keeping.data} />
      ) : view === 'erasures' ? (
        <Erasures keeping={keeping.data} />
      ) : (
        <>
          <Due keeping={keeping.data} />
          <Disposals keeping={keeping.data} />
        </>
      )}
    </div>
  );
}
