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

export type SealerInput = {
  /** Organisations with events behind their log, at most `most`, most urgent first; asked once a round, empty when this process does not lead. */
  due(most: number): Promise<SealSource[]>;
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

/**
 * Starts sealing whatever is due: at once when nothing was sealed for a pace (a second), else a pace after the last round, so
 * that there are never more than `mostPerRound` seals a pace. A halted organisation is looked at again every round, but told once.
 */
export function startSealer(input: SealerInput): Sealer {
  const { everyMilliseconds = 1000, mostPerRound = 50 } = input;
  const told = new Map<string, string>();
  const pace = pacing(everyMilliseconds);
  let stopped = false;
  const running = (async () => {
    while (!stopped) {
      try {
        if (await sealRound(input, told, mostPerRound)) pace.worked();
      } catch (error) {
        input.failed(undefined, error);
      }
      if (!stopped) await pace.rest();
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

/** Whether anything was sealed. Halted organisations come last, so that they keep nobody waiting. */
async function sealRound(input: SealerInput, told: Map<string, string>, most: number): Promise<boolean> {
  const due = await input.due(most);
  const isHalted = ({ organisation }: SealSource) => told.has(organisation);
  const inTurn = [...due.filter((one) => !isHalted(one)), ...due.filter(isHalted)];
  const results = await sealMany(inTurn.slice(0, most), input.swapMany);
  for (const sealed of results) tell(input, told, sealed);
  return results.some(({ result }) => result.outcome === 'sealed');
}

/** Waits a pace, or less when hurried; never less than a pace behind the last work. */
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
    async rest() {
      const wait = hurried ? notBefore - performance.now() : pace;
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
