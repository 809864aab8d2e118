import { localDate } from '../../kernel/calendar/date.ts';

/** One backup as it lies on a disk: everything of the installation at one moment. Encrypted and signed. */
export type Generation = {
  format: 1;
  /** `2026-11-30T020000Z`: when its database snapshot was taken. */
  id: string;
  installation: string;
  takenAt: string;
  /** Release that made it. */
  release: string;
  database: {
    kind: 'embedded' | 'external';
    version: string;
    migrations: { number: number; name: string; sha256: string }[];
    partitions: { schema: string; name: string; parent: string; bound: string }[];
    /** In an order in which they can be filled: what is referred to comes first. */
    tables: TableCopy[];
    sequences: { name: string; value: string; called: boolean }[];
  };
  /** How far each ledger was in the snapshot. */
  ledgers: { organisation: string; events: number }[];
  /** Keys, settings, sealed files and attachments below the data folder. */
  files: FileCopy[];
  /** Attachments the database speaks of and nobody has: told, never passed over. */
  missing: string[];
};

/** Rows as COPY writes them (text format), cut into contents. */
export type TableCopy = { schema: string; name: string; columns: string[]; rows: number; chunks: Chunk[] };
export type Chunk = { object: string; sha256: string; bytes: number; rows: number };
export type FileCopy = { path: string; mode: number; size: number; sha256: string; object: string };

/** The keys of personal values. Only the newest are kept on a disk: older generations follow erasures made since. */
export type Vault = { takenAt: string; files: { path: string; content: string }[] };

/** What stands in the clear beside a generation, so that a disk can be checked and cleared without the recovery key. */
export type Listing = {
  id: string;
  takenAt: string;
  bytes: number;
  /** SHA-256 of the sealed contents list beside it. */
  manifest?: string;
  /** Name on the disk → SHA-256 and size of the encrypted file. */
  objects: Record<string, { sha256: string; bytes: number }>;
};

export const generationId = (at: Date): string => at.toISOString().replace(/:(\d\d):(\d\d)\.\d{3}Z$/, '$1$2Z');

/** The moment a generation's id stands for; undefined for anything that is no id. */
export function takenAtOf(id: string): string | undefined {
  const [, day, hour, minute, second] = /^(\d{4}-\d\d-\d\d)T(\d\d)(\d\d)(\d\d)Z$/.exec(id) ?? [];
  const at = new Date(`${day}T${hour}:${minute}:${second}Z`);
  return Number.isNaN(at.getTime()) ? undefined : at.toISOString();
}

export type Keep = { daily: number; weekly: number; monthly: number };
export const KEEP: Keep = { daily: 7, weekly: 5, monthly: 12 };

/**
 * Which generations stay: the newest of each of the last days, weeks and months that have one, in Taiwan's time.
 * The newest of all always stays. Returns ids, newest first.
 */
export function kept(generations: { id: string; takenAt: string }[], keep: Keep): string[] {
  const newest = generations.toSorted((a, b) => b.takenAt.localeCompare(a.takenAt));
  const staying = new Set(newest.slice(0, 1).map(({ id }) => id));
  for (const [period, most] of [
    [localDate, keep.daily],
    [weekOf, keep.weekly],
    [monthOf, keep.monthly],
  ] as const) {
    const seen = new Set<string>();
    for (const { id, takenAt } of newest) {
      const name = period(takenAt);
      if (seen.has(name) || seen.size >= most) continue;
      seen.add(name);
      staying.add(id);
    }
  }
  return newest.filter(({ id }) => staying.has(id)).map(({ id }) => id);
}

const DAY_MS = 86_400_000;
/** Taiwan keeps UTC+8 the year round. */
const local = (moment: string): number => Date.parse(moment) + 8 * 3_600_000;
const monthOf = (moment: string): string => localDate(moment).slice(0, 7);
/** Weeks begin on Monday; 1970-01-01 was a Thursday. */
const weekOf = (moment: string): string => String(Math.floor((local(moment) / DAY_MS + 3) / 7));
