import type { Text } from '../kernel/text.ts';

/** All that an auditor from elsewhere may see, in words: titles, clause numbers, names of units (all where there are none). */
export type ScopeView = { procedures: Text[]; clauses: Text[]; units: string[] };
