import { join } from 'node:path';
import { sql } from 'kysely';
import { installationName } from '../adapters/sealing/installation.ts';
import { type Log, openLog } from '../adapters/sealing/log.ts';
import { reporter } from '../adapters/sealing/reporter.ts';
import type { SealSource } from '../adapters/sealing/seal.ts';
import { startSealer } from '../adapters/sealing/sealer.ts';
import { verifierKeyOf } from '../adapters/sealing/signer.ts';
import type { Signer } from '../adapters/sealing/signer-door.ts';
import { waitingFor } from '../adapters/sealing/waiting.ts';
import { type Checkpoint, parseCheckpoint } from '../kernel/ledger/checkpoint.ts';
import type { NodeKey } from '../kernel/ledger/mac.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { type Background, background } from '../runtime/background.ts';
import type { contexts } from '../runtime/context.ts';
import { noteCheckpoint } from '../runtime/ledger-rows.ts';
import type { Db, Dispatch } from '../runtime/module.ts';
import type { News, Parts } from '../runtime/parts.ts';
import { dueForSealing, originOf, sealingSide, swapMany } from '../runtime/sealing.ts';
import { leadership } from '../runtime/sealing-leader.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { keepDefinitions } from './definitions.ts';
import { isNobodyThere, lossOf, openSigner } from './open-signer.ts';
import { troubleOf } from './sealing-trouble.ts';
import { separationOf } from './separation.ts';
import { formerKeys, publishKey } from './signer-key.ts';
import { settleLedgers } from './startup.ts';
import { openWitnessing } from './witnessing.ts';

/** Where an organisation's log is published. */
export const logFolder = (dataDir: string, organisation: string) => join(dataDir, 'log', organisation);

type Around = {
  dataDir: string;
  log: (line: string) => void;
  db: Db;
  markKey: NodeKey;
  parts: Parts;
  dispatch: Dispatch;
  cache: ReturnType<typeof contexts>;
};

/** Sealing and what belongs to it, over one data folder: signer, leadership, the loop, reports of what was acknowledged. */
export type Sealing = Exclude<Awaited<ReturnType<typeof openSealing>>, Refused>;

