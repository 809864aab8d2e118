import type { AuditScope } from './outside.ts';

/** Everybody of one organisation, small enough to hold in memory; dated entries are judged at `now`. */
export type Directory = {
  units: Record<string, { id: string; name: string; under?: string; from?: string; until?: string }>;
  persons: Record<
    string,
    {
      id: string;
      name: string;
      unit: string;
      title?: string;
      from?: string;
      until?: string;
      email?: string;
      /** Ever was an auditor from elsewhere, and so is nothing else here. */
      outside?: true;
    }
  >;
  grants: Grant[];
  deputies: { id: string; for: string; person: string; order: number; from: string; until: string }[];
};
export type Grant = {
  id: string;
  person: string;
  role: string;
  unit: string;
  from: string;
  until?: string;
  pos?: number;
  /** Of an auditor from elsewhere: all it may see. */
  scope?: AuditScope;
};
