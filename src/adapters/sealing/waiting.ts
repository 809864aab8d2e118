/** What this process entered and has not seen sealed: sealing that stands still raises no error of its own, as while somebody else holds its lock. */
export type Waiting = {
  entered(organisation: string, size: number): void;
  /** Whether what was entered a minute ago still is not sealed. */
  isOverdue(organisation: string, sealedSize: number): boolean;
};

const OVERDUE_MS = 60_000;
/** What comes close together is remembered as one. */
const TOGETHER_MS = 5_000;

/** @param now a clock that only goes forward, in milliseconds. */
export function waitingFor(now: () => number): Waiting {
  const entered = new Map<string, { size: number; since: number }[]>();
  return {
    entered(organisation, size) {
      const known = entered.get(organisation) ?? [];
      entered.set(organisation, known);
      const last = known.at(-1);
      if (last && now() - last.since < TOGETHER_MS) last.size = size;
      else known.push({ size, since: now() });
    },
    isOverdue(organisation, sealedSize) {
      const left = (entered.get(organisation) ?? []).filter(({ size }) => size > sealedSize);
      entered.set(organisation, left);
      return left[0] !== undefined && now() - left[0].since > OVERDUE_MS;
    },
  };
}
