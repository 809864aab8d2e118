import type { Calendar } from '../kernel/calendar/calendar.ts';
import type { Directory, Moment } from '../kernel/engine/types.ts';
import type { NodeKey } from '../kernel/ledger/mac.ts';
import type { PersonalKeys } from '../kernel/ledger/personal.ts';
import type { Definition } from '../kernel/pack/types.ts';
import type { Db, Module, Tx } from './module.ts';

/** What `src/main.ts` hands to the runtime: everything with a lifetime or an outside. */
export type Parts = {
  db: Db;
  modules: Module[];
  calendar: () => Calendar;
  loadDirectory(tx: Tx, organisation: string, now: Moment): Promise<Directory>;
  /** Seals authority rows. */
  nodeKey: Uint8Array;
  /** The same key, as the ledger marks events with it. */
  markKey: NodeKey;
  personal: PersonalKeyring;
  clock: () => Moment;
  /** Told after each committed group; never inside the transaction. */
  committed(news: News): void;
  /** Told while an act that brings many others with it is being decided, for whoever waits for it. */
  working?(progress: Working): void;
  /** A defect was met: logged whole under a reference that people see. */
  defect(error: unknown, where: string): string;
};

/** Keys of personal values, outside PostgreSQL. `ensure` makes keys durable before anything is encrypted with them. */
export type PersonalKeyring = {
  ensure(organisation: string, pairs: { subject: string; record: string }[]): Promise<void>;
  keys(organisation: string, subject: string, record: string): PersonalKeys;
  /** Destroys a key for good. */
  shred(organisation: string, which: { kind: 'subject' | 'record'; id: string }, at: Moment): Promise<void>;
  /** Every key destroyed so far. */
  shredded(organisation: string): { kind: 'subject' | 'record'; id: string }[];
  isShredded(organisation: string, kind: 'subject' | 'record', id: string): boolean;
};

/** How far an act has come that brings others with it: the record acted on, and by whom. */
export type Working = { organisation: string; person: string; record: string; done: number; all: number };

export type News = {
  organisation: string;
  /** Position after the group's last event. */
  size: number;
  /** Mark of the group's last event; absent when it wrote none. */
  mac?: Uint8Array;
  records: string[];
  tasks: boolean;
  notices: string[];
  eventTypes: Set<string>;
};

/** What deciding needs of one organisation besides records: cached until an event changes it. */
export type OrganisationContext = {
  definition: Definition;
  definitions: Map<string, Definition>;
  directory: Directory;
};
