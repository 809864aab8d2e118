import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export const reachQuery = queryOptions({ queryKey: ['certificate'], queryFn: () => api.certificate.get() });
