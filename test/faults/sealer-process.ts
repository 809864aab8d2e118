import { createSecretKey } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { connect } from '../../src/adapters/postgres/connect.ts';
import { openLogIn } from '../../src/adapters/sealing/log.ts';
import type { SealSource } from '../../src/adapters/sealing/seal.ts';
import { startSealer } from '../../src/adapters/sealing/sealer.ts';
import { signerOnSocket } from '../../src/adapters/sealing/signer-socket.ts';
import { directoryStore, type Store, type StoredFile } from '../../src/adapters/sealing/store.ts';
import { type WitnessBook, witnessBook } from '../../src/adapters/witness/ledger.ts';
import { startWitnessing, type Witnessed } from '../../src/adapters/witness/witnessing.ts';
import { type Checkpoint, parseCheckpoint } from '../../src/kernel/ledger/checkpoint.ts';
import { parsePolicy } from '../../src/kernel/ledger/policy.ts';
import { isRefused } from '../../src/kernel/refusal.ts';
import { logState, noteCheckpoint } from '../../src/runtime/ledger-rows.ts';
import type { Db } from '../../src/runtime/module.ts';
import { dueForSealing, originOf, sealingSide, swapMany } from '../../src/runtime/sealing.ts';
import { leadership } from '../../src/runtime/sealing-leader.ts';
import { withOrganisation } from '../../src/runtime/store/session.ts';

/**
 * A sealer in a process of its own, over one organisation, that can be told to fall at a step, of SIGKILL or (to be woken later)
 * SIGSTOP: `sealer-process.ts <url> <place> <node key> [kill|stop before|within|after <step>]`. Prints what it does, a line each.
 */

const [url = '', place = '', key = '', how, side, step] = process.argv.slice(2);
const say = (line: string) => process.stdout.write(`${line}\n`);
let fell = false;
function fall() {
  if (fell) return; // whoever was stopped and woken goes on
  fell = true;
  process.kill(process.pid, how === 'stop' ? 'SIGSTOP' : 'SIGKILL');
}

/** One of the seven steps of sealing (design: ledger), falling in front of it or behind it. */
async function stepOf<T>(name: string, work: () => Promise<T>): Promise<T> {
  if (side === 'before' && step === name) fall();
  const done = await work();
  if (side === 'after' && step === name) fall();
  return done;
}

/**
 * Files of the log. It falls within `write` with half of them on disk; within `publish` and `republish` after it looked at what is
 * published and before it writes, when a successor may have published more.
 */
function halting(store: Store): Store {
  return {
    ...store,
    async write(files) {
      if (side !== 'within') return store.write(files);
      if (step === 'write' && files.length > 1) await store.write(files.slice(0, Math.ceil(files.length / 2)));
      const here = step === 'write' ? files.length > 1 : files.some((file) => publishes(file) === step);
      if (here) fall();
      await store.write(files);
      if (here) say(`written ${step}`);
    },
  };
}

/** A checkpoint comes signed by the log alone, and again with what witnesses added. */
function publishes({ path, bytes }: StoredFile) {
  if (path !== 'checkpoint') return undefined;
  return Buffer.from(bytes).toString('utf8').split('\n— ').length > 2 ? 'republish' : 'publish';
}

const connection = connect<unknown>(url, { onIdleError: () => {}, max: 4 });
const db = connection.db as unknown as Db;
const signer = await signerOnSocket(`${place}/door`);
const files = directoryStore(`${place}/log`);
const log = await openLogIn(halting(files));
const leader = leadership(db, () => new Date().toISOString());
let term: number | undefined;
/** Whose published checkpoint was taken back. */
const behind = new Set<string>();

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

// Step 7. Its parts: the request and the answer, the day's checkpoint kept, the cosigned one published, the standing noted.
const ask = globalThis.fetch;
globalThis.fetch = (...request) => stepOf('cosign', () => ask(...request));
const kept = witnessBook(directoryStore(`${place}/witnesses`));
const book: WitnessBook = { ...kept, note: (...standing) => stepOf('stand', () => kept.note(...standing)) };
const witnessed: Witnessed = {
  organisation: 'faults',
  log: { ...log, publish: (cosigned) => stepOf('republish', () => log.publish(cosigned)) },
  files: { ...files, write: (days) => stepOf('keep', () => files.write(days)) },
  sealedSize: async () => (await withOrganisation(db, 'faults', (tx) => logState(tx, 'faults'))).size,
};
const witnessing = startWitnessing({
  policy: async () => parsePolicy(readFileSync(`${place}/witness.policy`, 'utf8')),
  book,
  logs: async () => [witnessed],
  now: () => new Date(),
  behind: (organisation) => behind.add(organisation),
  ahead: (_organisation, witness, size) => say(`ahead ${witness} ${size}`),
  failed: (error) => say(`failed ${error instanceof Error ? error.message : error}`),
  everyMilliseconds: 30,
});

const note = (organisation: string, checkpoint: Checkpoint, signed: string) =>
  withOrganisation(db, organisation, (tx) =>
    noteCheckpoint(tx, { ...checkpoint, note: signed, at: new Date().toISOString(), epoch: 1 }),
  );

startSealer({
  async due({ most, resting, unfinished }) {
    const before = term;
    term = await stepOf('lead', () => leader.term());
    if (term !== before) say(`term ${term}`);
    if (term === undefined) return [];
    // Whoever led before may have swapped without signing.
    const claimed = term === before ? [...unfinished, ...behind] : ['faults'];
    behind.clear();
    return Promise.all([...new Set([...(await dueForSealing(db, most, resting)), ...claimed])].map(source));
  },
  swapMany: (swaps) => stepOf('swap', async () => (term === undefined ? new Set<string>() : swapMany(db, term, swaps))),
  sealed(organisation, { checkpoint, note: signed }) {
    say(`sealed ${checkpoint.size} ${Buffer.from(checkpoint.root).toString('hex')}`);
    void note(organisation, checkpoint, signed);
    void witnessing.hurry();
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
