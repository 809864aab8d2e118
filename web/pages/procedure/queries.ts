import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export const procedureQuery = (pack: string, asOf?: string) =>
  queryOptions({
    queryKey: ['procedures', pack, asOf ?? 'now'],
    queryFn: () => api.procedure.get({ pack, asOf }),
    placeholderData: keepPreviousData,
  });

export const evidenceQuery = (clause: string, asOf?: string) =>
  queryOptions({
    queryKey: ['evidence', clause, asOf ?? 'now'],
    queryFn: () => api.procedure.evidence({ clause, asOf }),
  });
