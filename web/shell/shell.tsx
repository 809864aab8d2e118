import './shell.css';
import { useQuery } from '@tanstack/react-query';
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { lazy, Suspense, useEffect, useState } from 'react';
import { comma, t } from '../language.ts';
import { useLive } from '../live.ts';
import { scopeText } from '../pages/people/scope.tsx';
import { meQuery } from '../queries.ts';
import { showDate } from '../time.ts';
import { Alert, Skeleton } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { Icon } from '../ui/icons.tsx';
import { Toasts } from '../ui/toast.tsx';
import { IdleWatch } from './idle-watch.tsx';
import { onlyManages } from './nav.ts';
import { Navigation } from './navigation.tsx';

const Search = lazy(() => import('./search.tsx'));
const Shortcuts = lazy(() => import('./shortcuts.tsx'));
const Drawer = lazy(() => import('./drawer.tsx'));
type Open = 'search' | 'shortcuts' | 'nav';

/** The frame around every page: navigation, search, what must be said always. */
export function Shell() {
  const me = useQuery(meQuery).data;
  const [open, setOpen] = useState<Open>();
  const path = useRouterState({ select: (state) => state.location.pathname });
  useLive(me !== undefined);
  useKeys(setOpen);
  // biome-ignore lint/correctness/useExhaustiveDependencies: a new address closes whatever is open
  useEffect(() => setOpen(undefined), [path]);
  if (!me) return <Skeleton lines={8} />;
  const managing = onlyManages(me);
  return (
    <div className={managing ? 'shell management' : 'shell'}>
      <a className="skip" href="#main">
        {t('nav.skip')}
      </a>
      <header className="top">
        <Button look="icon" aria-label={t('nav.menu')} onPress={() => setOpen('nav')}>
          <Icon name="menu" />
        </Button>
        <Link to="/" className="brand">
          安程
        </Link>
        <Button look="icon" aria-label={t('nav.search')} onPress={() => setOpen('search')}>
          <Icon name="search" />
        </Button>
      </header>
      <aside className="side">
        <Navigation me={me} onSearch={() => setOpen('search')} />
      </aside>
      <main id="main" tabIndex={-1}>
        {managing && (
          <div className="management-note">
            <Alert tone="warn">{t('shell.management')}</Alert>
          </div>
        )}
        {me.outside && (
          <div className="management-note">
            <Alert tone="info">
              {t('shell.outside', {
                scope: me.outside.scopes.map(scopeText).join(comma()),
                until: showDate(me.outside.until),
              })}
            </Alert>
          </div>
        )}
        <Outlet />
      </main>
      <Toasts />
      <IdleWatch minutes={me.idleMinutes} />
      <Suspense>
        {open === 'search' && <Search onClose={() => setOpen(undefined)} />}
        {open === 'shortcuts' && <Shortcuts onClose={() => setOpen(undefined)} />}
        {open === 'nav' && <Drawer me={me} onSearch={() => setOpen('search')} onClose={() => setOpen(undefined)} />}
      </Suspense>
    </div>
  );
}

/** `/` searches, `?` lists shortcuts; never while somebody is writing. */
function useKeys(open: (what: Open) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const target = event.target as HTMLElement;
      if (
        event.ctrlKey ||
        event.metaKey ||
        event.altKey ||
        target.closest('input, textarea, [contenteditable], [role="spinbutton"], [role="dialog"]')
      )
        return;
      if (event.key !== '/' && event.key !== '?') return;
      event.preventDefault();
      open(event.key === '/' ? 'search' : 'shortcuts');
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [open]);
}
