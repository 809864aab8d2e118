import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';
import type { TrailSearch } from './search.ts';

export const trailQuery = ({ after, ...filter }: TrailSearch) =>
  queryOptions({
    queryKey: ['trail', filter, after ?? ''],
    queryFn: () =>
      api.trail.list({ limit: 50, ...(after && { after }), ...(Object.keys(filter).length > 0 && { filter }) }),
    placeholderData: keepPreviousData,
  });

/** Looked at again by itself: an alarm that needs a reload is none. */
export const witnessesQuery = queryOptions({
  queryKey: ['trail', 'witnesses'],
  queryFn: () => api.trail.witnesses({}),
  refetchInterval: 60_000,
});
