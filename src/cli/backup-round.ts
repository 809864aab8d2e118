import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { sql } from 'kysely';
import { KEEP } from '../adapters/backup/generation.ts';
import { addDays, localDate } from '../kernel/calendar/date.ts';
import type { Values } from '../kernel/engine/types.ts';
import type { Definition } from '../kernel/pack/types.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { type BackupNote, type BackupRunRow, backupRuns } from '../modules/backups/index.ts';
import { raiseAlarms, type Trouble } from '../runtime/alarms.ts';
import type { Db, Dispatch } from '../runtime/module.ts';
import { INSTALLATION, organisationIds } from '../runtime/organisations.ts';
import type { PersonalKeyring } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { backUp, underWay } from './backups.ts';
import type { DiskTurn } from './disk-turn.ts';
import { clearDrills } from './left-drills.ts';

export type RoundParts = {
  db: Db;
  dispatch: Dispatch;
  clock: () => string;
  dataDir: string;
  personal: Pick<PersonalKeyring, 'shredded'>;
  database: { kind: 'embedded' | 'external'; ownerUrl: string };
  log: (line: string) => void;
  defect: (error: unknown, where: string) => string;
};

/**
 * What the running platform does about backups, once a minute: enters what was done outside into the installation's ledger,
 * backs up by itself when its time has come, asks for the disks to be swapped, and opens the record of a restore drill.
 */
export function backupRounds(parts: RoundParts, turn: DiskTurn): () => Promise<void> {
  const asked = new Set<string>();
  let begun = false;
  return async () => {
    if (!begun) await clearDrills(undefined, parts.log);
    begun = true;
    await tellRestored(parts);
    await enterNotes(parts);
    // Looked at before the runs are: what ends meanwhile has its entry among them.
    const idle = turn.running() === undefined;
    const runs = await withOrganisation(parts.db, INSTALLATION, (tx) => backupRuns(tx, INSTALLATION, 200));
    await askForSwaps(parts, runs, asked);
    const places = (process.env.ANCHENG_BACKUP_TO ?? '').split(delimiter).filter(Boolean);
    await tellBackupTroubles(parts, runs, places.length > 0);
    if (places.length === 0 || !idle || !isDue(runs, parts.clock(), process.env.ANCHENG_BACKUP_AT)) return;
    // A first backup takes a while: deadlines are kept meanwhile.
    beginBackup(
      parts,
      turn,
      places.map((place) => resolve(place)),
    );
  };
}

const TWO_DAYS_MS = 2 * 86_400_000;

/** Where the platform backs up by itself: a failure, and two days without a backup, are told once and settled by the next good one. */
async function tellBackupTroubles(parts: RoundParts, runs: BackupRunRow[], expected: boolean): Promise<void> {
  // Of the newest backup every disk counts: one that failed is told although the other was written.
  const tried = runs.filter(({ kind }) => kind === 'backup.made' || kind === 'backup.failed');
  const newest = tried.filter(({ at }) => at.getTime() === tried[0]?.at.getTime());
  const failed = newest.find(({ kind }) => kind === 'backup.failed');
  const made = runs.find(({ kind }) => kind === 'backup.made');
  const reason = (failed?.about as { reason?: Text } | undefined)?.reason;
  const troubles: Trouble[] = [];
  if (expected && failed)
    troubles.push({
      key: 'failed',
      message: text(
        `備份未完成：${reason?.zh.replace(/。$/, '') ?? '原因不明'}`,
        `A backup failed: ${reason?.en.replace(/\.$/, '') ?? 'for an unknown reason'}`,
      ),
    });
  if (expected && made && Date.parse(parts.clock()) - made.at.getTime() > TWO_DAYS_MS)
    troubles.push({
      key: 'old',
      message: text('已超過兩天沒有成功的備份', 'There has been no good backup for more than two days'),
    });
  const to = { roles: ['room_manager', 'security_officer'], go: '/keeping?view=backups' };
  for (const organisation of await organisationIds(parts.db))
    if (organisation !== INSTALLATION) await raiseAlarms(parts, organisation, 'backup', troubles, to);
}

/**
 * Begins a backup to every disk that is plugged in, telling the ledger also when none could be reached; false while something else is
 * done on the disks. One given up because the program ends is due again at its next start.
 */
