import { createSecretKey } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { folderBlobs } from '../adapters/blobs/folder.ts';
import { connect } from '../adapters/postgres/connect.ts';
import { loadNodeKey } from '../adapters/sealing/keys.ts';
import { openLogIn } from '../adapters/sealing/log.ts';
import { directoryStore, type Store } from '../adapters/sealing/store.ts';
import { readStamp } from '../adapters/timestamp/token.ts';
import type { LedgerRow } from '../kernel/ledger/chain.ts';
import { type CheckpointPolicy, parseCheckpoint, shortOfQuorum } from '../kernel/ledger/checkpoint.ts';
import { attestations } from '../kernel/ledger/note.ts';
import type { Finding, Report } from '../kernel/ledger/report.ts';
import { type VerifyInput, verifyLedger } from '../kernel/ledger/verify.ts';
import type { Seen } from '../kernel/ledger/verify-checkpoint.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { actRules } from '../runtime/ledger-acts.ts';
import { definitionsOf } from '../runtime/ledger-definitions.ts';
import { checkFiles } from '../runtime/ledger-files.ts';
import { projectionFaults } from '../runtime/ledger-projections.ts';
import { allLedgerRows } from '../runtime/ledger-rows.ts';
import type { Db } from '../runtime/module.ts';

/** What `ancheng verify --log` is given. */
export type LogInput = {
  folder: string;
  policy: CheckpointPolicy;
  /** Address of a PostgreSQL that holds the ledger: asks for L2 and L3. */
  db?: string;
  nodeKeyFile?: string;
  /** Folder of stored files: asks for L4 (with `db`). */
  files?: string;
  /** Office day, `2026-11-30`: the ledger as it was witnessed by its end. */
  asOf?: string;
  /** Oldest age of the quorum's cosignatures, in hours. */
  freshHours?: number;
  /** Roots of time-stamping authorities, PEM. */
  roots?: string[];
  onProgress?: (done: number, size: number) => void;
};

type Named = { name: string; note: string };

/** Verifies the published files of one ledger, against keys the verifier brought along and whatever else was given. */
export async function verifyLog(input: LogInput): Promise<Report> {
  // Verifying changes nothing, on a read-only disk or beside a sealer at work.
  const store: Store = { ...directoryStore(input.folder), remove: async () => {} };
  const log = await openLogIn(store);
  const days = await readDays(store);
  const published = await log.checkpoint();
  const chosen = input.asOf === undefined ? published : checkpointAsOf(published, days, input);
  if (chosen === undefined) return nothingAsOf(input.asOf);
  const head = parseCheckpoint(chosen);
  const size = isRefused(head) ? 0 : head.size;
  const earlier = days.filter(({ note }) => {
    const then = parseCheckpoint(note);
    return isRefused(then) || then.size <= size || input.asOf === undefined;
  });
  const judged: VerifyInput = {
    log: { ...log, checkpoint: async () => chosen },
    policy: input.policy,
    earlier,
    judge: (_newest, seen) => tooOld(seen, input.freshHours),
    ...(input.onProgress ? { onProgress: input.onProgress } : {}),
  };
  const organisation = isRefused(head) ? undefined : organisationIn(head.origin);
  const report =
    input.db === undefined || organisation === undefined
      ? await verifyLedger(judged)
      : await besideDatabase(input, input.db, organisation, judged, size);
  return { ...report, findings: [...report.findings, ...(await stamps(store, input.roots))] };
}

const organisationIn = (origin: string): string | undefined => {
  const found = /\/log\/([^/]+)\/\d+$/.exec(origin)?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
};

/** Checkpoints kept by day, each with whatever cosignatures it got. */
export async function readDays(store: Store): Promise<Named[]> {
  const names = (await store.list('days')).filter((name) => /^\d{4}-\d\d-\d\d(\.\d+)?$/.test(name)).sort();
  return Promise.all(
    names.map(async (name) => ({ name, note: Buffer.from((await store.read(`days/${name}`)) ?? '').toString('utf8') })),
  );
}

/**
 * What governs as of a day (decision 0122): the largest checkpoint that enough trusted witnesses had cosigned by its end, by their own
 * clocks; without witnesses in the policy, the one the log's keeper filed under that day or an earlier one, which is only their word.
 */
export function checkpointAsOf(
  published: string | undefined,
  days: Named[],
  { asOf = '', policy }: Pick<LogInput, 'asOf' | 'policy'>,
): string | undefined {
  const end = Date.parse(`${asOf}T23:59:59.999+08:00`) / 1000;
  const all = published === undefined ? days : [...days, { name: '', note: published }];
  const fitting = all.flatMap(({ name, note }) => {
    const head = parseCheckpoint(note);
    if (isRefused(head)) return [];
    const cosigned = attestations(head.note, policy.witnesses ?? []);
    const byThen = cosigned.filter(({ at }) => at !== undefined && at <= end);
    const seen = policy.witnesses?.length
      ? byThen.length > 0 && !shortOfQuorum(byThen, policy)
      : name !== '' && name <= asOf;
    return seen ? [{ note, size: head.size }] : [];
  });
  return fitting.sort((a, b) => b.size - a.size)[0]?.note;
}

