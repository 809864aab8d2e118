import { keepPreviousData, MutationCache, QueryCache, QueryClient, queryOptions } from '@tanstack/react-query';
import type { Progress } from '../src/http/contract.ts';
import type { Text } from '../src/kernel/text.ts';
import type { ListQuery } from '../src/runtime/views.ts';
import { api, isSignedOut, refusalsOf } from './api.ts';

/** What pages read, by key. `live.ts` invalidates by the first word of the key when the server says that something changed. */

export const queryClient = new QueryClient({
  queryCache: new QueryCache({ onError: leaveWhenSignedOut }),
  mutationCache: new MutationCache({ onError: leaveWhenSignedOut }),
  defaultOptions: {
    queries: {
      staleTime: 20_000,
      retry: (times, error) => times < 2 && !isSignedOut(error) && !refusalsOf(error),
    },
  },
});

export const meQuery = queryOptions({ queryKey: ['me'], queryFn: () => api.me.get() });

export const tasksQuery = (scope: 'mine' | 'all' = 'mine', late = false) =>
  queryOptions({ queryKey: ['tasks', scope, late], queryFn: () => api.tasks.list({ scope, ...(late && { late }) }) });

export const typesQuery = queryOptions({ queryKey: ['types'], queryFn: () => api.types.list() });

export const typeQuery = (type: string) =>
  queryOptions({ queryKey: ['types', type], queryFn: () => api.types.get({ type }) });

export const copyQuery = (id: string) =>
  queryOptions({ queryKey: ['records', id, 'copy'], queryFn: () => api.records.copy({ id }) });

export const listQuery = (query: ListQuery) =>
  queryOptions({
    queryKey: ['records', 'list', query],
    queryFn: () => api.records.list(query),
    placeholderData: keepPreviousData,
  });

export const recordQuery = (id: string, asOf?: string) =>
  queryOptions({ queryKey: ['records', id, asOf ?? 'now'], queryFn: () => api.records.get({ id, asOf }) });

export const historyQuery = (id: string) =>
  queryOptions({ queryKey: ['records', id, 'history'], queryFn: () => api.records.history({ id }) });

export const proceduresQuery = (asOf?: string) =>
  queryOptions({
    queryKey: ['procedures', asOf ?? 'now'],
    queryFn: () => api.procedure.list({ asOf }),
    select: withClauses,
  });

type Counted = { counts: Record<string, number> };
const clausesOf = ({ counts }: Counted) => Object.values(counts).reduce((sum, count) => sum + count, 0);

/** The office's own procedure first; a pack that only brings forms along has no clause to show. */
const withClauses = <Pack extends Counted>(packs: Pack[]): Pack[] =>
  packs.filter((pack) => clausesOf(pack) > 0).sort((a, b) => clausesOf(b) - clausesOf(a));

/**
 * How one cites the clauses of a pack, by id: as its paper numbers them, `伍、二、(二)3.(3)`; where a pack has no paper, whose number it
 * is stands before it, `共用基礎 8`.
 */
export const clauseNumbersQuery = (pack: string) =>
  queryOptions({
    queryKey: ['clauseNumbers', pack],
    queryFn: async () => {
      const { title, clauses } = await api.procedure.get({ pack });
      const named = ({ zh, en }: Text, number: string): Text => ({ zh: `${zh} ${number}`, en: `${en} ${number}` });
      return new Map(
        clauses.map(({ id, ref }) => [id, ref ? { zh: ref, en: ref } : named(title, id.slice(pack.length + 1))]),
      );
    },
    staleTime: Number.POSITIVE_INFINITY,
  });

export const trailHeadQuery = queryOptions({
  queryKey: ['trail', 'head'],
  queryFn: () => api.trail.list({ limit: 1 }),
});

export const findingsQuery = queryOptions({
  queryKey: ['records', 'findings'],
  queryFn: () => api.findings.list({ open: true, limit: 1 }),
});

export const noticesQuery = queryOptions({ queryKey: ['notices'], queryFn: () => api.notices.list({ limit: 100 }) });

export const savedFiltersQuery = queryOptions({ queryKey: ['views'], queryFn: () => api.views.list() });

/** The session ended while a page was open: to the door, and back here afterwards; what was typed waits in the tab. */
function leaveWhenSignedOut(error: unknown): void {
  if (!isSignedOut(error) || ['/sign-in', '/setup', '/invitation'].some((door) => location.pathname.startsWith(door)))
    return;
  if (queryClient.getQueryData(meQuery.queryKey) === undefined) return; // not signed in yet: the router sends to the door
  const here = location.pathname + location.search;
  location.assign(`/sign-in?${new URLSearchParams({ to: here, idle: 'true' })}`);
}

/** How far an act on a record has come that brings many along; the server tells it while it goes on. */
export const progressKey = (record: string) => ['progress', record];
export const progressQuery = (record: string) =>
  queryOptions<Pick<Progress, 'done' | 'all'> | null>({
    queryKey: progressKey(record),
    queryFn: () => null,
    enabled: false,
  });
