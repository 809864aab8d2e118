import { type Hash, sameHash } from './merkle.ts';

/** How far something has the ledger of an organisation: undefined when it has nothing of it. */
export type Head = { size: number; root: Hash } | undefined;

/** What is compared at start, after a crash or a restore. */
export type Heads = {
  /** Events in the database (`head.next_pos`), and its `log_state`. */
  database: { events: number; sealed: Head };
  /** The published checkpoint. */
  log: Head;
  /** What the signer promised last. */
  signer: Head;
  /** The largest checkpoint any outside witness cosigned, as far as it is kept here. */
  witness?: Head;
  /** The largest size a witness names when asked: it gives no root. */
  witnessSize?: number;
};

/**
 * What to do at start.
 * `sound`: go on. `seal`: go on, the sealer catches up. `replay`: the database is behind; read-only, refill it from the log.
 * `halt`: two histories of one size; preserve everything, people decide. `new_epoch`: everything here is older than what a
 * signer or witness has seen; go on only as a new log whose first leaf quotes that checkpoint and an incident.
 */
export type AfterRestart = 'sound' | 'seal' | 'replay' | 'halt' | 'new_epoch';

/** Compares database, log, signer and witnesses (design: backup and restore). Roots are compared where sizes agree. */
export function afterRestart({ database, log, signer, witness, witnessSize = 0 }: Heads): AfterRestart {
  const sealed = log?.size ?? 0;
  const held = Math.max(database.events, sealed);
  const heads = [database.sealed, log, signer, witness].filter((head) => head !== undefined);
  if (heads.some((head) => heads.some((other) => head.size === other.size && !sameHash(head.root, other.root))))
    return 'halt';
  if (witnessSize > held || heads.some(({ size }) => size > held)) return 'new_epoch';
  // Also when a refill was cut off behind its last entry: the count of what is sealed comes after them.
  if (database.events < sealed || (database.sealed?.size ?? 0) < sealed) return 'replay';
  return database.events > sealed ? 'seal' : 'sound';
}
