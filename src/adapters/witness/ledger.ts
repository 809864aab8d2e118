import { hash } from 'node:crypto';
import { localDate } from '../../kernel/calendar/date.ts';
import { takingTurns } from '../../kernel/in-turn.ts';
import { parseCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { attestations, type Verifier } from '../../kernel/ledger/note.ts';
import type { Cosignature } from '../../kernel/ledger/witness.ts';
import { isRefused } from '../../kernel/refusal.ts';
import type { Store } from '../sealing/store.ts';

/** How one witness stands to one log. Times are ISO UTC; `at` is the witness's own clock, in its signature. */
export type Standing = {
  /** Largest tree it cosigned, and when. */
  size?: number;
  at?: string;
  tried?: string;
  /** Why the last attempt came to nothing. */
  failed?: string;
  /** It says that it cosigned so many entries, more than the log has. */
  ahead?: number;
  /** Without a network: when a request was last mailed, where to, and for how many entries. */
  mailed?: { at: string; to: string; size: number };
};

/** What witnesses said about each log, kept beside the log: standings by verifier key, and the cosigned checkpoints by day. */
export type WitnessBook = {
  standings(organisation: string): Promise<Record<string, Standing>>;
  /** Notes what becomes of one witness's standing; those who note meanwhile take turns. */
  note(organisation: string, verifierKey: string, change: (before: Standing) => Standing): Promise<void>;
};

/** Standings in one small file per organisation. */
export function witnessBook(store: Store): WitnessBook {
  const path = (organisation: string) => `${hash('sha256', organisation, 'hex').slice(0, 32)}.json`;
  const standings = async (organisation: string): Promise<Record<string, Standing>> => {
    const bytes = await store.read(path(organisation));
    return bytes
      ? (JSON.parse(Buffer.from(bytes).toString('utf8')) as { witnesses: Record<string, Standing> }).witnesses
      : {};
  };
  const inTurn = takingTurns();
  return {
    standings,
    note: (organisation, verifierKey, change) =>
      inTurn(async () => {
        const before = await standings(organisation);
        const witnesses = { ...before, [verifierKey]: change(before[verifierKey] ?? {}) };
        const bytes = Buffer.from(`${JSON.stringify({ organisation, witnesses })}\n`);
        await store.write([{ path: path(organisation), bytes }]);
      }),
  };
}

/** Where a log keeps the last checkpoint of each office day, with every cosignature it got: `days/2026-11-30`. */
export const dayPath = (at: Date): string => `days/${localDate(at.toISOString())}`;

/** The note with further cosignatures; of one key the last stands. */
export function withCosignatures(note: string, more: readonly Cosignature[]): string {
  const split = note.lastIndexOf('\n\n') + 2;
  const lines = note.slice(split, -1).split('\n');
  const renewed = new Map(more.map(({ line }) => [keyOfLine(line), line]));
  const kept = lines.filter((line) => !renewed.has(keyOfLine(line))).map((line) => `${line}\n`);
  return `${note.slice(0, split)}${[...kept, ...renewed.values()].join('')}`;
}

/** Name and key id of a signature line. */
function keyOfLine(line: string): string {
  const [, name = '', encoded = ''] = line.trim().split(' ');
  return `${name} ${Buffer.from(encoded, 'base64').subarray(0, 4).toString('hex')}`;
}

/** The cosignatures of `older` that also belong on `newer`: the same text was signed. */
export function sharedCosignatures(
  older: string | undefined,
  newer: string,
  witnesses: readonly Verifier[],
): Cosignature[] {
  const [one, other] = [older === undefined ? undefined : parseCheckpoint(older), parseCheckpoint(newer)];
  if (!one || isRefused(one) || isRefused(other) || one.note.body !== other.note.body) return [];
  return one.note.signatures.flatMap((signature) =>
    attestations({ body: one.note.body, signatures: [signature] }, witnesses).flatMap(({ verifier, holds, at }) => {
      const bytes = Buffer.concat([signature.keyId, signature.signature]);
      return holds && at !== undefined
        ? [{ verifier, at, line: `— ${signature.name} ${bytes.toString('base64')}\n` }]
        : [];
    }),
  );
}
