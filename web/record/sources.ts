import { api } from '../api.ts';
import type { Source } from '../ui/picker.tsx';

export const persons: Source = { key: 'persons', search: (search) => api.lookups.persons({ search }) };
export const units: Source = { key: 'units', search: (search) => api.lookups.units({ search }) };

/** Records of a type (or rows of its table) that a reference may point to. */
export const recordsOf = (type: string): Source => ({
  key: `records ${type}`,
  search: (search) => api.lookups.records({ type, search }),
});