export function beginBackup(parts: RoundParts, turn: DiskTurn, places: string[]): boolean {
  return turn.take('backup', async (signal) => {
    try {
      const source = { dataDir: parts.dataDir, ...parts.database };
      const outcome = await backUp(source, places, KEEP, new Date(parts.clock()), signal);
      if (isRefused(outcome)) {
        if (outcome !== underWay) await noteRefused(parts, outcome);
      } else for (const { refusal } of outcome.failed) tellFailed(parts, refusal);
    } catch (error) {
      if (signal.aborted)
        parts.log(
          '備份因系統停止而中斷，下次啟動後重做 · the backup was given up for the stop; made after the next start',
        );
      else parts.defect(error, 'backup');
    }
    // Entered first: whoever sees that it is over sees what came of it.
    await enterNotes(parts).catch((error: unknown) => parts.defect(error, 'backup'));
  });
}

/** Before any disk was found there is nothing that could have noted the failure. */
async function noteRefused({ dispatch, clock, log }: RoundParts, { refused }: Refused): Promise<void> {
  tellFailed({ log }, { refused });
  await note(dispatch, { kind: 'backup.failed', at: clock(), reason: refused[0]!.message });
}

function tellFailed({ log }: Pick<RoundParts, 'log'>, { refused }: Refused): void {
  const reason = refused[0]!.message;
  log(`備份未完成 · backup failed: ${reason.zh} ${reason.en}`);
}

/** A restored installation says so in its ledger before anything else happens in it. */
async function tellRestored({ dataDir, dispatch, db, personal }: RoundParts): Promise<void> {
  const mark = join(dataDir, 'restored.json');
  if (!existsSync(mark)) return;
  const { generation, takenAt, restoredAt } = JSON.parse(readFileSync(mark, 'utf8')) as Record<string, string>;
  await note(dispatch, { kind: 'backup.restored', at: restoredAt!, generation: generation!, dataOf: takenAt! });
  // Erased after that backup was made: ordered again, so that attachments go, too, and each ledger says so.
  for (const organisation of await organisationIds(db)) {
    for (const { kind, id } of organisation === INSTALLATION ? [] : personal.shredded(organisation)) {
      if (id.includes(':')) continue; // a mail or a notice that quoted one
      const command = {
        do: 'retention.erase_again',
        id: `erase-again-${restoredAt}-${kind}-${id}`,
        input: { kind, id },
      };
      const outcome = await dispatch({ organisation, actor: { kind: 'clock' }, command });
      if (isRefused(outcome))
        throw new Error(`an erasure could not be ordered again: ${outcome.refused[0]?.message.en}`);
    }
  }
  rmSync(mark);
}

/** Enters what commands left word of; entered once, whoever comes first. */
export async function enterNotes(parts: RoundParts): Promise<void> {
  const folder = join(parts.dataDir, 'backups');
  const names = existsSync(folder) ? readdirSync(folder).filter((name) => name.endsWith('.json')) : [];
  for (const name of names.sort()) {
    if (!existsSync(join(folder, name))) continue; // entered meanwhile
    const left = JSON.parse(readFileSync(join(folder, name), 'utf8')) as BackupNote;
    await note(parts.dispatch, left, name);
    if (left.kind === 'restore.tested') await openRestoreTests(parts, left);
    rmSync(join(folder, name), { force: true });
  }
}

/** The file's name is the command's: entered once, also when the platform ends between entering and removing. */
async function note(dispatch: Dispatch, input: BackupNote, name: string = randomUUID()): Promise<void> {
  const command = { do: 'backups.note', id: `backup-note-${name}`, input };
  const outcome = await dispatch({ organisation: INSTALLATION, actor: { kind: 'setup' }, command });
  if (isRefused(outcome)) throw new Error(`the ledger refused ${input.kind}: ${outcome.refused[0]?.message.en}`);
}

