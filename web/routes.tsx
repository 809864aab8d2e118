import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import type { ComponentType } from 'react';
import { api, isSignedOut } from './api.ts';
import { digestSearch } from './pages/digest/queries.ts';
import { keepingSearch } from './pages/keeping/queries.ts';
import type { Search } from './pages/lists/list-view.tsx';
import { otherPage } from './pages/others.ts';
import { packageSearch } from './pages/package/queries.ts';
import { populationSearch } from './pages/populations/queries.ts';
import { trailSearch } from './pages/trail/search.ts';
import { meQuery, queryClient } from './queries.ts';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';
import { Problem, Skeleton } from './ui/bits.tsx';

/** Every address of the screens. A page is `pages/<name>/page.tsx` with a default export; here it gets its path and search. */

const root = createRootRoute({ component: Outlet, notFoundComponent: NotFound });

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  component: lazyRouteComponent(() => import('./pages/sign-in/page.tsx')),
  // Nobody can sign in before there is an organisation: a new installation opens its first-run page.
  beforeLoad: async () => {
    const setup = await api.setup.status({}).catch(() => undefined);
    if (setup?.step === 'start') throw redirect({ to: '/setup' });
  },
  validateSearch: (search): { to?: string; idle?: boolean } => ({
    ...(typeof search.to === 'string' && search.to.startsWith('/') && !search.to.startsWith('//') && { to: search.to }),
    ...(search.idle === true && { idle: true }),
  }),
});

/** Everything behind sign-in, inside the shell. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'in',
  component: Shell,
  beforeLoad: async ({ location }) => {
    const me = await queryClient.ensureQueryData(meQuery).catch((error) => {
      if (isSignedOut(error))
        throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { to: location.href } });
      throw error;
    });
    if (!me.organisation) throw redirect({ to: '/setup' });
  },
});

const page = <Path extends string>(path: Path, load: () => Promise<{ default: ComponentType }>) => ({
  getParentRoute: () => inside,
  path,
  component: lazyRouteComponent(load),
});

const asOfSearch = (search: Record<string, unknown>): { asOf?: string } =>
  typeof search.asOf === 'string' && /^\d{4}-\d\d-\d\d$/.test(search.asOf) ? { asOf: search.asOf } : {};
const listSearch = (search: Record<string, unknown>): Search => search;

const routes = [
  createRoute({ ...page('/', () => import('./pages/home/page.tsx')) }),
  createRoute({ ...page('/requests', () => import('./pages/requests/page.tsx')) }),
  createRoute({
    ...page('/requests/$type', () => import('./pages/requests/open.tsx')),
    validateSearch: (search): { prefill?: Record<string, string>; origin?: string; copies?: string } => search,
  }),
  createRoute({ ...page('/cases', () => import('./pages/lists/cases.tsx')), validateSearch: listSearch }),
  createRoute({ ...page('/lists/$type', () => import('./pages/lists/page.tsx')), validateSearch: listSearch }),
  createRoute({ ...page('/registers', () => import('./pages/registers/page.tsx')) }),
  createRoute({ ...page('/records/$id', () => import('./pages/record/page.tsx')), validateSearch: asOfSearch }),
  createRoute({ ...page('/notices', () => import('./pages/notices/page.tsx')) }),
  createRoute({ ...page('/digest', () => import('./pages/digest/page.tsx')), validateSearch: digestSearch }),
  createRoute({ ...page('/calendar', () => import('./pages/calendar/page.tsx')) }),
  createRoute({ ...page('/keeping', () => import('./pages/keeping/page.tsx')), validateSearch: keepingSearch }),
  createRoute({ ...page('/connection', () => import('./pages/connection/page.tsx')) }),
  createRoute({ ...page('/account', () => import('./pages/account/page.tsx')) }),
  createRoute({ ...page('/procedure', otherPage('procedure/page')), validateSearch: asOfSearch }),
  createRoute({ ...page('/procedure/$pack', otherPage('procedure/pack')), validateSearch: asOfSearch }),
  createRoute({ ...page('/procedure/plan', otherPage('procedure/plan')), validateSearch: asOfSearch }),
  createRoute({
    ...page('/procedure/texts/import', otherPage('procedure/import')),
    validateSearch: (search): { of?: string } => (typeof search.of === 'string' ? { of: search.of } : {}),
  }),
  createRoute({ ...page('/procedure/texts/$text', otherPage('procedure/text')), validateSearch: asOfSearch }),
  createRoute({ ...page('/procedure/texts/$text/mapping', otherPage('procedure/mapping')) }),
  createRoute({ ...page('/procedure/checklists', otherPage('procedure/checklists')), validateSearch: asOfSearch }),
  createRoute({
    ...page('/procedure/checklists/$checklist', otherPage('procedure/checklist')),
    validateSearch: asOfSearch,
  }),
  createRoute({ ...page('/parameters', otherPage('parameters/page')) }),
  createRoute({ ...page('/people', otherPage('people/page')) }),
  createRoute({ ...page('/people/units', otherPage('people/units')) }),
  createRoute({
    ...page('/people/watched', otherPage('people/watched')),
    validateSearch: (search): { month?: string } =>
      typeof search.month === 'string' && /^\d{4}-(0[1-9]|1[0-2])$/.test(search.month) ? { month: search.month } : {},
  }),
  createRoute({ ...page('/people/$id', otherPage('people/person')) }),
  createRoute({ ...page('/trail', otherPage('trail/page')), validateSearch: trailSearch }),
  createRoute({ ...page('/populations', otherPage('populations/page')), validateSearch: populationSearch }),
  createRoute({ ...page('/package', () => import('./pages/package/page.tsx')), validateSearch: packageSearch }),
  createRoute({ ...page('/import/scan', otherPage('import/scan')) }),
  createRoute({
    ...page('/import/$type', otherPage('import/page')),
    validateSearch: (search): { list?: string } => (typeof search.list === 'string' ? { list: search.list } : {}),
  }),
] as const;

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  component: lazyRouteComponent(() => import('./pages/reset/page.tsx')),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  component: lazyRouteComponent(otherPage('setup/page')),
});

const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation/$organisation/$secret',
  component: lazyRouteComponent(() => import('./pages/invitation/page.tsx')),
});

export const router = createRouter({
  routeTree: root.addChildren([signIn, reset, setup, invitation, inside.addChildren(routes)]),
  defaultPreload: 'intent',
  scrollRestoration: true,
  defaultPendingComponent: () => <Skeleton lines={8} />,
  defaultErrorComponent: ({ error, reset }) => <Problem error={error} retry={reset} />,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
