import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export type DigestSearch = { day?: string | undefined; of?: 'office' | undefined };

/** `/digest?day=2026-11-20&of=office`; anything else is left out. */
export const digestSearch = (search: Record<string, unknown>): DigestSearch => ({
  ...(typeof search.day === 'string' && /^\d{4}-\d\d-\d\d$/.test(search.day) ? { day: search.day } : {}),
  ...(search.of === 'office' ? { of: search.of } : {}),
});

export const ownDigestQuery = (day?: string) =>
  queryOptions({
    queryKey: ['notices', 'digest', day ?? 'newest'],
    queryFn: () => api.digest.get(day ? { day } : {}),
    placeholderData: keepPreviousData,
  });

export const officeDigestQuery = (day?: string) =>
  queryOptions({
    queryKey: ['notices', 'digest', 'office', day ?? 'newest'],
    queryFn: () => api.digest.office(day ? { day } : {}),
    placeholderData: keepPreviousData,
  });
