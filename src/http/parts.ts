import type { Blobs } from '../adapters/blobs/folder.ts';
import type { OfficeCalendar } from '../adapters/files/calendar.ts';
import type { SourceFile } from '../kernel/pack/types.ts';
import type { Dispatch } from '../runtime/module.ts';
import type { Parts } from '../runtime/parts.ts';
import type { Cache } from '../runtime/query/look.ts';
import type { Verification, Witnesses } from '../runtime/views.ts';

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
  listen(
    organisation: string,
    hear: (news: { records: string[]; tasks: boolean; notices: string[] }) => void,
  ): () => void;
};

export type Ledger = {
  verify(organisation: string): Promise<Verification>;
  witnesses(organisation: string): Promise<Witnesses>;
  /** Whom to trust to check proofs elsewhere, as a C2SP tlog-policy: the log’s key, and witnesses where there are any. */
  policy(organisation: string): Promise<string>;
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
