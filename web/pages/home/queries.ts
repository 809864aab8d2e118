import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export const nextWeekQuery = queryOptions({
  queryKey: ['tasks', 'all', 'week'],
  queryFn: () => api.tasks.list({ scope: 'all', week: true }),
});

export const lateDaysQuery = queryOptions({ queryKey: ['procedures', 'days'], queryFn: () => api.procedure.days() });

export const lightChangesQuery = queryOptions({
  queryKey: ['procedures', 'changes'],
  queryFn: () => api.procedure.changes(),
});

export const redLightsQuery = queryOptions({ queryKey: ['procedures', 'red'], queryFn: () => api.procedure.red() });
