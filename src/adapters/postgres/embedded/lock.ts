import { randomBytes } from 'node:crypto';
import { linkSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { Refused } from '../../../kernel/refusal.ts';
import { lookAtProcess } from './process.ts';
import { unready } from './trouble.ts';

/** Who holds a data folder. `since` tells a living holder from a stranger who was given its process number. */
type Holder = { pid: number; since?: string; host: string; at: string };

const BEAT_MS = 5_000;
/** On another host (two containers, one volume) only the beat tells whether the holder lives. */
const SILENT_MS = 30_000;

/**
 * Takes the data folder for this process, or refuses and names who has it: two programs on one folder destroy it.
 * A lock left by a crash is recognised (process gone, or its number given to another) and taken over.
 * Returns the function that gives the folder back.
 */
export function lockFolder(dataDir: string): { release(): void } | Refused {
  const path = join(dataDir, 'ancheng.lock');
  const mine = JSON.stringify({ pid: process.pid, ...since(), host: hostname(), at: new Date().toISOString() });
  const draft = `${path}.${process.pid}.${randomBytes(4).toString('hex')}`;
  writeFileSync(draft, mine, { mode: 0o600 });
  try {
    for (let attempt = 0; attempt < 20; attempt++) {
      if (take(draft, path)) return hold(path, mine);
      const holder = readHolder(path);
      if (holder && holds(holder.who, holder.touchedMs)) return occupied(dataDir, holder.who);
      setAside(path, holder?.text);
    }
    throw new Error(`the lock ${path} changes hands all the time`);
  } finally {
    rmSync(draft, { force: true });
  }
}

/** `link` fails when the name exists, on every file system: the whole content appears at once or not at all. */
function take(draft: string, path: string): boolean {
  try {
    linkSync(draft, path);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function hold(path: string, mine: string) {
  const beat = setInterval(() => touch(path, mine), BEAT_MS);
  beat.unref();
  const release = () => {
    clearInterval(beat);
    process.off('exit', release);
    if (readHolder(path)?.text === mine) rmSync(path, { force: true });
  };
  process.once('exit', release);
  return { release };
}

function touch(path: string, mine: string): void {
  if (readHolder(path)?.text === mine) utimesSync(path, new Date(), new Date());
}

function readHolder(path: string): { text: string; who: Holder | undefined; touchedMs: number } | undefined {
  try {
    const text = readFileSync(path, 'utf8');
    return { text, who: parse(text), touchedMs: statSync(path).mtimeMs };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function parse(text: string): Holder | undefined {
  try {
    const who: unknown = JSON.parse(text);
    return typeof who === 'object' && who !== null && 'pid' in who ? (who as Holder) : undefined;
  } catch {
    return undefined; // half a file: nobody can hold by it
  }
}

function holds(who: Holder | undefined, touchedMs: number): who is Holder {
  if (!who) return false;
  if (who.host !== hostname()) return Date.now() - touchedMs < SILENT_MS;
  const seen = lookAtProcess(who.pid);
  return seen.alive && (who.since === undefined || who.since === seen.since);
}

/** Moves a stale lock away. When somebody newer took it between our look and our move, theirs is put back. */
function setAside(path: string, judged: string | undefined): void {
  const aside = `${path}.stale.${process.pid}.${randomBytes(4).toString('hex')}`;
  try {
    renameSync(path, aside);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return;
    throw error;
  }
  if (readFileSync(aside, 'utf8') !== judged) take(aside, path);
  rmSync(aside, { force: true });
}

const since = () => {
  const seen = lookAtProcess(process.pid);
  return seen.since === undefined ? {} : { since: seen.since };
};

const occupied = (dataDir: string, who: Holder): Refused =>
  unready(
    {
      zh: `資料夾 ${dataDir} 正由另一個安程使用中（行程 ${who.pid}，主機 ${who.host}，自 ${who.at}）。`,
      en: `The data folder ${dataDir} is in use by another Ancheng (process ${who.pid} on ${who.host}, since ${who.at}).`,
    },
    {
      zh: `請先停止該行程，或以 ANCHENG_DATA 指定另一個資料夾。${who.host === hostname() ? '' : '若該主機已不存在，30 秒後即可啟動。'}`,
      en: `Stop that process, or name another folder in ANCHENG_DATA.${who.host === hostname() ? '' : ' If that host no longer exists, start again after 30 seconds.'}`,
    },
  );
