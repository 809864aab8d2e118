import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { PackageCard } from '../../../src/http/contract/packages.ts';
import { api } from '../../api.ts';
import { language } from '../../language.ts';

/** What the address asks for: what is followed, the day it is looked at, the period of the records. */
export type PackageSearch = {
  by?: 'procedure' | 'text' | 'checklist';
  id?: string;
  asOf?: string;
  from?: string;
  until?: string;
};

export function packageSearch(search: Record<string, unknown>): PackageSearch {
  const found: PackageSearch = {};
  const { by, id } = search;
  if (by === 'procedure' || by === 'text' || by === 'checklist') found.by = by;
  if (typeof id === 'string' && id.length <= 100) found.id = id;
  for (const key of ['asOf', 'from', 'until'] as const) {
    const value = search[key];
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) found[key] = value;
  }
  return found;
}

export type Followed = Required<Pick<PackageSearch, 'by' | 'id'>> & Omit<PackageSearch, 'by' | 'id'>;

export const wordsLanguage = (): 'zh' | 'en' => (language() === 'en' ? 'en' : 'zh');

export const sectionsQuery = (followed: Followed) =>
  queryOptions({
    queryKey: ['packages', 'sections', followed, wordsLanguage()],
    queryFn: () => api.packages.sections({ ...followed, language: wordsLanguage() }),
    placeholderData: keepPreviousData,
  });

export const packagesKey = ['packages', 'mine'];
/** Looked at every second while something is being made. */
export const packagesQuery = queryOptions({
  queryKey: packagesKey,
  queryFn: () => api.packages.list({}),
  refetchInterval: ({ state }) => (isWorking(state.data) ? 1_000 : false),
});

export const isWorking = (cards: PackageCard[] | undefined): boolean =>
  cards?.some(({ state }) => state === 'working') ?? false;
