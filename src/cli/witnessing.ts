import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Log } from '../adapters/sealing/log.ts';
import { directoryStore, type Store } from '../adapters/sealing/store.ts';
import { askForStamp } from '../adapters/timestamp/ask.ts';
import { readStamp } from '../adapters/timestamp/token.ts';
import { dayPath, type WitnessBook, witnessBook } from '../adapters/witness/ledger.ts';
import { startWitnessing, type Witnessed } from '../adapters/witness/witnessing.ts';
import { parseCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { type Policy, parsePolicy } from '../kernel/ledger/policy.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { logState } from '../runtime/ledger-rows.ts';
import type { Db, Dispatch } from '../runtime/module.ts';
import { INSTALLATION } from '../runtime/organisations.ts';
import type { Parts } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import type { Separation, Witnesses } from '../runtime/witness-views.ts';
import { everyOrganisation, logFolder } from './sealing.ts';
import { mailRequests } from './witness-mail.ts';
import { acceptAnswer, requestFor } from './witness-request.ts';
import { agesOver, quorumOf, tellTroubles, viewOf } from './witness-state.ts';

type Around = {
  dataDir: string;
  say: (line: string) => void;
  db: Db;
  parts: Parts;
  dispatch: Dispatch;
  log: (organisation: string) => Promise<Log>;
  halted: Map<string, Text>;
  /** Has an organisation sealed again whose published checkpoint was taken back. */
  behind: (organisation: string) => void;
  /** Why sealing stands still, if it does. */
  alarm: (organisation: string, sealedSize: number) => Text | undefined;
  separation: Separation;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The witnesses of this installation's ledgers, the day's checkpoints, and the pulse of quiet ledgers. */
export function openWitnessing({ dataDir, say, db, parts, dispatch, log, halted, behind, alarm, separation }: Around) {
  const book = witnessBook(directoryStore(join(dataDir, 'witnesses')));
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) say(line);
    told.add(line);
  };
  const now = () => new Date(parts.clock());
  const ageOf = agesOver(db, now);
  /** Why today's time stamp is missing, by organisation. */
  const stampFaults = new Map<string, Text>();
  const witnessed = async (organisation: string): Promise<Witnessed> => ({
    organisation,
    log: await log(organisation),
    files: directoryStore(logFolder(dataDir, organisation)),
    sealedSize: async () => (await withOrganisation(db, organisation, (tx) => logState(tx, organisation))).size,
  });
  const alarming = { db, dispatch, clock: parts.clock };
  const pulses = hourly((moment) => pulse(db, dispatch, moment));
  const loop = startLater(() =>
    startWitnessing({
      policy: async () => readPolicy(dataDir),
      book,
      async logs() {
        await pulses(now());
        return Promise.all((await everyOrganisation(db)).map(witnessed));
      },
      now,
      async beside(one, note) {
        const fault = await stampDay(one, note, now());
        if (!fault) stampFaults.delete(one.organisation);
        else {
          stampFaults.set(one.organisation, fault);
          tellOnce(`時戳 time stamp: ${dayPath(now())} ${one.organisation} ${fault.zh} ${fault.en}`);
        }
      },
      async after(one, note) {
        const policy = readPolicy(dataDir);
        if (policy && !isRefused(policy)) await mailRequests({ dataDir, book, dispatch, now }, policy, one, note);
        if (one.organisation !== INSTALLATION)
          await tellTroubles(alarming, one.organisation, await view(one.organisation), since(policyFile(dataDir)));
      },
      behind,
      ahead(organisation, witness, size) {
        halted.set(organisation, aheadOfUs(witness, size));
        tellOnce(
          `稽核紀錄停止封存 sealing halted: ${organisation} ${aheadOfUs(witness, size).zh} ${aheadOfUs(witness, size).en}`,
        );
      },
      failed: (error) => parts.defect(error, 'witnesses'),
    }),
  );
  const view = async (organisation: string): Promise<Witnesses> => {
    const note = await (await log(organisation)).checkpoint();
    const head = note === undefined ? undefined : parseCheckpoint(note);
    const sealedSize = head && !isRefused(head) ? head.size : 0;
    const stopped = halted.get(organisation) ?? alarm(organisation, sealedSize);
    const policy = readPolicy(dataDir);
    const stamp = await newestStamp(directoryStore(logFolder(dataDir, organisation)));
    const stampFailed = stampFaults.get(organisation);
    const maxAgeHours = await ageOf(organisation);
    const base = {
      sealedSize,
      signer: separation,
      maxAgeHours,
      witnesses: [],
      ...(stamp ? { stamp } : {}),
      ...(stampFailed ? { stampFailed } : {}),
      ...(stopped ? { halted: stopped } : {}),
    };
    if (policy === undefined) return base;
    if (isRefused(policy)) return { ...base, unreadable: policy.refused[0]?.message ?? UNREADABLE };
    const standings = await book.standings(organisation);
    const oldest = new Date(now().getTime() - maxAgeHours * HOUR_MS);
    const witnesses = policy.witnesses.map((one) => viewOf(one, standings[one.verifierKey], oldest));
    return { ...base, witnesses, quorum: quorumOf(policy, standings, oldest) };
  };
  return { ...loop, book, view, exchange: exchangeOver({ dataDir, book }, witnessed) };
}

