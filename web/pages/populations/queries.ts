import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

/** What the address asks for; without dates, this year so far. */
export type PopulationSearch = { type?: string; from?: string; until?: string };

export function populationSearch(search: Record<string, unknown>): PopulationSearch {
  const found: PopulationSearch = {};
  if (typeof search.type === 'string' && /^\w{1,100}$/.test(search.type)) found.type = search.type;
  for (const key of ['from', 'until'] as const) {
    const value = search[key];
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) found[key] = value;
  }
  return found;
}

export type Asked = { type: string; from: string; until: string };

export const populationQuery = (asked: Asked) =>
  queryOptions({
    queryKey: ['records', 'population', asked],
    queryFn: () => api.populations.get(asked),
    placeholderData: keepPreviousData,
  });