/** Every organisation whose ledger was restored in the drill gets its record; a person names the system and concludes. */
async function openRestoreTests(parts: RoundParts, drill: Extract<BackupNote, { kind: 'restore.tested' }>) {
  const here = new Set(await organisationIds(parts.db));
  const id = (organisation: string) => `drill-${drill.at}-${drill.generation}-${organisation}`;
  // What could not be restored at all is a test all the same, and one that failed.
  for (const organisation of drill.ledgers.length === 0 ? here : []) {
    if (organisation === INSTALLATION) continue;
    const differences = `備份 ${drill.generation} 無法還原：${drill.reason?.zh ?? ''}`;
    const values: Values = { title: `還原演練 ${drill.generation}`, data_of: drill.dataOf, differences };
    await openRecord(parts, organisation, 'restore_test', values, id(organisation));
  }
  for (const { organisation, saved, restored, root, ok } of drill.ledgers) {
    if (organisation === INSTALLATION || !here.has(organisation)) continue;
    const values: Values = {
      title: `還原演練 ${drill.generation}`,
      data_of: drill.dataOf,
      source_count: saved,
      restored_count: restored,
      source_hash: root,
      // A verified ledger has been rebuilt from its entries to this very root.
      restored_hash: ok ? root : '',
      differences: ok ? `備份 ${drill.generation}` : `備份 ${drill.generation}:驗證不通過`,
    };
    await openRecord(parts, organisation, 'restore_test', values, id(organisation));
  }
}

/** Opens a record by the clock where the organisation has such a type and lets the clock open it. */
async function openRecord(
  { db, dispatch, log }: RoundParts,
  organisation: string,
  type: string,
  values: Values,
  id: string,
): Promise<void> {
  const definition = await definitionOf(db, organisation);
  if (!definition?.records[type]) return;
  const command = { do: 'open' as const, id, type, values };
  const outcome = await dispatch({ organisation, actor: { kind: 'clock' }, command });
  if (isRefused(outcome)) log(`${type}: ${outcome.refused[0]?.message.zh} ${outcome.refused[0]?.message.en}`);
}

async function definitionOf(db: Db, organisation: string): Promise<Definition | undefined> {
  return withOrganisation(db, organisation, async (tx) => {
    const found = await sql<{ body: Definition }>`select d.body from organisation o
      join definition d on d.organisation = o.organisation and d.hash = o.definition
      where o.organisation = ${organisation}`.execute(tx);
    return found.rows[0]?.body;
  });
}

/** Since when the newest backups went to one and the same disk, where a second one is known; undefined with a single disk. */
export function inPlaceSince(
  runs: Pick<BackupRunRow, 'kind' | 'at' | 'disk' | 'disk_name'>[],
): { disk: string; name: string; since: Date; next: string } | undefined {
  const made = runs.filter(({ kind, disk }) => kind === 'backup.made' && disk !== null);
  const newest = made[0];
  const other = made.find(({ disk }) => disk !== newest?.disk);
  if (!newest || !other) return undefined;
  const stay = made.slice(0, made.indexOf(other));
  return {
    disk: newest.disk!,
    name: newest.disk_name ?? newest.disk!,
    since: stay.at(-1)!.at,
    next: other.disk_name ?? other.disk!,
  };
}

/** Once per stay of a disk; the command's id keeps a restart from asking again. */
async function askForSwaps(parts: RoundParts, runs: BackupRunRow[], asked: Set<string>): Promise<void> {
  const stay = inPlaceSince(runs);
  if (!stay) return;
  for (const organisation of await organisationIds(parts.db)) {
    const id = `swap-${stay.disk}-${stay.since.toISOString()}`;
    if (asked.has(`${organisation} ${id}`)) continue;
    const definition = organisation === INSTALLATION ? undefined : await definitionOf(parts.db, organisation);
    const days = Number(definition?.parameters.backup_swap_days?.value);
    if (!(Date.parse(parts.clock()) - stay.since.getTime() > days * 86_400_000)) continue;
    asked.add(`${organisation} ${id}`);
    const values: Values = { disk: stay.name, in_since: stay.since.toISOString(), next: stay.next };
    await openRecord(parts, organisation, 'backup_swap', values, id);
  }
}

const RETRY_MS = 3_600_000;

/**
 * Whether today's backup is still to be made: its time (Asia/Taipei, 02:00 unless set) has passed and none was made since;
 * after a failure an hour goes by.
 */
export function isDue(runs: Pick<BackupRunRow, 'kind' | 'at'>[], now: string, at = '02:00'): boolean {
  const today = localDate(now);
  const todays = Date.parse(`${today}T${at}:00+08:00`);
  const moment = Date.parse(now) < todays ? Date.parse(`${addDays(today, -1)}T${at}:00+08:00`) : todays;
  const newest = (kind: string) => runs.find((run) => run.kind === kind)?.at.getTime() ?? 0;
  if (newest('backup.made') >= moment) return false;
  return Date.parse(now) - newest('backup.failed') >= RETRY_MS;
}
