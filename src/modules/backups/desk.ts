import type { Text } from '../../kernel/text.ts';

/** Where backups go, as the running platform finds it now. */
export type DiskState = {
  /** Folder, as ANCHENG_BACKUP_TO names it. */
  place: string;
  /** `away`: no such folder, the disk is not plugged in; `blank`: not prepared; `foreign`: another installation's; `unreadable`: `reason` says why. */
  state: 'ready' | 'away' | 'blank' | 'foreign' | 'unreadable';
  name?: string;
  generations: { id: string; takenAt: string; bytes: number }[];
  /** Generations whose listing cannot be made out any more. */
  damaged?: number;
  /** Bytes left. */
  free?: number;
  reason?: { message: Text; fix?: Text };
};

export type DrillState = { startedAt: string; lines: string[]; endedAt?: string; passed?: boolean; stopped?: true };

export type DeskState = {
  /** When the recovery key was made; absent before. */
  keyMadeAt?: string;
  installation: string;
  /** Time of day of the backup the platform makes by itself. */
  at: string;
  places: DiskState[];
  running?: 'backup' | 'drill';
  drill?: DrillState;
  /** Several organisations live here: none of them alone orders what concerns all. */
  shared: boolean;
};
