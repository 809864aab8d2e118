import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { type Blobs, folderBlobs } from '../../adapters/blobs/folder.ts';
import { isRefused, type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import type { Language } from '../../kernel/text.ts';
import { text } from '../../kernel/text.ts';
import type { Made } from './make.ts';
import type { Progress } from './plan.ts';

/** One package from asking to its end; kept in memory for a day, its file beside the data and in no backup. */
export type Package = {
  id: string;
  organisation: string;
  person: string;
  language: Language;
  at: string;
  /** `done` once the ledger has it, too. */
  state: 'working' | 'done' | 'failed' | 'cancelled';
  phase: Parameters<Progress>[0];
  done: number;
  all: number;
  made?: Made & { pos: number };
  refused?: Refusal[];
};

const KEPT_MS = 24 * 3_600_000;
const AT_ONCE = 2;

type Work = (signal: AbortSignal, tell: Progress) => Promise<(Made & { pos: number }) | Refused>;
type Whose = Pick<Package, 'organisation' | 'person'>;
export type Shelf = ReturnType<typeof openShelf>;

/**
 * Packages being made and made, of one program. What lay in the folder before belongs to nobody any more and goes: whoever took a
 * package home has it, anybody else makes it again.
 */
export function openShelf(folder: string, now: () => number, defect: (error: unknown) => string) {
  rmSync(folder, { recursive: true, force: true });
  const store: Blobs = folderBlobs(folder);
  const all = new Map<string, { card: Package; stop: AbortController; ended: Promise<void> }>();

  const prune = async () => {
    for (const [id, { card }] of all) {
      if (card.state === 'working' || Date.parse(card.at) + KEPT_MS > now()) continue;
      all.delete(id);
      const shared = [...all.values()].some((other) => other.card.made?.sha256 === card.made?.sha256);
      if (card.made && !shared) await store.remove(card.made.sha256);
    }
  };
  const mine = ({ organisation, person }: Whose) =>
    [...all.values()].filter(({ card }) => card.organisation === organisation && card.person === person);

  return {
    store,
    /** Begins; one at a time for a person, few in all. */
    async start(whose: Whose & { language: Language; at: string }, work: Work): Promise<{ id: string } | Refused> {
      await prune();
      const working = [...all.values()].filter(({ card }) => card.state === 'working').length;
      if (mine(whose).some(({ card }) => card.state === 'working')) return refused(oneAtATime);
      if (working >= AT_ONCE) return refused(busy);
      const id = randomUUID();
      const card: Package = { id, ...whose, state: 'working', phase: 'records', done: 0, all: 0 };
      const stop = new AbortController();
      const tell: Progress = (phase, done, of) => Object.assign(card, { phase, done, all: of });
      const ended = work(stop.signal, tell).then(
        (outcome) => {
          if (isRefused(outcome)) Object.assign(card, { state: 'failed', refused: outcome.refused });
          else Object.assign(card, { state: 'done', made: outcome });
        },
        (error: unknown) => {
          if (stop.signal.aborted) card.state = 'cancelled';
          else Object.assign(card, { state: 'failed', refused: [unexpected(defect(error))] });
        },
      );
      all.set(id, { card, stop, ended });
      return { id };
    },
    /** A person’s own, newest first. */
    async list(whose: Whose): Promise<Package[]> {
      await prune();
      return mine(whose)
        .map(({ card }) => card)
        .reverse();
    },
    get: (whose: Whose, id: string): Package | undefined => mine(whose).find(({ card }) => card.id === id)?.card,
    /** Calls off what is being made; resolves when nothing of it is left. False when there is no such package. */
    async cancel(whose: Whose, id: string): Promise<boolean> {
      const found = mine(whose).find(({ card }) => card.id === id);
      found?.stop.abort(new Error('called off'));
      await found?.ended;
      return found !== undefined;
    },
    /** An organisation's packages, made and in the making: something in them was erased, and whoever needs one makes it anew. */
    async clear(organisation: string): Promise<void> {
      for (const [id, { card, stop, ended }] of all) {
        if (card.organisation !== organisation) continue;
        stop.abort(new Error('something in it was erased'));
        await ended;
        all.delete(id);
        if (card.made) await store.remove(card.made.sha256);
      }
    },
    async close(): Promise<void> {
      for (const { stop } of all.values()) stop.abort(new Error('the program ends'));
      await Promise.all([...all.values()].map(({ ended }) => ended));
    },
  };
}

const oneAtATime: Refusal = {
  code: 'unready',
  message: text('您已有一份佐證資料正在製作。', 'You have one package in the making.'),
  fix: { text: text('請等它完成，或先取消。', 'Wait until it is done, or cancel it.') },
};
const busy: Refusal = {
  code: 'unready',
  message: text(
    '目前有其他人正在製作佐證資料，請稍後再試。',
    'Others are making packages just now; try again in a while.',
  ),
};
const unexpected = (reference: string): Refusal => ({
  code: 'unready',
  message: text(
    `製作時發生未預期的錯誤，代碼 ${reference}。`,
    `Something unexpected happened, reference ${reference}.`,
  ),
  fix: {
    text: text(
      '請再試一次；仍不成時請將代碼告知系統管理者。',
      'Try again; if it fails again, tell an administrator the reference.',
    ),
  },
});
