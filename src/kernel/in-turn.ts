/**
 * Does one thing after another, each when the one before has ended, however that ended: what reads something, and writes what it makes
 * of it, takes a turn. Returns what the work gives; its error goes to whoever asked for it alone.
 */
export type InTurn = <Result>(work: () => Promise<Result>) => Promise<Result>;

export function takingTurns(): InTurn {
  let before: Promise<unknown> = Promise.resolve();
  return (work) => {
    const turn = before.then(work);
    before = turn.catch(() => undefined);
    return turn;
  };
}

/** A queue for each thing that work is about, kept as long as the thing itself. */
export function turnsOf<Thing extends object>(): <Result>(
  thing: Thing,
  work: () => Promise<Result>,
) => Promise<Result> {
  const queues = new WeakMap<Thing, InTurn>();
  return (thing, work) => {
    const inTurn = queues.get(thing) ?? takingTurns();
    queues.set(thing, inTurn);
    return inTurn(work);
  };
}
