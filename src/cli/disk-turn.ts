/** What is done on the disks. */
export type DiskWork = 'backup' | 'drill';

/** One piece of work on the disks at a time, whether the clock or a person asked for it; given up when the program ends. */
export type DiskTurn = {
  running(): DiskWork | undefined;
  /** Begins unless something is under way; false then. Nobody waits for it, and it tells its errors itself. */
  take(kind: DiskWork, work: (signal: AbortSignal) => Promise<void>): boolean;
  /** Gives up what is under way, if it is of that kind; false when nothing is. */
  giveUp(kind: DiskWork): boolean;
  /** Gives up what is under way and waits for its end. */
  close(): Promise<void>;
};

export function diskTurn(): DiskTurn {
  let underWay: { kind: DiskWork; stop: AbortController; ended: Promise<void> } | undefined;
  return {
    running: () => underWay?.kind,
    take(kind, work) {
      if (underWay) return false;
      const stop = new AbortController();
      const ended = Promise.resolve(stop.signal)
        .then(work)
        .finally(() => {
          underWay = undefined;
        });
      underWay = { kind, stop, ended };
      return true;
    },
    giveUp(kind) {
      if (underWay?.kind !== kind) return false;
      underWay.stop.abort();
      return true;
    },
    async close() {
      underWay?.stop.abort();
      await underWay?.ended;
    },
  };
}
