/** Where backups go, as the running platform finds it now. */
export type DiskState = {
  /** Folder, as ANCHENG_BACKUP_TO names it. */
  place: string;
  /** `away`: no such folder, the disk is not plugged in; `blank`: not prepared; `foreign`: another installation's. */
  state: 'ready' | 'away' | 'blank' | 'foreign';
  name?: string;
  generations: { id: string; takenAt: string; bytes: number }[];
};

export type DrillState = { startedAt: string; lines: string[]; endedAt?: string; passed?: boolean };

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
