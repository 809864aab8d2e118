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
  for (const source of sources) await attempt(source.organisation, () => prepareSeal(source));
  const swaps = prepared.filter(({ seal }) => seal.swaps);
  const swapped =
    swaps.length === 0
      ? new Set<string>()
      : await swapMany(swaps.map(({ organisation, seal: { previous, next } }) => ({ organisation, previous, next })));
  for (const { organisation, seal } of [...prepared]) {
    const lost = seal.swaps && !swapped.has(organisation);
    await attempt(organisation, lost ? async () => ({ outcome: 'lost' }) : seal.publish);
  }
  return results;
}

export type SealerInput = {
  /** Organisations with events behind their log, longest waiting first; asked once a round, empty when this process does not lead. */
  due(): Promise<SealSource[]>;
  swapMany: SwapMany;
  sealed(organisation: string, outcome: Extract<SealOutcome, { outcome: 'sealed' }>): void;
  /** Called once per message and organisation, again only when it changes: it has to reach people. */
  halted(organisation: string, message: Text, position: number | undefined): void;
  failed(organisation: string | undefined, error: unknown): void;
  everyMilliseconds?: number;
  /** Seals in one round at most. */
  mostPerRound?: number;
};

export type Sealer = {
  /** Runs a round now instead of waiting for the next. */
  hurry(): void;
  /** Waits for the round under way, then seals no more. */
  stop(): Promise<void>;
};

/** Starts sealing about once a second whatever is due. A halted organisation is looked at again every round, but told once. */
export function startSealer(input: SealerInput): Sealer {
  const { everyMilliseconds = 1000, mostPerRound = 50 } = input;
  const told = new Map<string, string>();
  let stopped = false;
  let wake = () => {};
  const rest = () =>
    new Promise<void>((resolve) => {
      const timer = setTimeout(resolve, everyMilliseconds);
      wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  const running = (async () => {
    while (!stopped) {
      try {
        const due = await input.due();
        const inTurn = [
          ...due.filter(({ organisation }) => !told.has(organisation)),
          ...due.filter(({ organisation }) => told.has(organisation)),
        ];
        for (const sealed of await sealMany(inTurn.slice(0, mostPerRound), input.swapMany)) tell(input, told, sealed);
      } catch (error) {
        input.failed(undefined, error);
      }
      if (!stopped) await rest();
    }
  })();
  return {
    hurry: () => wake(),
    async stop() {
      stopped = true;
      wake();
      await running;
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
    case 'lost':
      break;
    default:
      result satisfies never;
  }
}
