import { randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { sql } from 'kysely';
import type { Log } from '../adapters/sealing/log.ts';
import { directoryStore, type Store } from '../adapters/sealing/store.ts';
import { askForStamp } from '../adapters/timestamp/ask.ts';
import { readStamp } from '../adapters/timestamp/token.ts';
import { dayPath, type Standing, witnessBook } from '../adapters/witness/ledger.ts';
import { startWitnessing, type Witnessed } from '../adapters/witness/witnessing.ts';
import { parseCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { type Policy, type PolicyWitness, parsePolicy, quorumMet } from '../kernel/ledger/policy.ts';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { logState } from '../runtime/ledger-rows.ts';
import type { Db, Dispatch } from '../runtime/module.ts';
import type { Parts } from '../runtime/parts.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import type { Witnesses, WitnessView } from '../runtime/views.ts';
import { everyOrganisation, logFolder } from './sealing.ts';

type Around = {
  dataDir: string;
  say: (line: string) => void;
  db: Db;
  parts: Parts;
  dispatch: Dispatch;
  log: (organisation: string) => Promise<Log>;
  halted: Map<string, Text>;
  /** Why sealing stands still, if it does. */
  alarm: (organisation: string) => Text | undefined;
};

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** The witnesses of this installation's ledgers, the day's checkpoints, and the pulse of quiet ledgers. */
export function openWitnessing({ dataDir, say, db, parts, dispatch, log, halted, alarm }: Around) {
  const book = witnessBook(directoryStore(join(dataDir, 'witnesses')));
  const told = new Set<string>();
  const tellOnce = (line: string) => {
    if (!told.has(line)) say(line);
    told.add(line);
  };
  const now = () => new Date(parts.clock());
  const pulses = hourly((moment) => pulse(db, dispatch, moment));
  const loop = startLater(() =>
    startWitnessing({
      policy: async () => readPolicy(dataDir),
      book,
      async logs() {
        await pulses(now());
        return Promise.all(
          (await everyOrganisation(db)).map(async (organisation) => ({
            organisation,
            log: await log(organisation),
            files: directoryStore(logFolder(dataDir, organisation)),
            sealedSize: async () => (await withOrganisation(db, organisation, (tx) => logState(tx, organisation))).size,
          })),
        );
      },
      now,
      beside: (one, note) => stampDay(one, note, now(), tellOnce),
      ahead(organisation, witness, size) {
        halted.set(organisation, aheadOfUs(witness, size));
        tellOnce(
          `稽核紀錄停止封存 sealing halted: ${organisation} ${aheadOfUs(witness, size).zh} ${aheadOfUs(witness, size).en}`,
        );
      },
      failed: (error) => parts.defect(error, 'witnesses'),
    }),
  );
  return {
    ...loop,
    book,
    async view(organisation: string): Promise<Witnesses> {
      const note = await (await log(organisation)).checkpoint();
      const head = note === undefined ? undefined : parseCheckpoint(note);
      const sealedSize = head && !isRefused(head) ? head.size : 0;
      const stopped = halted.get(organisation) ?? alarm(organisation);
      const policy = readPolicy(dataDir);
      const stamp = await newestStamp(directoryStore(logFolder(dataDir, organisation)));
      const base = {
        sealedSize,
        witnesses: [],
        ...(stamp ? { stamp } : {}),
        ...(stopped ? { halted: stopped } : {}),
      };
      if (policy === undefined) return base;
      if (isRefused(policy)) return { ...base, unreadable: policy.refused[0]?.message ?? UNREADABLE };
      const standings = await book.standings(organisation);
      const witnesses = policy.witnesses.map((one) => viewOf(one, standings[one.verifierKey], now()));
      return { ...base, witnesses, quorum: quorumOf(policy, standings, now()) };
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
 * the bytes in `days/<day>.stamped`. An authority that does not answer is asked again next round, and told once a day.
 */
async function stampDay(
  { organisation, files }: Pick<Witnessed, 'organisation' | 'files'>,
  note: string,
  now: Date,
  tell: (line: string) => void,
): Promise<void> {
  const url = process.env.ANCHENG_TSA;
  const path = dayPath(now);
  if (!url || (await files.read(`${path}.tsr`))) return;
  const content = Buffer.from(note);
  const asked = await askForStamp(url, content);
  if (isRefused(asked)) {
    tell(`時戳 time stamp: ${path} ${organisation} ${asked.refused[0]?.message.zh} ${asked.refused[0]?.message.en}`);
    return;
  }
  await files.write([{ path: `${path}.stamped`, bytes: content }]);
  await files.write([{ path: `${path}.tsr`, bytes: asked.response }]);
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

function viewOf({ name, url }: PolicyWitness, standing: Standing | undefined, now: Date): WitnessView {
  const { size, at, failed, ahead } = standing ?? {};
  const lately = at !== undefined && now.getTime() - Date.parse(at) < DAY_MS;
  const state = ahead !== undefined ? 'ahead' : at === undefined ? 'never' : lately ? 'good' : 'stale';
  return {
    name,
    ...(url === undefined ? {} : { url }),
    state,
    ...(size === undefined ? {} : { size }),
    ...(at === undefined ? {} : { at }),
    ...(failed === undefined ? {} : { failed }),
    ...(ahead === undefined ? {} : { ahead }),
  };
}

/** Whether enough witnesses cosigned within a day, and the size all of those have seen at least. */
function quorumOf(policy: Policy, standings: Record<string, Standing>, now: Date): NonNullable<Witnesses['quorum']> {
  const lately = policy.witnesses.filter(({ verifierKey }) => {
    const at = standings[verifierKey]?.at;
    return at !== undefined && now.getTime() - Date.parse(at) < DAY_MS;
  });
  const met = quorumMet(policy.quorum, (verifier) => lately.some((one) => one.verifier === verifier));
  if (!met || lately.length === 0) return { met };
  const seen = lately.map(({ verifierKey }) => standings[verifierKey] as Required<Pick<Standing, 'size' | 'at'>>);
  const least = seen.reduce((one, other) => (other.size < one.size ? other : one));
  return { met, size: least.size, at: least.at };
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
