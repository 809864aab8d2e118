import { createSecretKey } from 'node:crypto';
import { folderBlobs } from '../adapters/blobs/folder.ts';
import { connect } from '../adapters/postgres/connect.ts';
import { loadNodeKey } from '../adapters/sealing/keys.ts';
import { openLogIn } from '../adapters/sealing/log.ts';
import { lookingStore, type Store } from '../adapters/sealing/store.ts';
import { readStamp } from '../adapters/timestamp/token.ts';
import type { LedgerRow } from '../kernel/ledger/chain.ts';
import { type CheckpointPolicy, parseCheckpoint, shortOfQuorum } from '../kernel/ledger/checkpoint.ts';
import { attestations } from '../kernel/ledger/note.ts';
import type { Finding, Report } from '../kernel/ledger/report.ts';
import { type VerifyInput, verifyLedger } from '../kernel/ledger/verify.ts';
import type { Seen } from '../kernel/ledger/verify-checkpoint.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { actRules } from '../runtime/ledger-acts.ts';
import { credentialFaults } from '../runtime/ledger-credentials.ts';
import { definitionsOf } from '../runtime/ledger-definitions.ts';
import { joined } from '../runtime/ledger-door.ts';
import { checkFiles } from '../runtime/ledger-files.ts';
import { projectionFaults } from '../runtime/ledger-projections.ts';
import { allLedgerRows } from '../runtime/ledger-rows.ts';
import type { Db } from '../runtime/module.ts';
import { ourShape } from './ledgers.ts';
import { databaseTrouble } from './reach.ts';

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

/**
 * Verifies the published files of one ledger, against keys the verifier brought along and whatever else was given. Refuses when the
 * database asked for cannot be reached or read.
 */
export async function verifyLog(input: LogInput): Promise<Report | Refused> {
  const odd = new Set<string>();
  const store = lookingStore(input.folder, (path) => odd.add(path));
  const log = await openLogIn(store);
  const days = await readDays(store);
  const published = await log.checkpoint();
  const chosen = input.asOf === undefined ? published : checkpointAsOf(published, days, input);
  if (chosen === undefined) return nothingThere(input, days, odd);
  const head = parseCheckpoint(chosen);
  const size = isRefused(head) ? 0 : head.size;
  const earlier = [...days, ...(await readDays(store, STAMPED))].filter(({ note }) => {
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
  if (isRefused(report)) return report;
  const beside = [...oddFiles(odd), ...governing(input.asOf, head), ...(await stamps(store, input.roots))];
  return {
    ...report,
    ok: report.ok && beside.every(({ ok }) => ok),
    findings: [...beside, ...report.findings],
  };
}

const oddFiles = (paths: Set<string>): Finding[] =>
  [...paths].sort().map((path) => ({
    level: 'L1',
    ok: false,
    message: text(
      `${path} 不是普通檔案，或大於軌跡所能有的檔案，未讀取`,
      `${path} is no ordinary file, or larger than any of a log; it was not read`,
    ),
  }));

function governing(asOf: string | undefined, head: ReturnType<typeof parseCheckpoint>): Finding[] {
  if (asOf === undefined || isRefused(head)) return [];
  const message = text(
    `基準日 ${asOf}：以當時的前 ${head.size} 筆為準，其後登錄的不看`,
    `as of ${asOf}: its first ${head.size} entries govern; what was entered later is not looked at`,
  );
  return [{ level: 'L0', ok: true, message }];
}

/** What a time stamp was asked for: this log has to begin with it, or the stamp speaks of another one. */
const STAMPED = /^\d{4}-\d\d-\d\d\.stamped$/;

const organisationIn = (origin: string): string | undefined => {
  const found = /\/log\/([^/]+)\/\d+$/.exec(origin)?.[1];
  return found === undefined ? undefined : decodeURIComponent(found);
};

/** Checkpoints kept by day, each with whatever cosignatures it got. */
export async function readDays(store: Store, named = /^\d{4}-\d\d-\d\d(\.\d+)?$/): Promise<Named[]> {
  const names = (await store.list('days')).filter((name) => named.test(name)).sort();
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
    const byThen = cosigned.filter(({ holds, at }) => holds && at !== undefined && at <= end);
    const seen = policy.witnesses?.length
      ? byThen.length > 0 && !shortOfQuorum(byThen, policy)
      : name !== '' && name <= asOf;
    return seen ? [{ note, size: head.size }] : [];
  });
  return fitting.sort((a, b) => b.size - a.size)[0]?.note;
}

