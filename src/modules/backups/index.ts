import { sql } from 'kysely';
import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Db, Module, StoredEvent, Tx } from '../../runtime/module.ts';

const Disk = z.object({ id: z.string().max(60), name: z.string().max(120) });
const Words = z.object({ zh: z.string(), en: z.string() });
const count = z.number().int().nonnegative();
const ledger = z.object({ organisation: z.string(), saved: count, restored: count, root: z.string(), ok: z.boolean() });

/** What commands outside the platform leave word of, and the platform enters into the installation's ledger. */
export const BackupNote = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('backup.made'),
    at: z.iso.datetime(),
    generation: z.string().max(60),
    disk: Disk,
    bytes: count,
    written: count,
    missing: count,
    generations: count,
  }),
  z.object({ kind: z.literal('backup.failed'), at: z.iso.datetime(), disk: Disk.optional(), reason: Words }),
  z.object({
    kind: z.literal('backup.checked'),
    at: z.iso.datetime(),
    disk: Disk,
    passed: z.boolean(),
    generations: count,
    faults: count,
  }),
  z.object({
    kind: z.literal('restore.tested'),
    at: z.iso.datetime(),
    generation: z.string().max(60),
    dataOf: z.iso.datetime(),
    passed: z.boolean(),
    rows: count,
    /** None where it could not be restored at all; then `reason` says why. */
    ledgers: z.array(ledger).max(5000),
    reason: Words.optional(),
  }),
  z.object({
    kind: z.literal('backup.key_made'),
    at: z.iso.datetime(),
    replaces: z.boolean(),
    by: z.string().optional(),
  }),
  z.object({ kind: z.literal('backup.disk_prepared'), at: z.iso.datetime(), disk: Disk, by: z.string().optional() }),
  z.object({
    kind: z.literal('backup.restored'),
    at: z.iso.datetime(),
    generation: z.string().max(60),
    dataOf: z.iso.datetime(),
  }),
]);
export type BackupNote = z.infer<typeof BackupNote>;

/** Backups, checks of disks and restore drills of the installation, in its own ledger and a table for the page. */
export const backups: Module = {
  name: 'backups',
  commands: {
    'backups.note': {
      input: BackupNote,
      load: async () => null,
      decide(_loaded, note: BackupNote, { actor }) {
        if (actor.kind !== 'setup') return notByPeople;
        const { kind, ...data } = note;
        return { events: [{ stream: 'backups', type: kind, data: data as { [key: string]: Value } }], response: true };
      },
    },
  },
  project,
};

const KINDS = new Set<string>(BackupNote.options.map((option) => option.shape.kind.value));

async function project(tx: Tx, event: StoredEvent): Promise<void> {
  if (!KINDS.has(event.type)) return;
  const { disk, at, passed } = event.data as { disk?: { id: string; name: string }; at?: string; passed?: boolean };
  await sql`insert into backup_run (organisation, pos, kind, at, disk, disk_name, passed, about)
    values (${event.organisation}, ${event.pos}, ${event.type}, ${at ?? event.at}, ${disk?.id ?? null}, ${disk?.name ?? null},
      ${passed ?? event.type !== 'backup.failed'}, ${JSON.stringify(event.data)}::jsonb)
    on conflict do nothing`.execute(tx);
}

const notByPeople = refused({ code: 'by', message: text('由系統自動記錄。', 'The system records this itself.') });

export type BackupRunRow = {
  kind: BackupNote['kind'];
  at: Date;
  disk: string | null;
  disk_name: string | null;
  passed: boolean;
  about: Record<string, never>;
};

/** The newest runs of the installation, newest first. */
export async function backupRuns(tx: Tx | Db, organisation: string, most: number): Promise<BackupRunRow[]> {
  const found = await sql<BackupRunRow>`select kind, at, disk, disk_name, passed, about from backup_run
    where organisation = ${organisation} order by at desc, pos desc limit ${most}`.execute(tx);
  return found.rows;
}
