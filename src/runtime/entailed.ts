import { setImmediate } from 'node:timers/promises';
import { isRefused, type Refusal, type Refused, refused } from '../kernel/refusal.ts';
import { decideRecord } from './decide-record.ts';
import type { Entailed } from './module.ts';
import type { Request, Work } from './work.ts';

/** An act that does not hold because something it brings with it was refused: its transaction is undone, and this is its answer. */
export class Undone extends Error {
  readonly outcome: Refused;
  constructor(outcome: Refused) {
    super(outcome.refused[0]?.message.en ?? 'undone');
    this.outcome = outcome;
  }
}

/** Fewer are done before anybody would read it. */
const TOLD_EACH = 100;
/** Told at once, so that a list is mended in one go; more would not be read. */
const MOST_TOLD = 100;

/**
 * What a record's new state brings with it (`Module.entails`), decided behind the act that moved it: each a command of its own, all
 * of them or none. Throws `Undone` when any is refused.
 */
export async function entailed(
  work: Work,
  id: string,
  before: string | undefined,
  prefetch: (work: Work, requests: Request[]) => Promise<void>,
): Promise<void> {
  const state = work.known.records.get(id);
  if (!state || state.state === before) return;
  const entail = work.parts.modules.map(({ entails }) => entails?.[state.type]).find((found) => found !== undefined);
  if (!entail) return;
  const all = await entail(work.tx, state);
  if (isRefused(all)) throw new Undone(all);
  if (all.length === 0) return;
  await prefetch(
    work,
    all.map(({ actor, command }) => ({ actor, command })),
  );
  const refusals: Refusal[] = [];
  for (const [at, one] of all.entries()) {
    refusals.push(...(await decideEntailed(work, one)));
    if (refusals.length >= MOST_TOLD) break;
    if ((at + 1) % TOLD_EACH === 0 || at + 1 === all.length) await tellProgress(work, id, one, at + 1, all.length);
  }
  if (refusals.length > 0) throw new Undone(refused(...refusals));
}

/** Tells how far it has come, and lets others have a turn. */
async function tellProgress(work: Work, record: string, { actor }: Entailed, done: number, all: number): Promise<void> {
  if (all < TOLD_EACH) return;
  const { organisation } = work;
  if (actor.kind === 'person') work.parts.working?.({ organisation, person: actor.person, record, done, all });
  await setImmediate();
}

async function decideEntailed(work: Work, { actor, command, line }: Entailed): Promise<Refusal[]> {
  const answer = await decideRecord(work, { actor, command });
  if (!isRefused(answer)) return [];
  return answer.refused.map((refusal) => ({ ...refusal, ...(line === undefined ? {} : { line }) }));
}
