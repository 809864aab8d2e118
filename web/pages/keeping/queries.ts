import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { queryClient } from '../../queries.ts';

const SHOWN = ['records', 'holds', 'erasures', 'reviews', 'backups'] as const;
export type Shown = (typeof SHOWN)[number];

/** Which part of the page the address asks for. */
export const keepingSearch = (search: Record<string, unknown>): { view?: Shown } => {
  const view = SHOWN.find((one) => one === search.view);
  return view ? { view } : {};
};

export const dueQuery = queryOptions({ queryKey: ['records', 'keeping', 'due'], queryFn: () => api.keeping.due() });
export const keepingQuery = queryOptions({
  queryKey: ['records', 'keeping', 'overview'],
  queryFn: () => api.keeping.overview(),
});
export const backupsQuery = queryOptions({
  queryKey: ['keeping', 'backups'],
  queryFn: () => api.keeping.backups(),
  refetchInterval: 15_000,
});
export const reviewsQuery = queryOptions({
  queryKey: ['records', 'keeping', 'reviews'],
  queryFn: () => api.keeping.reviews(),
});
/** While something is under way it is looked at every two seconds. */
export const deskQuery = queryOptions({
  queryKey: ['keeping', 'desk'],
  queryFn: () => api.keeping.desk(),
  refetchInterval: ({ state }) => (state.data?.running ? 2000 : 60_000),
});

export const keepingChanged = () => queryClient.invalidateQueries({ queryKey: ['records', 'keeping'] });
export const backupsChanged = () => queryClient.invalidateQueries({ queryKey: ['keeping'] });
