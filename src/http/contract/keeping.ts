import { z } from 'zod';
import type { Text } from '../../kernel/text.ts';
import { commandId, done, Id, read, view, write } from './shapes.ts';

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
  kind: 'backup.made' | 'backup.failed' | 'backup.checked' | 'backup.restored' | 'restore.tested';
  at: string;
  disk?: string;
  passed: boolean;
  generations?: number;
  reason?: Text;
};

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
  hold: write('keeping', '/keeping/holds', 'Put a record on legal hold')
    .input(z.object({ commandId, record: Id, reason }))
    .output(done),
  release: write('keeping', '/keeping/releases', 'Lift the legal hold on a record')
    .input(z.object({ commandId, record: Id, reason }))
    .output(done),
  erase: write('keeping', '/keeping/erasures', 'Erase the personal values of a record, or of somebody who has left')
    .input(z.object({ commandId, kind: z.enum(['subject', 'record']), id: Id, reason }))
    .output(done),
  backups: read(
    'keeping',
    '/keeping/backups',
    'Backups, checks and restore drills of the installation, newest first',
  ).output(z.array(view<BackupView>())),
};