/** Request files out and cosignatures in, for witnesses without a network. */
function exchangeOver(
  { dataDir, book }: { dataDir: string; book: WitnessBook },
  witnessed: (organisation: string) => Promise<Witnessed>,
) {
  return {
    async requestFor(organisation: string, name: string) {
      const policy = readPolicy(dataDir);
      if (isRefused(policy)) return policy;
      const witness = policy?.witnesses.find((one) => one.name === name);
      const one = await witnessed(organisation);
      const note = await one.log.checkpoint();
      const request = witness && note ? await requestFor({ book }, witness, one, note) : undefined;
      if (!request) return refused({ code: 'missing', message: noSuchWitness });
      return { name: `${organisation}.add-checkpoint`, content: request.content, entries: request.size };
    },
    async acceptAnswer(organisation: string, answer: string) {
      const policy = readPolicy(dataDir);
      if (isRefused(policy)) return policy;
      const taken = policy ? await acceptAnswer({ book }, policy, await witnessed(organisation), answer) : 0;
      return taken > 0
        ? taken
        : refused({ code: 'invalid', field: 'answer', message: noneFits, fix: { text: pasteIt } });
    },
  };
}

export type Witnessing = ReturnType<typeof openWitnessing>;

function startLater(start: () => ReturnType<typeof startWitnessing>) {
  let running: ReturnType<typeof startWitnessing> | undefined;
  return {
    start() {
      running = start();
    },
    /** Asks the witnesses now, and waits for them. */
    hurry: async () => running?.hurry(),
    stop: async () => running?.stop(),
  };
}

/**
 * Once an office day, a time stamp (RFC 3161) of the newest checkpoint by the authority ANCHENG_TSA names: `days/<day>.tsr` over
 * the bytes in `days/<day>.stamped`. Returns why there is none; the authority is then asked again next round.
 */
async function stampDay({ files }: Pick<Witnessed, 'files'>, note: string, now: Date): Promise<Text | undefined> {
  const url = process.env.ANCHENG_TSA;
  const path = dayPath(now);
  if (!url || (await files.read(`${path}.tsr`))) return undefined;
  const content = Buffer.from(note);
  const asked = await askForStamp(url, content);
  if (isRefused(asked)) return asked.refused[0]!.message;
  await files.write([{ path: `${path}.stamped`, bytes: content }]);
  await files.write([{ path: `${path}.tsr`, bytes: asked.response }]);
  return undefined;
}

