import { randomBytes } from 'node:crypto';
import { open, readFile } from 'node:fs/promises';
import { takingTurns } from '../../kernel/in-turn.ts';
import type { PersonalKeys } from '../../kernel/ledger/personal.ts';
import { ifThere, writeDurably } from './store.ts';

/**
 * Keys that make personal values readable, per subject and per record, in one file per organisation outside PostgreSQL.
 * Its backups are kept apart from those of database and log, and follow erasures.
 */
export type SubjectKeys = {
  /** Both keys, made and durable when the promise resolves. @throws when one was destroyed: nothing new is written under it. */
  ensure(pairs: readonly { subject: string; record: string }[]): Promise<void>;
  /** What there is; `undefined` for a key destroyed or never made. Ask {@link ensure} first to encrypt. */
  keys(subject: string, record: string): PersonalKeys;
  /** Destroys a subject's key (erasure) for good: the file is rewritten without it and says when. */
  shredSubject(subject: string, at: string): Promise<void>;
  /** Destroys a record's key (end of its retention) for good. */
  shredRecord(record: string, at: string): Promise<void>;
  isShredded(kind: Kind, id: string): boolean;
  /** When a key was destroyed, for the report on erasures. */
  shredded(): { kind: Kind; id: string; at: string }[];
};

type Kind = 'subject' | 'record';
type Line = { kind: Kind; id: string; key: string } | { kind: Kind; id: string; shredded: string };

/** Opens or begins a key file. A last line cut off by a crash was never acknowledged and is dropped; any other damage throws. */
export async function openSubjectKeys(path: string): Promise<SubjectKeys> {
  const lines = await readLines(path);
  const inTurn = takingTurns();
  const shred = (kind: Kind, id: string, at: string) =>
    inTurn(async () => {
      const gone: Line = { kind, id, shredded: at };
      const left = new Map(lines).set(nameOf(gone), gone);
      await writeDurably(path, Buffer.from([...left.values()].map(written).join('')));
      lines.set(nameOf(gone), gone);
    });
  return {
    ensure: (pairs) => inTurn(() => addMissing(path, lines, pairs)),
    keys: (subject, record) => ({
      subjectKey: keyIn(lines.get(nameOf({ kind: 'subject', id: subject }))),
      recordKey: keyIn(lines.get(nameOf({ kind: 'record', id: record }))),
    }),
    shredSubject: (subject, at) => shred('subject', subject, at),
    shredRecord: (record, at) => shred('record', record, at),
    isShredded: (kind, id) => {
      const line = lines.get(nameOf({ kind, id }));
      return line !== undefined && 'shredded' in line;
    },
    shredded: () =>
      [...lines.values()].flatMap((line) =>
        'shredded' in line ? [{ kind: line.kind, id: line.id, at: line.shredded }] : [],
      ),
  };
}

async function addMissing(
  path: string,
  lines: Map<string, Line>,
  pairs: readonly { subject: string; record: string }[],
) {
  const added = new Map<string, Line>();
  for (const { subject, record } of pairs) {
    for (const [kind, id] of [
      ['subject', subject],
      ['record', record],
    ] as const) {
      const name = nameOf({ kind, id });
      const known = lines.get(name) ?? added.get(name);
      if (known && 'shredded' in known) throw new Error(`the key of ${kind} ${id} was destroyed at ${known.shredded}`);
      if (!known) added.set(name, { kind, id, key: randomBytes(32).toString('base64') });
    }
  }
  if (added.size === 0) return;
  await appendDurably(path, [...added.values()].map(written).join(''));
  for (const [name, line] of added) lines.set(name, line);
}

/** The first writing goes through a new file, so that the folder knows it; later ones are appended and flushed. */
async function appendDurably(path: string, content: string): Promise<void> {
  const file = await ifThere(open(path, 'r+'));
  if (!file) return writeDurably(path, Buffer.from(content));
  try {
    const { size } = await file.stat();
    const all = Buffer.from(content);
    try {
      await file.write(all, 0, all.length, size);
      await file.datasync();
    } catch (error) {
      await file.truncate(size);
      throw error;
    }
  } finally {
    await file.close();
  }
}

async function readLines(path: string): Promise<Map<string, Line>> {
  const content = (await ifThere(readFile(path, 'utf8'))) ?? '';
  const whole = content.slice(0, content.lastIndexOf('\n') + 1);
  if (whole.length < content.length) await writeDurably(path, Buffer.from(whole));
  const lines = whole.split('\n').slice(0, -1);
  return new Map(lines.map((line, at) => parsed(line, `${path}:${at + 1}`)));
}

function parsed(line: string, where: string): [string, Line] {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    throw new Error(`${where}: the key file is damaged here; restore it from its own backup`);
  }
  if (!isLine(value)) throw new Error(`${where}: not a key line`);
  return [nameOf(value), value];
}

function isLine(value: unknown): value is Line {
  if (typeof value !== 'object' || value === null || !('kind' in value) || !('id' in value)) return false;
  const named = (value.kind === 'subject' || value.kind === 'record') && typeof value.id === 'string';
  if ('shredded' in value) return named && typeof value.shredded === 'string';
  return named && 'key' in value && typeof value.key === 'string' && Buffer.from(value.key, 'base64').length === 32;
}

const written = (line: Line) => `${JSON.stringify(line)}\n`;
const nameOf = ({ kind, id }: { kind: Kind; id: string }) => `${kind} ${id}`;
const keyIn = (line: Line | undefined) => (line && 'key' in line ? Buffer.from(line.key, 'base64') : undefined);