/** No checkpoint at all is a failure; none that governs on the day asked for is refused, with the first day there is one. */
function nothingThere({ asOf, policy }: LogInput, days: Named[], odd: Set<string>): Report | Refused {
  if (asOf === undefined) {
    const message = text('找不到封存點', 'there is no checkpoint');
    return { ok: false, findings: [...oddFiles(odd), { level: 'L0', ok: false, message }] };
  }
  const first = days.find(({ name }) => checkpointAsOf(undefined, days, { asOf: name.slice(0, 10), policy }))?.name;
  const message = policy.witnesses?.length
    ? text(
        `${asOf} 以前沒有足額見證者連署的封存點。`,
        `By ${asOf} no checkpoint had been cosigned by enough witnesses.`,
      )
    : text(
        `政策檔未列見證者，只能依每日存檔（days/）判定；${asOf} 以前沒有存檔的封存點。`,
        `The policy names no witness, which leaves what was filed day by day (days/); by ${asOf} nothing was.`,
      );
  const fix =
    first === undefined
      ? text('不帶 --as-of 可驗證目前的內容。', 'Without --as-of the present is verified.')
      : text(`最早可用的日子是 ${first.slice(0, 10)}。`, `The first day there is one is ${first.slice(0, 10)}.`);
  return refused({ code: 'missing', message, fix: { text: fix } });
}

/** A witness may be this far ahead of us before its clock, or ours, is wrong. */
const AHEAD_HOURS = 1;

function tooOld(seen: Seen | undefined, hours: number | undefined): Text[] {
  if (hours === undefined) return [];
  const age = seen?.at === undefined ? Number.POSITIVE_INFINITY : (Date.now() - Date.parse(seen.at)) / 3_600_000;
  if (age < -AHEAD_HOURS)
    return [
      text(
        `足額見證的時間（${seen?.at}）在未來：見證者或本機的時鐘不對`,
        `enough witnesses cosigned in the future (${seen?.at}): their clock or this machine's is wrong`,
      ),
    ];
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
): Promise<Report | Refused> {
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
    const proved = await credentialFaults(db, organisation, input.asOf === undefined ? undefined : size);
    const forged = [...faults.map((message) => ({ message })), ...shown, ...proved];
    const told = forged.map((one): Finding => ({ level: 'L3', ok: false, ...one }));
    const shape = (await ourShape(db)).map((message): Finding => ({ level: 'L2', ok: false, message }));
    return joined(report, [...shape, ...told], files);
  } catch (error) {
    const trouble = databaseTrouble(error, url);
    if (trouble) return trouble;
    throw error;
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
    const stamp = response && content ? readStamp(response, content, roots ? { roots } : {}) : MISSING;
    const why = isRefused(stamp) ? (stamp.refused[0]?.message ?? text('不成立', 'it does not hold')) : undefined;
    if (why) found.push({ level: 'L0', ok: false, message: text(`${name}：${why.zh}`, `${name}: ${why.en}`) });
    if (isRefused(stamp) || name !== names.at(-1)) continue;
    const unchecked = stamp.trusted
      ? text('', '')
      : text('（未提供根憑證，憑證鏈未驗）', ' (no root given: chain not checked)');
    const message = text(
      `${name}：時戳 ${stamp.at}，${stamp.by}${unchecked.zh}`,
      `${name}: time stamp ${stamp.at} by ${stamp.by}${unchecked.en}`,
    );
    found.push({ level: 'L0', ok: true, message });
  }
  return found;
}

const MISSING = refused({
  code: 'missing',
  message: text('缺少所蓋的封存點（.stamped）', 'what it stamps is missing (.stamped)'),
});

/** One `.tlog-proof`, or the JSON file the ledger page gives with it; anything else comes back as it is, and is no proof. */
export function proofIn(content: string): string {
  if (!content.startsWith('{')) return content;
  try {
    const { proof } = JSON.parse(content) as { proof?: unknown };
    return typeof proof === 'string' ? proof : content;
  } catch {
    return content; // not JSON either
  }
}
