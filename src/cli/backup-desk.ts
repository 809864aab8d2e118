import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { delimiter, join, resolve } from 'node:path';
import { diskAt } from '../adapters/backup/disk.ts';
import { readBackupKeys, readRecoveryKey } from '../adapters/backup/recovery-key.ts';
import { diskTrouble } from '../adapters/backup/trouble.ts';
import { installationName } from '../adapters/sealing/installation.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { DeskState, DiskState, DrillState } from '../modules/backups/desk.ts';
import { INSTALLATION, organisationIds } from '../runtime/organisations.ts';
import { beginBackup, enterNotes, type RoundParts } from './backup-round.ts';
import { newRecoveryKey, prepareDisk } from './backups.ts';
import type { DiskTurn } from './disk-turn.ts';

const ROOT = join(import.meta.dirname, '../..');
const MOST_LINES = 400;

/** What people do about backups from the screen; the commands of the same names do the work. */
export function backupDesk(parts: RoundParts, turn: DiskTurn) {
  const { dataDir } = parts;
  let drill: DrillState | undefined;
  const places = () =>
    (process.env.ANCHENG_BACKUP_TO ?? '')
      .split(delimiter)
      .filter(Boolean)
      .map((one) => resolve(one));
  const placeOf = (place: string) => (places().includes(place) ? undefined : refused(noSuchPlace));
  return {
    async state(): Promise<DeskState> {
      const keys = readBackupKeys(dataDir);
      const running = turn.running();
      const organisations = (await organisationIds(parts.db)).filter((id) => id !== INSTALLATION);
      return {
        ...(keys ? { keyMadeAt: keys.madeAt } : {}),
        installation: installationName(dataDir),
        at: process.env.ANCHENG_BACKUP_AT ?? '02:00',
        places: await Promise.all(places().map((place) => stateOf(place, installationName(dataDir)))),
        ...(running ? { running } : {}),
        ...(drill ? { drill } : {}),
        shared: organisations.length > 1,
      };
    },
    /** The sheet, this once; nothing of it is kept. Refuses to replace a key unless asked to. */
    async makeKey(replace: boolean, by: string): Promise<{ sheet: string; installation: string } | Refused> {
      if (readBackupKeys(dataDir) && !replace) return refused(hasKey);
      const installation = installationName(dataDir);
      const made = await newRecoveryKey(dataDir, parts.clock(), by);
      await enterNotes(parts);
      return { ...made, installation };
    },
    /** Makes a plugged-in folder a backup disk of this installation. */
    async prepare(place: string, name: string, by: string): Promise<{ id: string } | Refused> {
      const fault = placeOf(place);
      if (fault) return fault;
      const prepared = await prepareDisk(dataDir, place, name, parts.clock(), by);
      await enterNotes(parts);
      return prepared;
    },
    /** Begins a backup to every disk that is plugged in; what came of it becomes an entry as always. */
    start(): { started: true } | Refused {
      if (turn.running()) return refused(busy);
      if (!readBackupKeys(dataDir)) return refused(noKey);
      if (places().length === 0) return refused(noPlaces);
      return beginBackup(parts, turn, places()) ? { started: true } : refused(busy);
    },
    /** Begins a restore drill into a scratch folder, in a process of its own; the key is handed over and kept nowhere. */
    async drill(asked: { place: string; generation?: string; sheet: string }): Promise<{ started: true } | Refused> {
      const fault = placeOf(asked.place) ?? (turn.running() ? refused(busy) : undefined);
      if (fault) return fault;
      const key = readRecoveryKey(asked.sheet);
      if (isRefused(key)) return key;
      if ((await stateOf(asked.place, installationName(dataDir))).state !== 'ready') return refused(notPluggedIn);
      const state: DrillState = { startedAt: parts.clock(), lines: [] };
      const hear = (line: string) => state.lines.length < MOST_LINES && state.lines.push(line);
      const begun = turn.take('drill', async (signal) => {
        const passed = await runDrill(dataDir, asked, hear, signal).catch((error: unknown) => {
          parts.defect(error, 'restore drill');
          return false;
        });
        // Entered first: whoever sees that it is over sees what came of it.
        await enterNotes(parts).catch((error: unknown) => parts.defect(error, 'restore drill'));
        Object.assign(state, !passed && signal.aborted ? { stopped: true } : { passed }, { endedAt: parts.clock() });
      });
      if (!begun) return refused(busy);
      drill = state;
      return { started: true };
    },
    /** Stops the drill under way; what it restored into its scratch folder is deleted, and nothing is entered. */
    stopDrill(): { stopped: true } | Refused {
      return turn.giveUp('drill') ? { stopped: true } : refused(noDrill);
    },
  };
}

