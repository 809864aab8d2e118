import { turnsOf } from '../../kernel/in-turn.ts';
import { parseCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { consistencyProof } from '../../kernel/ledger/merkle.ts';
import type { Verifier } from '../../kernel/ledger/note.ts';
import type { Policy, PolicyWitness } from '../../kernel/ledger/policy.ts';
import type { Cosignature } from '../../kernel/ledger/witness.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import type { Log } from '../sealing/log.ts';
import type { Store } from '../sealing/store.ts';
import { dayPath, type Standing, sharedCosignatures, type WitnessBook, withCosignatures } from './ledger.ts';
import { askWitness } from './submit.ts';

export type Witnessed = {
  organisation: string;
  log: Log;
  files: Store;
  /** Entries sealed by now, by whichever process leads. */
  sealedSize(): Promise<number>;
};

export type WitnessingInput = {
  /** Read again every round, so that a witness is added without a restart. Undefined: nobody witnesses. */
  policy(): Promise<Policy | Refused | undefined>;
  book: WitnessBook;
  logs(): Promise<Witnessed[]>;
  now(): Date;
  /**
   * Less is published than was sealed. Either the seal is still on its way, or a process that was slower (asleep between its look at
   * the published checkpoint and its own writing) took it back: whoever leads has to publish again.
   */
  behind(organisation: string): void;
  /** A witness that says it saw more than there is: somebody rolled everything back, its own memory excepted. */
  ahead(organisation: string, witness: string, size: number): void;
  /** Done once a round for every log with a checkpoint, beside the witnesses: the day's time stamp. */
  beside?(one: Witnessed, note: string): Promise<void>;
  /** Done once a round for every log with a checkpoint, after its witnesses were asked: what stands badly is told. */
  after?(one: Witnessed, note: string): Promise<void>;
  failed(error: unknown): void;
  everyMilliseconds?: number;
};

/** Even a quiet log is cosigned again after so long, so that a frozen one is told apart from one that is quiet. */
const REFRESH_MS = 12 * 3_600_000;
const AT_ONCE = 4;

/** Submits new checkpoints to every witness, about once a minute. Sealing never waits for it. */
export function startWitnessing(input: WitnessingInput): { hurry(): Promise<void>; stop(): Promise<void> } {
  let stopped = false;
  let timer: NodeJS.Timeout | undefined;
  let round: Promise<void> | undefined;
  const run = () => {
    round ??= witnessRound(input)
      .catch(input.failed)
      .finally(() => {
        round = undefined;
        clearTimeout(timer);
        if (!stopped) timer = setTimeout(run, input.everyMilliseconds ?? 60_000).unref();
      });
    return round;
  };
  timer = setTimeout(run, 1000).unref();
  return {
    /** Waits for the round under way, then runs one more. */
    async hurry() {
      await round;
      await run();
    },
    async stop() {
      stopped = true;
      clearTimeout(timer);
      await round;
    },
  };
}

async function witnessRound(input: WitnessingInput): Promise<void> {
  const policy = await input.policy();
  if (isRefused(policy)) throw new Error(policy.refused[0]?.message.en);
  const witnesses = policy?.witnesses ?? [];
  const waiting = [...(await input.logs())];
  const work = async () => {
    for (let one = waiting.shift(); one; one = waiting.shift()) await witnessOne(input, witnesses, one);
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
}

async function witnessOne(input: WitnessingInput, witnesses: readonly PolicyWitness[], one: Witnessed): Promise<void> {
  const note = await one.log.checkpoint();
  const head = note === undefined ? undefined : parseCheckpoint(note);
  if (!note || !head || isRefused(head)) return;
  if (head.size < (await one.sealedSize())) input.behind(one.organisation);
  const standings = await input.book.standings(one.organisation);
  const due = witnesses.filter(
    (witness) => witness.url && isDue(standings[witness.verifierKey], head.size, input.now()),
  );
  const nodes = one.log.nodes(head.size);
  const submission = { note, size: head.size, proofFrom: (size: number) => consistencyProof(size, head.size, nodes) };
  const answers = await Promise.all(
    due.map(async (witness) => ({
      witness,
      answer: await askWitness(witness, submission, standings[witness.verifierKey]?.size ?? 0),
    })),
  );
  const cosigned = answers.flatMap(({ answer }) => ('cosigned' in answer ? answer.cosigned : []));
  await keepCheckpoint(one, note, cosigned, witnesses, input.now());
  await input.beside?.(one, note);
  for (const { witness, answer } of answers) {
    // It has the cosignature of a process that went on while this one slept or was slower.
    if ('ahead' in answer && (await one.sealedSize()) >= answer.ahead) continue;
    await input.book.note(one.organisation, witness.verifierKey, (before) =>
      standingAfter(before, answer, head.size, input.now()),
    );
    if ('ahead' in answer) input.ahead(one.organisation, witness.name, answer.ahead);
  }
  await input.after?.(one, note);
}

const isDue = (standing: Standing | undefined, size: number, now: Date): boolean =>
  standing?.size !== size || standing.at === undefined || now.getTime() - Date.parse(standing.at) > REFRESH_MS;

function standingAfter(
  before: Standing,
  answer: Awaited<ReturnType<typeof askWitness>>,
  size: number,
  now: Date,
): Standing {
  const tried = now.toISOString();
  const kept = {
    ...(before.size === undefined ? {} : { size: before.size }),
    ...(before.at === undefined ? {} : { at: before.at }),
  };
  if ('ahead' in answer) return { ...kept, tried, ahead: answer.ahead };
  if ('failed' in answer) return { ...kept, tried, failed: answer.failed };
  const at = Math.max(...answer.cosigned.map((one) => one.at));
  return { size, at: new Date(at * 1000).toISOString(), tried };
}

/**
 * Keeps the day's last checkpoint with all its cosignatures, and adds to the published one what it lacks of them (whoever added them
 * last may have died between the two) while that is still the same. No witness's last word of a day is lost: a note that somebody
 * cosigned who did not cosign the newer one stays beside it.
 */
export const keepCheckpoint = (...asked: Parameters<typeof keepInTurn>): Promise<void> =>
  keeping(asked[0].log, () => keepInTurn(...asked));

/** Answers come from a round and, at any moment, through the page: whoever reads the day's note writes it before the next one looks. */
const keeping = turnsOf<Log>();

async function keepInTurn(
  { log, files }: Pick<Witnessed, 'log' | 'files'>,
  note: string,
  cosigned: readonly Cosignature[],
  witnesses: readonly PolicyWitness[],
  now: Date,
): Promise<void> {
  const verifiers = witnesses.map(({ verifier }) => verifier);
  const saw = (text: string) => sharedCosignatures(text, text, verifiers).map(({ verifier }) => verifier);
  const lacks = (text: string, more: readonly Verifier[]) => more.some((one) => !saw(text).includes(one));
  const read = async (path: string) => {
    const kept = await files.read(path);
    return kept && Buffer.from(kept).toString('utf8');
  };
  const together = (before: string | undefined) =>
    withCosignatures(note, [...sharedCosignatures(before, note, verifiers), ...cosigned]);
  const day = dayPath(now);
  const before = await read(day);
  if (before !== undefined && isLater(before, note)) {
    // Answered late, or taken back by a slower process: never in the newer one's place.
    const beside = together(await read(besideNewer(day, note).path));
    if (lacks(before, saw(beside))) await files.write([besideNewer(day, beside)]);
    return;
  }
  const all = together(before);
  // Without a cosignature, a day's witnessed checkpoint is worth more than a newer one nobody saw.
  if (before !== undefined && saw(before).length > 0 && saw(all).length === 0) return;
  const older = before !== undefined && lacks(all, saw(before)) ? [besideNewer(day, before)] : [];
  if (all !== before) await files.write([...older, { path: day, bytes: Buffer.from(all) }]);
  if (all !== note) await log.publish(all);
}

/** Whether one note is of the same log as another and of more entries. */
function isLater(one: string, other: string): boolean {
  const [kept, published] = [parseCheckpoint(one), parseCheckpoint(other)];
  if (isRefused(kept) || isRefused(published)) return false;
  return kept.origin === published.origin && kept.size > published.size;
}

/** `days/2026-11-30.1200`: the day's checkpoint at that size, while the day has a newer one. */
const besideNewer = (path: string, note: string) => ({
  path: `${path}.${note.split('\n')[1]}`,
  bytes: Buffer.from(note),
});
