import { createSecretKey } from 'node:crypto';
import { connect } from '../../src/adapters/postgres/connect.ts';
import { openLog } from '../../src/adapters/sealing/log.ts';
import type { SealSource } from '../../src/adapters/sealing/seal.ts';
import { startSealer } from '../../src/adapters/sealing/sealer.ts';
import { signerOnSocket } from '../../src/adapters/sealing/signer-socket.ts';
import { type Checkpoint, parseCheckpoint } from '../../src/kernel/ledger/checkpoint.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { noteCheckpoint } from '../../src/runtime/ledger-rows.ts';
import type { Db } from '../../src/runtime/module.ts';
import { dueForSealing, originOf, sealingSide, swapMany } from '../../src/runtime/sealing.ts';
import { leadership } from '../../src/runtime/sealing-leader.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';

/**
 * A sealer in a process of its own, over one organisation, that can be told to die of SIGKILL before or behind a step:
 * `sealer-process.ts <url> <log> <socket> <node key> [before|after <step>]`. Prints what it does, a line each.
 */

const [url = '', folder = '', socket = '', key = '', side, step] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
const die = () => process.kill(process.pid, 'SIGKILL');

/** One of the seven steps of sealing (design: ledger), with death in front of it or behind it. */
async function stepOf<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (side === 'before' && step === name) die();
  const done = await work();
  if (side === 'after' && step === name) die();
  return done;
}

const connection = connect<unknown>(url, { onIdleError: () => {}, max: 4 });
const db = connection.db as unknown as Db;
const signer = await signerOnSocket(socket);
const log = await openLog(folder);
const leader = leadership(db, () => new Date().toISOString());
let term: number | undefined;

const source = async (organisation: string): Promise<SealSource> => {
  const own = sealingSide(db, organisation, await originOf(db, 'faults.example', organisation));
  return {
    ...own,
    readEntries: (from, to) => stepOf('read', () => own.readEntries(from, to)),
    nodeKeys: [createSecretKey(Buffer.from(key, 'base64'))],
    signer: { ...signer, sign: (checkpoint, proof) => stepOf('sign', () => signer.sign(checkpoint, proof)) },
    log: {
      ...log,
      write: (from, entries, tiles) => stepOf('write', () => log.write(from, entries, tiles)),
      publish: (note) => stepOf('publish', () => log.publish(note)),
      prune: (before, size) => stepOf('prune', () => log.prune(before, size)),
    },
  };
};

const note = (organisation: string, checkpoint: Checkpoint, signed: string) =>
  withOrganisation(db, organisation, (tx) =>
    noteCheckpoint(tx, organisation, { ...checkpoint, note: signed, at: new Date().toISOString(), epoch: 1 }),
  );

startSealer({
  async due(most) {
    const before = term;
    term = await stepOf('lead', () => leader.term());
    if (term !== before) say(`term ${term}`);
    return term === undefined ? [] : Promise.all((await dueForSealing(db, most)).map(source));
  },
  swapMany: (swaps) => stepOf('swap', async () => (term === undefined ? new Set<string>() : swapMany(db, term, swaps))),
  sealed(organisation, { checkpoint, note: signed }) {
    say(`sealed ${checkpoint.size} ${Buffer.from(checkpoint.root).toString('hex')}`);
    void note(organisation, checkpoint, signed);
  },
  idle: (organisation) =>
    void log.checkpoint().then((signed) => {
      const checkpoint = parseCheckpoint(signed ?? '');
      return isRefused(checkpoint) ? undefined : note(organisation, checkpoint, signed ?? '');
    }),
  halted: (_organisation, message) => say(`halted ${message.en}`),
  failed: (_organisation, error) => say(`failed ${error instanceof Error ? error.message : error}`),
  everyMilliseconds: 30,
});
say('ready');
