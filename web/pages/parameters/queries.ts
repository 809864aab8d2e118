import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export const parametersQuery = queryOptions({
  queryKey: ['parameters'],
  queryFn: () => api.parameters.list(),
  staleTime: 60_000,
});
