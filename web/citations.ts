import { queryOptions, useQuery } from '@tanstack/react-query';
import type { Citation } from '../src/runtime/text-views.ts';
import { api } from './api.ts';
import { meQuery, queryClient } from './queries.ts';

/** How the organisation's own procedures number each clause of ours; everything that cites a clause reads it here. */
export const citationsQuery = queryOptions({
  queryKey: ['citations'],
  queryFn: () => api.texts.citations({}),
  staleTime: 300_000,
});

/** What the organisation itself calls a clause; undefined where nothing is mapped, or nobody is signed in yet. */
export function useCitation(id: string): Citation[] | undefined {
  const signedIn = queryClient.getQueryData(meQuery.queryKey)?.organisation !== undefined;
  return useQuery({ ...citationsQuery, enabled: signedIn }).data?.[id];
}

/** After a mapping changed, everything that names or lights clauses is asked again. */
export async function mappingChanged(): Promise<void> {
  await Promise.all(
    ['citations', 'texts', 'checklists', 'procedures', 'evidence', 'plan'].map((key) =>
      queryClient.invalidateQueries({ queryKey: [key] }),
    ),
  );
}
