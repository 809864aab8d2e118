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

export const textsQuery = (asOf?: string) =>
  queryOptions({ queryKey: ['texts', asOf ?? 'now'], queryFn: () => api.texts.list({ asOf }) });

export const textQuery = (text: string, asOf?: string) =>
  queryOptions({
    queryKey: ['texts', text, asOf ?? 'now'],
    queryFn: () => api.texts.get({ text, asOf }),
    placeholderData: keepPreviousData,
  });

export const textChangesQuery = (text: string, asOf?: string) =>
  queryOptions({
    queryKey: ['texts', text, 'changes', asOf ?? 'now'],
    queryFn: () => api.texts.changes({ text, asOf }),
  });

export const mappingQuery = (text: string) =>
  queryOptions({ queryKey: ['texts', text, 'mapping'], queryFn: () => api.texts.mapping({ text }) });

export const checklistsQuery = (asOf?: string) =>
  queryOptions({ queryKey: ['checklists', asOf ?? 'now'], queryFn: () => api.checklists.list({ asOf }) });

export const checklistQuery = (checklist: string, asOf?: string) =>
  queryOptions({
    queryKey: ['checklists', checklist, asOf ?? 'now'],
    queryFn: () => api.checklists.get({ checklist, asOf }),
    placeholderData: keepPreviousData,
  });

export const planQuery = (asOf?: string) =>
  queryOptions({ queryKey: ['plan', asOf ?? 'now'], queryFn: () => api.plan.get({ asOf }) });