export type BackupDesk = ReturnType<typeof backupDesk>;

async function stateOf(place: string, installation: string): Promise<DiskState> {
  if (!existsSync(place)) return { place, state: 'away', generations: [] };
  try {
    return await preparedState(place, installation);
  } catch (error) {
    const reason = diskTrouble(place, error)?.refused[0];
    if (!reason) throw error;
    const { message, fix } = reason;
    return { place, state: 'unreadable', generations: [], reason: { message, ...(fix ? { fix: fix.text } : {}) } };
  }
}

async function preparedState(place: string, installation: string): Promise<DiskState> {
  const disk = diskAt(place);
  const card = await disk.card();
  if (!card) return { place, state: 'blank', generations: [] };
  if (card.installation !== installation) return { place, state: 'foreign', name: card.name, generations: [] };
  const generations = (await disk.listings()).map(({ id, takenAt, bytes }) => ({ id, takenAt, bytes }));
  const free = await disk.free();
  return {
    ...{ place, state: 'ready', name: card.name, generations, damaged: (await disk.damagedListings()).length },
    ...(free === undefined ? {} : { free }),
  };
}

/** `ancheng restore --drill`; true when it restored and verified everything. It clears up by itself when it is stopped, or we are gone. */
function runDrill(
  dataDir: string,
  { place, generation, sheet }: { place: string; generation?: string; sheet: string },
  hear: (line: string) => void,
  signal: AbortSignal,
): Promise<boolean> {
  if (signal.aborted) return Promise.resolve(false);
  const newEnough = Number(process.versions.node.split('.')[0]) >= 24;
  const execPath = newEnough ? process.execPath : join(ROOT, 'node_modules/node/bin/node');
  const which = generation === undefined ? [] : ['--generation', generation];
  const args = ['restore', '--drill', '--from', place, '--key', '-', '--data', dataDir, ...which];
  const child = spawn(execPath, [join(ROOT, 'bin/ancheng.js'), ...args], {
    stdio: ['pipe', 'pipe', 'pipe', 'ipc'],
  });
  signal.addEventListener('abort', () => child.kill('SIGTERM'));
  for (const stream of [child.stdout!, child.stderr!]) {
    let rest = '';
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = `${rest}${chunk}`.split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) if (line.trim() !== '') hear(line);
    });
  }
  child.stdin!.on('error', () => {}); // told by how it ends
  child.stdin!.end(sheet);
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0));
  });
}

const noSuchPlace = {
  code: 'missing' as const,
  message: text('這不是設定的備份位置（ANCHENG_BACKUP_TO）。', 'This is none of the places in ANCHENG_BACKUP_TO.'),
};
const notPluggedIn = {
  code: 'unready' as const,
  message: text('備份碟未接上，或還沒有準備。', 'The disk is not plugged in, or not prepared.'),
  fix: { text: text('請接上備份碟後再試。', 'Plug it in and try again.') },
};
const hasKey = {
  code: 'conflict' as const,
  message: text('已有復原金鑰。', 'There is a recovery key already.'),
  fix: {
    text: text(
      '要換新金鑰請勾選「更換」；以前的備份仍需舊金鑰才能還原。',
      'To change it choose to replace it; backups made before still need the old one.',
    ),
  },
};
const busy = {
  code: 'conflict' as const,
  message: text('備份或還原演練進行中，請稍候。', 'A backup or a drill is under way; wait for it to end.'),
};
const noDrill = {
  code: 'state' as const,
  message: text('沒有進行中的還原演練。', 'No restore drill is under way.'),
};
const noKey = {
  code: 'unready' as const,
  message: text('還沒有復原金鑰，無法備份。', 'There is no recovery key yet, so nothing can be backed up.'),
  fix: { text: text('請先製作復原金鑰並列印保管。', 'Make the recovery key first, print it and lock it away.') },
};
const noPlaces = {
  code: 'unready' as const,
  message: text('尚未設定備份位置。', 'No place for backups is set.'),
  fix: {
    text: text(
      '請系統管理者於啟動設定加入 ANCHENG_BACKUP_TO。',
      'The system administrator sets ANCHENG_BACKUP_TO where the platform is started.',
    ),
  },
};
