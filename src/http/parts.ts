import type { Blobs } from '../adapters/blobs/folder.ts';
import type { OfficeCalendar } from '../adapters/files/calendar.ts';
import type { SourceFile } from '../kernel/pack/types.ts';
import type { Refused } from '../kernel/refusal.ts';
import type { DeskState } from '../modules/backups/desk.ts';
import type { Dispatch } from '../runtime/module.ts';
import type { Parts } from '../runtime/parts.ts';
import type { Cache } from '../runtime/query/look.ts';
import type { Verification } from '../runtime/views.ts';
import type { Witnesses } from '../runtime/witness-views.ts';

/** What the http door stands on; composed in `src/main.ts`. */
export type HttpParts = {
  parts: Parts;
  cache: Cache;
  dispatch: Dispatch;
  auth: Authentication;
  blobs: Blobs;
  /** Evidence packages in the making, and made. */
  shelf: import('./package/shelf.ts').Shelf;
  /** Packs on this installation's disk. */
  packFiles: () => SourceFile[];
  news: NewsRoom;
  ledger: Ledger;
  addCalendar: OfficeCalendar['add'];
  certificates: import('../adapters/tls/certificates.ts').Certificates;
  mailSettings: import('../adapters/mail/settings.ts').MailSettingsFile;
  backupDesk: BackupDesk;
  setup: Setup;
  demo?: () => Promise<{
    organisation: string;
    accounts: { email: string; password: string; role: { zh: string; en: string } }[];
  }>;
  /** Where pages and QR codes lead: `http://localhost:8480`. */
  baseUrl: string;
  clamd?: string;
  webRoot: string;
  health: () => Promise<{ ok: boolean; [name: string]: unknown }>;
};

/** Sign-in belongs to the installation; `src/adapters/auth` is what the doors need of it. */
export type Authentication = import('../adapters/auth/auth.ts').Auth;

/** Tells open pages of one organisation that something changed. */
export type NewsRoom = {
  /** How many listen there now. */
  listening(organisation: string): number;
  listen(
    organisation: string,
    hear: (news: {
      records: string[];
      tasks: boolean;
      notices: string[];
      working?: { person: string; record: string; done: number; all: number };
    }) => void,
  ): () => void;
};

export type Ledger = {
  verify(organisation: string): Promise<Verification>;
  witnesses(organisation: string): Promise<Witnesses>;
  /** Whom to trust to check proofs elsewhere, as a C2SP tlog-policy: the log’s key, and witnesses where there are any. */
  policy(organisation: string): Promise<string>;
  /** The published checkpoint with the key that checks it; undefined while nothing is sealed. */
  checkpoint(organisation: string): Promise<{ note: string; key: string } | undefined>;
  /** A request file for a witness without a network. */
  requestFor(
    organisation: string,
    witness: string,
  ): Promise<{ name: string; content: string; entries: number } | Refused>;
  /** Takes in what it cosigned; how many cosignatures fitted. */
  acceptAnswer(organisation: string, answer: string): Promise<number | Refused>;
  /** A proof per event position under the newest checkpoint; undefined while not sealed yet. */
  proofs(
    organisation: string,
    positions: number[],
  ): Promise<{ checkpoint: string; key: string; proofs: { pos: number; proof: string }[] } | undefined>;
};

/** Installing: the code printed at first start makes the first administrator. */
export type Setup = {
  codeRequired(): boolean;
  createOrganisation(name: string): Promise<string>;
  finish(organisation: string): Promise<void>;
};

/** Backups from the screen; `src/cli/backup-desk.ts` does the work. */
export type BackupDesk = {
  state(): Promise<DeskState>;
  makeKey(replace: boolean, by: string): Promise<{ sheet: string; installation: string } | Refused>;
  prepare(place: string, name: string, by: string): Promise<{ id: string } | Refused>;
  start(): { started: true } | Refused;
  drill(asked: { place: string; generation?: string; sheet: string }): Promise<{ started: true } | Refused>;
  stopDrill(): { stopped: true } | Refused;
};
