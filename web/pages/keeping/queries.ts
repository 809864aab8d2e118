import { queryOptions } from '@tanstack/react-query';
import { api } from '../../api.ts';

export const dueQuery = queryOptions({ queryKey: ['records', 'keeping', 'due'], queryFn: () => api.keeping.due() });
export const backupsQuery = queryOptions({ queryKey: ['keeping', 'backups'], queryFn: () => api.keeping.backups() });
