import { z } from 'zod';
import type { Text } from '../../kernel/text.ts';
import type { DeskState } from '../../modules/backups/desk.ts';
import type { BackupNote } from '../../modules/backups/index.ts';
import type { Named } from '../../runtime/views.ts';
import { commandId, done, Factor, Id, read, view, write } from './shapes.ts';

/** How long things are kept: records whose time is over, holds, erasure; and the installation's backups. */

export type DueView = {
  id: string;
  number: string;
  title: string;
  typeLabel: Text;
  closedAt: string;
  ends: string;
  held: boolean;
};
export type BackupView = {
  kind: BackupNote['kind'];
  at: string;
  disk?: string;
  passed: boolean;
  generations?: number;
  reason?: Text;
};

export type HoldView = {
  record: { id: string; number: string; title: string };
  reason: string;
  at: string;
  by?: Named;
  lifted?: string;
};
export type ErasureView = {
  kind: 'subject' | 'record';
  id: string;
  /** Of the record; a person has none. */
  number?: string;
  reason: string;
  at: string;
  by?: Named;
  done?: string;
};
export type DisposalView = {
  id: string;
  number: string;
  title: string;
  state: Text;
  open: boolean;
  items: number;
  destroyed: number;
  archive: boolean;
  approval?: string;
};
export type KeepingView = {
  /** Whether records here are archives under the Archives Act; `stated`: said by the organisation, not taken from its kind. */
  archives: { archives: boolean; stated: boolean; may: boolean };
  /** May place holds and order erasures. */
  keeper: boolean;
  /** May draft disposals. */
  proposes: boolean;
  holds: HoldView[];
  erasures: ErasureView[];
  disposals: DisposalView[];
  left: { id: string; name: string; until: string; ordered: boolean }[];
};
export type ErasurePreviewView = {
  name: string;
  records: number;
  open: string[];
  held: string[];
  attachments: number;
  shared: number;
  accounts: number;
};
/** `may`: orders keys, backups and drills here. */
export type BackupDeskView = DeskState & { may: boolean };

export type ReviewsView = {
  /** Absent where the procedures ask for no review. */
  next?: { opens: string; due: string; open: boolean };
  /** What was refused at the door since the last review ended, newest first, at most fifty windows. */
  failures: {
    since: string;
    count: number;
    items: {
      pos: number;
      of: 'sign_in' | 'unknown_names' | 'token';
      /** Whose account or token it was tried with. */
      person?: Named;
      from: string;
      until: string;
      count: number;
      locks: number;
      kinds: { label: Text; count: number }[];
      addresses: { address: string; count: number }[];
      others?: { addresses: number; count: number };
    }[];
  };
  /** May take the reviewed entries along. */
  exports: boolean;
  reviews: {
    id: string;
    number: string;
    open: boolean;
    state: Text;
    begins: string;
    ends: string;
    due: string;
    entries: number;
    signed?: { at: string; by: Named };
  }[];
};

const erasure = z.object({ kind: z.enum(['subject', 'record']), id: Id });
const reason = z.string().trim().min(2).max(1000);
export const keeping = {
  due: read('keeping', '/keeping/due', 'Closed records whose retention is over').output(z.array(view<DueView>())),
  propose: write('keeping', '/keeping/disposals', 'Open a disposal that lists these records')
    .input(z.object({ commandId, title: z.string().min(2).max(200), records: z.array(Id).min(1).max(200) }))
    .output(z.object({ id: Id })),
  catalogue: read(
    'keeping',
    '/keeping/disposals/{id}/catalogue',
    'The list of a disposal (檔案銷毀目錄) as CSV text, UTF-8',
  )
    .input(z.object({ id: Id }))
    .output(z.object({ name: z.string(), csv: z.string(), rows: z.number().int() })),
  overview: read('keeping', '/keeping', 'Holds, erasures, disposals, and who left').output(view<KeepingView>()),
  preview: read('keeping', '/keeping/erasures/preview', 'What an erasure would take along and what stands in its way')
    .input(erasure)
    .output(view<ErasurePreviewView>()),
  hold: write('keeping', '/keeping/holds', 'Put a record on legal hold')
    .input(z.object({ commandId, record: Id, reason, factor: Factor.optional() }))
    .output(done),
  release: write('keeping', '/keeping/releases', 'Lift the legal hold on a record')
    .input(z.object({ commandId, record: Id, reason, factor: Factor.optional() }))
    .output(done),
  erase: write('keeping', '/keeping/erasures', 'Erase the personal values of a record, or of somebody who has left')
    .input(erasure.extend({ commandId, reason, factor: Factor.optional() }))
    .output(done),
  stateArchives: write('keeping', '/keeping/archives', 'State whether records here are archives under the Archives Act')
    .input(z.object({ commandId, archives: z.boolean(), reason, factor: Factor.optional() }))
    .output(done),
  reviews: read('keeping', '/keeping/reviews', 'Reviews of audit data, and when the next is due').output(
    view<ReviewsView>(),
  ),
  reviewed: read('keeping', '/keeping/reviews/{id}/entries', 'Every entry a review covers, as CSV text, UTF-8')
    .input(z.object({ id: Id }))
    .output(z.object({ name: z.string(), csv: z.string(), rows: z.number().int() })),
  desk: read('keeping', '/keeping/backups/desk', 'Disks, recovery key, and what is under way').output(
    view<BackupDeskView>(),
  ),
  makeKey: write('keeping', '/keeping/backups/key', 'Make the recovery key; answered this once, kept nowhere')
    .input(z.object({ commandId, replace: z.boolean(), factor: Factor.optional() }))
    .output(z.object({ name: z.string(), pdf: z.string().describe('base64'), sheet: z.string() })),
  prepareDisk: write('keeping', '/keeping/backups/disks', 'Make a folder a backup disk of this installation')
    .input(z.object({ commandId, place: z.string().max(500), name: z.string().trim().min(1).max(60) }))
    .output(z.object({ id: z.string() })),
  backUp: write('keeping', '/keeping/backups', 'Back up now, to every disk that is plugged in')
    .input(z.object({ commandId }))
    .output(z.object({ started: z.literal(true) })),
  drill: write('keeping', '/keeping/backups/drills', 'Restore into a scratch folder and verify')
    .input(
      z.object({
        commandId,
        place: z.string().max(500),
        generation: z.string().max(60).optional(),
        sheet: z.string().min(1).max(4000).describe('the recovery key as typed'),
        factor: Factor.optional(),
      }),
    )
    .output(z.object({ started: z.literal(true) })),
  stopDrill: write('keeping', '/keeping/backups/drills/stop', 'Stop the drill under way and delete what it restored')
    .input(z.object({ commandId }))
    .output(z.object({ stopped: z.literal(true) })),
  backups: read(
    'keeping',
    '/keeping/backups',
    'Backups, checks and restore drills of the installation, newest first',
  ).output(z.array(view<BackupView>())),
};