function nothingAsOf(asOf: string | undefined): Report {
  const message =
    asOf === undefined
      ? text('找不到封存點', 'there is no checkpoint')
      : text(`${asOf} 以前沒有經見證的封存點`, `no checkpoint was witnessed by ${asOf}`);
  return { ok: false, findings: [{ level: 'L0', ok: false, message }] };
}

function tooOld(seen: Seen | undefined, hours: number | undefined): Text[] {
  if (hours === undefined) return [];
  const age = seen?.at === undefined ? Number.POSITIVE_INFINITY : (Date.now() - Date.parse(seen.at)) / 3_600_000;
  if (age <= hours) return [];
  return [
    text(
      `最近一次足額見證已逾 ${hours} 小時（${seen?.at ?? '無'}）`,
      `enough witnesses cosigned last more than ${hours} hours ago (${seen?.at ?? 'never'})`,
    ),
  ];
}

async function besideDatabase(
  input: LogInput,
  url: string,
  organisation: string,
  judged: VerifyInput,
  size: number,
): Promise<Report> {
  const connection = connect<unknown>(url, { onIdleError: () => {}, max: 2, statementTimeoutMs: 0 });
  const db = connection.db as unknown as Db;
  // As of a past day, rows behind its checkpoint are of later days.
  const rows = () =>
    input.asOf === undefined ? allLedgerRows(db, organisation) : upTo(allLedgerRows(db, organisation), size);
  try {
    const { definitions, faults } = await definitionsOf(db, organisation);
    const key = input.nodeKeyFile === undefined ? undefined : await loadNodeKey(input.nodeKeyFile);
    const report = await verifyLedger({
      ...judged,
      rows: rows(),
      acts: actRules((hash) => definitions.get(hash)),
      ...(key ? { nodeKeys: [key instanceof Uint8Array ? createSecretKey(key) : key] } : {}),
    });
    const blobs = input.files === undefined ? undefined : folderBlobs(input.files);
    const files = blobs
      ? await checkFiles(rows(), async (sha256) =>
          (await blobs.intact(sha256)) ? 'kept' : (await blobs.get(sha256)) ? 'altered' : 'missing',
        )
      : [];
    // As of a past day, the tables show later states.
    const shown = input.asOf === undefined ? await projectionFaults(db, organisation, undefined) : [];
    const forged = [...faults.map((message) => ({ message })), ...shown];
    const more: Finding[] = [...forged.map((one): Finding => ({ level: 'L3', ok: false, ...one })), ...files];
    return { ...report, ok: report.ok && more.every(({ ok }) => ok), findings: [...report.findings, ...more] };
  } finally {
    await connection.close();
  }
}

async function* upTo(rows: AsyncIterable<LedgerRow>, size: number): AsyncGenerator<LedgerRow> {
  for await (const row of rows) {
    if (row.pos >= size) return;
    yield row;
  }
}

/** Every time stamp beside the log, judged: a broken one is no pass, one without a given root is told as such. */
async function stamps(store: Store, roots: string[] | undefined): Promise<Finding[]> {
  const names = (await store.list('days')).filter((name) => name.endsWith('.tsr')).sort();
  const found: Finding[] = [];
  for (const name of names) {
    const [response, content] = [
      await store.read(`days/${name}`),
      await store.read(`days/${name.replace(/tsr$/, 'stamped')}`),
    ];
    if (!response || !content) continue;
    const stamp = readStamp(response, content, roots ? { roots } : {});
    const what = isRefused(stamp)
      ? (stamp.refused[0]?.message ?? text('時戳不成立', 'the time stamp does not hold'))
      : text(
          `${name}：時戳 ${stamp.at}，${stamp.by}${stamp.trusted ? '' : '（未提供根憑證，憑證鏈未驗）'}`,
          `${name}: time stamp ${stamp.at} by ${stamp.by}${stamp.trusted ? '' : ' (no root given: chain not checked)'}`,
        );
    if (isRefused(stamp) || name === names.at(-1)) found.push({ level: 'L0', ok: !isRefused(stamp), message: what });
  }
  return found;
}

/** One `.tlog-proof`, or the JSON file the ledger page gives with it. */
export function proofIn(path: string): string {
  const content = readFileSync(path, 'utf8');
  if (!content.startsWith('{')) return content;
  const { proof } = JSON.parse(content) as { proof?: unknown };
  return typeof proof === 'string' ? proof : '';
}

export const hasCheckpoint = (folder: string): boolean => existsSync(join(folder, 'checkpoint'));
