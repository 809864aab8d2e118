/**
 * Work that nobody waits for while the program runs: what goes wrong in it is told, and whoever stops the program waits for what is
 * under way, so that nothing reaches for a database or a signer that has just been closed.
 */
export type Background = {
  /** Begins; `where` names it should it fail. */
  start(where: string, work: () => Promise<unknown>): void;
  /** Resolves when nothing is under way any more, what began meanwhile included. */
  settled(): Promise<void>;
};

/** @param failed told of every error, with the name of the work. */
export function background(failed: (error: unknown, where: string) => void): Background {
  const underWay = new Set<Promise<void>>();
  return {
    start(where, work) {
      const ended: Promise<void> = Promise.resolve()
        .then(work)
        .then(
          () => {},
          (error: unknown) => failed(error, where),
        )
        .finally(() => underWay.delete(ended));
      underWay.add(ended);
    },
    async settled() {
      while (underWay.size > 0) await Promise.all(underWay);
    },
  };
}
