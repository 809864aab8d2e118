import type { Text } from '../../kernel/text.ts';
import { type LogState, type PreparedSeal, prepareSeal, type SealOutcome, type SealSource } from './seal.ts';

/** Swaps `log_state` of several organisations in one transaction; returns the organisations whose previous state still held. */
export type SwapMany = (
  swaps: readonly { organisation: string; previous: LogState; next: LogState }[],
) => Promise<ReadonlySet<string>>;

export type ManySealed = { organisation: string; result: SealOutcome | { outcome: 'failed'; error: unknown } };

/** Seals several organisations with one swap between them. One that fails does not keep the others from being sealed. */
export async function sealMany(sources: readonly SealSource[], swapMany: SwapMany): Promise<ManySealed[]> {
  const results: ManySealed[] = [];
  const prepared: { organisation: string; seal: PreparedSeal }[] = [];
  const attempt = async (organisation: string, work: () => Promise<SealOutcome | PreparedSeal>) => {
    try {
      const result = await work();
      if (result.outcome === 'prepared') prepared.push({ organisation, seal: result });
      else results.push({ organisation, result });
    } catch (error) {
      results.push({ organisation, result: { outcome: 'failed', error } });
    }
  };
  await someAtOnce(sources, (source) => attempt(source.organisation, () => prepareSeal(source)));
  const swaps = prepared.filter(({ seal }) => seal.swaps);
  const swapped =
    swaps.length === 0
      ? new Set<string>()
      : await swapMany(swaps.map(({ organisation, seal: { previous, next } }) => ({ organisation, previous, next })));
  await someAtOnce([...prepared], ({ organisation, seal }) => {
    const lost = seal.swaps && !swapped.has(organisation);
    return attempt(organisation, lost ? async () => ({ outcome: 'lost' }) : seal.publish);
  });
  return results;
}

/** Few, for they share the database's connections with requests; several, for a disk flushes many files in the time of one. */
const AT_ONCE = 4;

async function someAtOnce<Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> {
  const waiting = items.values();
  const worker = async () => {
    for (const item of waiting) await work(item);
  };
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, items.length) }, worker));
}

/**
 * What a round may take: organisations with events behind their log, `most` of them at most, none of those `resting`. `unfinished` could not
 * be sealed last time, perhaps with their swap behind them and only signing left, so that the database does not know of them any more.
 */
export type Round = { most: number; resting: readonly string[]; unfinished: readonly string[] };

export type SealerInput = {
  /** Asked once a round; empty when this process does not lead. */
  due(asked: Round): Promise<SealSource[]>;
  swapMany: SwapMany;
  sealed(organisation: string, outcome: Extract<SealOutcome, { outcome: 'sealed' }>): void;
  /** Due, and nothing was left to do: whoever keeps the list of what is due takes it off. */
  idle(organisation: string): void;
  /** Called once per message and organisation, again only when it changes: it has to reach people. */
  halted(organisation: string, message: Text, position: number | undefined): void;
  failed(organisation: string | undefined, error: unknown): void;
  everyMilliseconds?: number;
  /** Seals in one round at most. */
  mostPerRound?: number;
};

export type Sealer = {
  /** Runs a round as soon as the last one that sealed something is a pace behind: what happens alone is sealed at once. */
  hurry(): void;
  /** Waits for the round under way, then seals no more. */
  stop(): Promise<void>;
};

/** In paces: how long an organisation rests once it was sealed, or once it could not be; how often is looked when nothing happens. */
const SEALED_RESTS = 2;
const FAILED_RESTS = 4;
const IDLE = 4;

/**
 * Starts sealing whatever is due, in small rounds that come often, so that a busy organisation waits neither for a thousand others nor much
 * beyond its own rest (half a second). What happens alone is sealed at once. Never more than `mostPerRound` seals a pace: 48 a second.
 * One that cannot be sealed is looked at again every second, and told once.
 */
export function startSealer(input: SealerInput): Sealer {
  const { everyMilliseconds = 250, mostPerRound = 12 } = input;
  const told = new Map<string, string>();
  const pace = pacing(everyMilliseconds);
  const turns = takingTurns(everyMilliseconds);
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      let looked = 0;
      try {
        const results = await sealMany(await input.due({ most: mostPerRound, ...turns.now() }), input.swapMany);
        looked = results.length;
        for (const sealed of results) tell(input, told, sealed);
        for (const sealed of results) turns.add(sealed);
        if (turns.pending()) pace.worked();
      } catch (error) {
        input.failed(undefined, error);
      }
      if (!stopped) await pace.rest(looked > 0 || turns.pending());
    }
  })();
  return {
    hurry: () => pace.hurry(),
    async stop() {
      stopped = true;
      pace.end();
      await running;
    },
  };
}

/** Who takes no place in the next round, and whose seal is still to be finished. */
function takingTurns(pace: number) {
  const until = new Map<string, number>();
  const unfinished = new Set<string>();
  const restOf = ({ outcome }: ManySealed['result']): number => {
    if (outcome === 'sealed') return SEALED_RESTS;
    return outcome === 'failed' || outcome === 'halted' ? FAILED_RESTS : 0;
  };
  const resting = () => {
    for (const [organisation, end] of until) if (end <= performance.now()) until.delete(organisation);
    return [...until.keys()];
  };
  return {
    add({ organisation, result }: ManySealed): void {
      const paces = restOf(result);
      if (paces > 0) until.set(organisation, performance.now() + paces * pace);
      if (paces === FAILED_RESTS) unfinished.add(organisation);
      else unfinished.delete(organisation);
    },
    now(): Pick<Round, 'resting' | 'unfinished'> {
      const out = resting();
      return { resting: out, unfinished: [...unfinished].filter((organisation) => !out.includes(organisation)) };
    },
    pending: () => unfinished.size > 0 || resting().length > 0,
  };
}

/** Waits a pace while something is going on or somebody rests, else until hurried or for an idle while; never less than a pace behind the last work. */
function pacing(pace: number) {
  let notBefore = 0;
  let wake = () => {};
  let hurried = false;
  const sleep = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  return {
    worked() {
      notBefore = performance.now() + pace;
    },
    hurry() {
      hurried = true;
      if (performance.now() >= notBefore) wake();
    },
    end: () => wake(),
    async rest(soon: boolean) {
      const wait = hurried ? notBefore - performance.now() : soon ? pace : IDLE * pace;
      hurried = false;
      if (wait > 0) await sleep(wait);
    },
  };
}

function tell(input: SealerInput, told: Map<string, string>, { organisation, result }: ManySealed): void {
  switch (result.outcome) {
    case 'sealed':
      told.delete(organisation);
      input.sealed(organisation, result);
      break;
    case 'halted':
      if (told.get(organisation) !== result.message.en) input.halted(organisation, result.message, result.position);
      told.set(organisation, result.message.en);
      break;
    case 'failed':
      input.failed(organisation, result.error);
      break;
    case 'idle':
      told.delete(organisation);
      input.idle(organisation);
      break;
    case 'lost':
      break;
    default:
      result satisfies never;
  }
}
