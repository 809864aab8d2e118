import { useSyncExternalStore } from 'react';

/** What is typed during set-up, before it is sent. Kept in this tab, so that going back, reloading or changing language loses nothing. */
export type Draft = {
  code: string;
  name: string;
  kind: Kind;
  level: string;
  hosting: 'self' | 'superior' | '';
  /** Undefined: as the kind goes. */
  archives?: boolean | undefined;
  account: { name: string; email: string };
  packs: string[];
  units: UnitDraft[];
  people: PersonDraft[];
  /** Ids the server gave, once sent: set-up never sends the same unit or person twice. */
  made: {
    packs?: string[];
    units?: Record<string, string>;
    people?: { id: string; name: string; email?: string; me: boolean }[];
  };
};
export type Kind = 'agency' | 'school' | 'company' | 'operator' | 'city' | '';
/** As the server takes it where nothing is said (`archivesByKind`); a school is asked. */
export const archivesOf = ({ kind, archives }: Pick<Draft, 'kind' | 'archives'>): boolean | undefined =>
  archives ?? (kind === '' || kind === 'school' ? undefined : kind === 'agency' || kind === 'city');
export type UnitDraft = { key: string; name: string; under?: string };
export type PersonDraft = {
  key: string;
  name: string;
  unit: string;
  title: string;
  email: string;
  me: boolean;
  roles: string[];
};

const STORE = 'setup';
const empty: Draft = {
  code: '',
  name: '',
  kind: '',
  level: '',
  hosting: '',
  account: { name: '', email: '' },
  packs: [],
  units: [],
  people: [],
  made: {},
};

let draft: Draft = stored();
/** The password is kept only while the page lives, never written down. */
let password = '';
const watchers = new Set<() => void>();

export function useDraft(): [Draft, (change: Partial<Draft>) => void] {
  const now = useSyncExternalStore(watch, () => draft);
  return [now, change];
}

export const usePassword = (): [string, (to: string) => void] => [
  useSyncExternalStore(watch, () => password),
  (to) => {
    password = to;
    tellAll();
  },
];

export function change(to: Partial<Draft>): void {
  draft = { ...draft, ...to };
  sessionStorage.setItem(STORE, JSON.stringify(draft));
  tellAll();
}

export function forget(): void {
  draft = empty;
  password = '';
  sessionStorage.removeItem(STORE);
}

/** A key for a new row, unlike any there is. */
export function newKey(rows: { key: string }[]): string {
  const numbers = rows.map((row) => Number(row.key.slice(1))).filter(Number.isFinite);
  return `k${Math.max(0, ...numbers) + 1}`;
}

function stored(): Draft {
  const text = sessionStorage.getItem(STORE);
  return text ? { ...empty, ...(JSON.parse(text) as Partial<Draft>) } : empty;
}

function watch(changed: () => void): () => void {
  watchers.add(changed);
  return () => watchers.delete(changed);
}

function tellAll(): void {
  for (const watcher of watchers) watcher();
}