/** The newest token that stands for what it was asked for. */
async function newestStamp(files: Store): Promise<Witnesses['stamp']> {
  const names = (await files.list('days')).filter((name) => name.endsWith('.tsr')).sort();
  for (const name of names.reverse().slice(0, 3)) {
    const [response, content] = [
      await files.read(`days/${name}`),
      await files.read(`days/${name.replace(/tsr$/, 'stamped')}`),
    ];
    const stamp = response && content && readStamp(response, content);
    const head = content && parseCheckpoint(Buffer.from(content).toString('utf8'));
    if (stamp && !isRefused(stamp) && head && !isRefused(head)) return { at: stamp.at, size: head.size };
  }
  return undefined;
}

/** The policy file of this installation: `witness.policy` in the data folder, or where ANCHENG_WITNESS_POLICY says. */
export const policyFile = (dataDir: string): string =>
  process.env.ANCHENG_WITNESS_POLICY || join(dataDir, 'witness.policy');

const since = (path: string): Date => statSync(path, { throwIfNoEntry: false })?.mtime ?? new Date(0);

/** Undefined where there is none: nobody witnesses. */
export function readPolicy(dataDir: string): Policy | Refused | undefined {
  const path = policyFile(dataDir);
  return existsSync(path) ? parsePolicy(readFileSync(path, 'utf8')) : undefined;
}

/** The witnesses of the policy, one a line, as they go into packages; empty where there are none or the policy cannot be read. */
export function witnessLines(dataDir: string): string[] {
  const policy = readPolicy(dataDir);
  if (policy === undefined || isRefused(policy)) return [];
  return policy.witnesses.map(({ name, verifierKey }) => `witness ${name} ${verifierKey}`);
}

/** Does the work at most once an hour of the given clock. */
function hourly(work: (now: Date) => Promise<void>) {
  let last = Number.NEGATIVE_INFINITY;
  return async (now: Date) => {
    if (now.getTime() - last < HOUR_MS) return;
    last = now.getTime();
    await work(now);
  };
}

/** A ledger in which nothing happened for a day gets an event, so that a frozen one is told apart from a quiet one. */
async function pulse(db: Db, dispatch: Dispatch, now: Date): Promise<void> {
  const found = await sql<{ organisation: string }>`select organisation from organisation where not demo`.execute(db);
  const before = new Date(now.getTime() - DAY_MS).toISOString();
  for (const { organisation } of found.rows) {
    const quiet = await withOrganisation(db, organisation, (tx) =>
      sql`select 1 from head where organisation = ${organisation} and next_pos > 0 and last_at < ${before}`.execute(tx),
    );
    if (quiet.rows.length === 0) continue;
    await dispatch({
      organisation,
      actor: { kind: 'clock' },
      command: { do: 'trail.pulse', id: randomUUID(), input: {} },
    });
  }
}

export const aheadOfUs = (witness: string, size: number): Text =>
  text(
    `見證者 ${witness} 已見過 ${size} 筆，多於這裡所有；資料可能整批還原過。請保全現場，依「稽核軌跡」操作手冊處理後重新啟動。`,
    `The witness ${witness} has seen ${size} entries, more than there are here: everything may have been rolled back. Preserve it all, follow the operating page on the ledger, then start again.`,
  );

const UNREADABLE = text('見證政策檔無法讀取。', 'The witness policy cannot be read.');
const noSuchWitness = text(
  '政策裡沒有這個見證者，或軌跡尚未封存。',
  'The policy names no such witness, or nothing is sealed yet.',
);
const noneFits = text(
  '內容裡沒有符合本機關封存點的連署。',
  'There is no cosignature in it that fits a checkpoint of this organisation.',
);
const pasteIt = text(
  '請貼上見證者回覆中「— 」開頭的整行；對方須以本頁下載或寄出的請求檔簽署。',
  'Paste the whole line that begins with "— " from the answer; it must be for a request downloaded or mailed from here.',
);