/** Opens logs and signer; nothing is sealed before `start`. Refuses when the signer cannot be reached or cannot open its key. */
export async function openSealing(around: Around) {
  const { dataDir, log: say, db, parts } = around;
  const host = installationName(dataDir);
  const signer = await openSigner(dataDir, say);
  if (isRefused(signer)) return signer;
  await publishKey(dataDir, verifierKeyOf(host, signer.publicKeys));
  const origin = originsOf(db, host);
  const logs = new Map<string, Promise<Log>>();
  const log = (organisation: string) => {
    const known = logs.get(organisation) ?? openLog(logFolder(dataDir, organisation));
    logs.set(organisation, known);
    known.catch(() => logs.delete(organisation)); // a disk that was away is asked again
    return known;
  };
  // One that does not answer is told by sealing, which waits for it.
  const signerFailed = (error: unknown) => isNobodyThere(error) || parts.defect(error, 'signer');
  const acknowledged = reporter(signer, signerFailed);
  const separation = await separationOf(signer);
  const loss = lossOf(signer);
  const halted = new Map<string, Text>();
  // Why sealing stands still while people go on working; gone with the next seal.
  const alarms = new Map<string, Text>();
  const waiting = waitingFor(() => performance.now());
  const alarm = (organisation: string, sealedSize: number) =>
    alarms.get(organisation) ?? (waiting.isOverdue(organisation, sealedSize) ? STANDS_STILL : undefined);
  // Whoever wrote here, or lags in what is published, is looked at whatever the database says about who is due.
  const wrote = new Set<string>();
  const aside = background(parts.defect);
  const loop = { hurry: () => {}, stop: async () => {} };
  const behind = (organisation: string) => {
    wrote.add(organisation);
    loop.hurry();
  };
  const witnessing = openWitnessing({ ...around, say, log, halted, behind, alarm, separation });
  return {
    host,
    signer,
    log,
    halted,
    origin,
    witnessing,
    separation,
    /** Settles when sealing can never go on, as when a signer that only root can start has ended. */
    lost: loss.lost,
    verifierKey: async (organisation: string) => signer.verifierKey(await origin(organisation)),
    formerKeys: async (organisation: string) => formerKeys(dataDir, await origin(organisation)),
    /** The write door, shut for organisations whose ledger diverged: their history is preserved until people have looked. */
    dispatch: (async (request) => {
      const stopped = halted.get(request.organisation);
      return stopped ? refused({ code: 'unready', message: stopped }) : around.dispatch(request);
    }) satisfies Dispatch as Dispatch,
    /** What the write door committed: reported outside PostgreSQL, then sealed. */
    committed({ organisation, size, mac, eventTypes }: News) {
      if (mac) {
        acknowledged.report(organisation, { pos: size - 1, mac });
        waiting.entered(organisation, size);
        wrote.add(organisation);
      }
      if (eventTypes.has('definition.adopted'))
        aside.start('definitions', () => keepDefinitions(db, logFolder(dataDir, organisation), organisation));
      loop.hurry();
    },
    hurry: () => loop.hurry(),
    /** Compares what there is of every ledger; afterwards sealing begins. */
    async start() {
      const reopen = (organisation: string) => logs.delete(organisation);
      await settleLedgers({ ...around, say, signer, log, origin, reopen, halted });
      witnessing.start();
      Object.assign(
        loop,
        startLoop({ ...around, say, signer, log, origin, halted, alarms, wrote, aside, signerFailed }),
      );
    },
    async stop() {
      loss.stop();
      await witnessing.stop();
      await loop.stop();
      // What was sealed last is written down in the database and told to the signer while both are there.
      await aside.settled();
      await acknowledged.flush();
      // One that has ended has written what it knew, and `lost` has told of it.
      await signer.close().catch(signerFailed);
    },
  };
}

/** An origin changes only with its epoch, and epochs only at a start. */
function originsOf(db: Db, host: string) {
  const known = new Map<string, Promise<string>>();
  const ask = (organisation: string) => {
    const origin = known.get(organisation) ?? originOf(db, host, organisation);
    known.set(organisation, origin);
    origin.catch(() => known.delete(organisation));
    return origin;
  };
  return Object.assign(ask, { forget: (organisation: string) => known.delete(organisation) });
}

type Loop = Omit<Around, 'log'> & {
  say: (line: string) => void;
  signer: Signer;
  log: (organisation: string) => Promise<Log>;
  origin: (organisation: string) => Promise<string>;
  halted: Map<string, Text>;
  alarms: Map<string, Text>;
  wrote: Set<string>;
  aside: Background;
  signerFailed: (error: unknown) => void;
};

/** One place in so many is for whoever wrote here or is unfinished, whatever the database says; the rest is for whom it names. */
const CLAIM_SHARE = 6;

function startLoop({
  say,
  dataDir,
  db,
  markKey,
  parts,
  signer,
  log,
  origin,
  halted,
  alarms,
  wrote,
  aside,
  signerFailed,
}: Loop) {
  const leader = leadership(db, parts.clock);
  let term: number | undefined;
  /** What kept whom from being sealed last, so that it is told once. */
  const failing = new Map<string | undefined, string>();
  const source = async (organisation: string): Promise<SealSource> => ({
    ...sealingSide(db, organisation, await origin(organisation)),
    nodeKeys: [markKey],
    signer,
    log: await log(organisation),
    acknowledged: () => signer.acknowledged(organisation),
  });
  const sealer = startSealer({
    async due({ most, resting, unfinished }) {
      const before = term;
      term = await leader.term();
      if (term === undefined) return [];
      // Whoever led before may have swapped without signing.
      if (term !== before) for (const organisation of await everyOrganisation(db)) wrote.add(organisation);
      const out = [...resting, ...halted.keys()];
      const claims = [...new Set([...unfinished, ...wrote])].filter((organisation) => !out.includes(organisation));
      const claimed = claims.slice(0, most / CLAIM_SHARE);
      const due = [...new Set([...(await dueForSealing(db, most - claimed.length, out)), ...claimed])];
      for (const organisation of due) wrote.delete(organisation);
      return Promise.all(due.map(source));
    },
    swapMany: async (swaps) => (term === undefined ? new Set() : swapMany(db, term, swaps)),
    sealed(organisation, { checkpoint, note }) {
      good(organisation);
      aside.start('signer', () => signer.sealed(organisation, checkpoint.size).catch(signerFailed));
      aside.start('checkpoint', () => tellSealed(db, parts, organisation, checkpoint, note));
    },
    idle(organisation) {
      good(organisation);
      // Published, and the note of it in the table lost with whoever was to write it.
      aside.start('checkpoint', () => notePublished(db, parts, organisation, log));
    },
    halted(organisation, message, position) {
      alarms.set(organisation, message);
      say(`稽核紀錄停止封存 sealing halted: ${organisation} #${position ?? ''} ${message.zh} ${message.en}`);
    },
    failed(organisation, error) {
      const trouble = troubleOf(error, logFolder(dataDir, organisation ?? ''));
      const cause = trouble?.en ?? String(error);
      if (failing.get(organisation) === cause) return; // looked at every second, told once
      failing.set(organisation, cause);
      if (trouble) say(`暫停封存 sealing waits: ${organisation ?? ''} ${trouble.zh} ${trouble.en}`);
      const told = trouble ?? unforeseen(parts.defect(error, `sealing ${organisation ?? ''}`));
      if (organisation) alarms.set(organisation, told);
    },
  });
  const good = (organisation: string) => {
    alarms.delete(organisation);
    if (failing.delete(organisation)) say(`恢復封存 sealing goes on: ${organisation}`);
    failing.delete(undefined);
  };
  return {
    hurry: () => sealer.hurry(),
    async stop() {
      await sealer.stop();
      await leader.release();
    },
  };
}

const STANDS_STILL = text(
  '已逾一分鐘沒有封存：可能有人占住封存用的資料庫鎖，或另一個程序自稱在封存。請查明何人連著資料庫。',
  'Nothing has been sealed for more than a minute: somebody may hold the database lock that sealing takes, or another process claims to seal. See who is connected to the database.',
);

const unforeseen = (reference: string): Text =>
  text(
    `封存時發生未預期的錯誤（${reference}），每秒重試。請連同紀錄回報。`,
    `Sealing meets an error nobody foresaw (${reference}) and tries again every second. Report it with the log.`,
  );

async function tellSealed(
  db: Db,
  parts: Parts,
  organisation: string,
  checkpoint: Checkpoint,
  note: string,
): Promise<void> {
  await withOrganisation(db, organisation, (tx) =>
    noteCheckpoint(tx, { ...checkpoint, note, at: parts.clock(), epoch: epochIn(checkpoint.origin) }),
  );
  parts.committed({
    organisation,
    size: checkpoint.size,
    records: [],
    tasks: false,
    notices: [],
    eventTypes: new Set(['checkpoint']),
  });
}

async function notePublished(
  db: Db,
  parts: Parts,
  organisation: string,
  log: (organisation: string) => Promise<Log>,
): Promise<void> {
  const note = await (await log(organisation)).checkpoint();
  const checkpoint = note === undefined ? undefined : parseCheckpoint(note);
  if (note && checkpoint && !isRefused(checkpoint)) await tellSealed(db, parts, organisation, checkpoint, note);
}

/** The epoch in the name of a log. */
const epochIn = (origin: string) => Number(origin.slice(origin.lastIndexOf('/') + 1));

/** Organisations that exist, their own ledger or not. */
export const everyOrganisation = async (db: Db): Promise<string[]> =>
  (await sql<{ organisation: string }>`select organisation from organisation order by created_at`.execute(db)).rows.map(
    ({ organisation }) => organisation,
  );
