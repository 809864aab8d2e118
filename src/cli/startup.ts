import { randomUUID } from 'node:crypto';
import { existsSync, renameSync, rmSync } from 'node:fs';
import { sql } from 'kysely';
import type { Log } from '../adapters/sealing/log.ts';
import type { Signer } from '../adapters/sealing/signer-door.ts';
import { directoryStore } from '../adapters/sealing/store.ts';
import { askWitness } from '../adapters/witness/submit.ts';
import { parseCheckpoint } from '../kernel/ledger/checkpoint.ts';
import { consistencyProof, EMPTY_ROOT } from '../kernel/ledger/merkle.ts';
import { attestations, formatVerifierKey, parseVerifierKey } from '../kernel/ledger/note.ts';
import { afterRestart, type Head, type Heads } from '../kernel/ledger/recovery.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import type { contexts } from '../runtime/context.ts';
import { logState } from '../runtime/ledger-rows.ts';
import type { Db, Dispatch } from '../runtime/module.ts';
import { INSTALLATION } from '../runtime/organisations.ts';
import type { Parts } from '../runtime/parts.ts';
import { refill } from '../runtime/refill.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { definitionBeside } from './definitions.ts';
import { everyOrganisation, logFolder } from './sealing.ts';
import { troubleOf } from './sealing-trouble.ts';
import { agreedFile, newKeyAgreed } from './signer-key.ts';
import { readPolicy } from './witnessing.ts';

/** What the comparison at start stands on. */
export type Starting = {
  dataDir: string;
  say: (line: string) => void;
  db: Db;
  parts: Parts;
  cache: ReturnType<typeof contexts>;
  dispatch: Dispatch;
  signer: Signer;
  log: (organisation: string) => Promise<Log>;
  origin: ((organisation: string) => Promise<string>) & { forget(organisation: string): void };
  /** Forgets an opened log whose folder was moved. */
  reopen: (organisation: string) => void;
  halted: Map<string, Text>;
};

/**
 * Compares database, sealed files, signer and witnesses of every organisation before anybody may write (design: backup and restore).
 * A database that is behind is refilled; two histories of one length halt that organisation, untouched; everything behind what
 * somebody outside has seen begins a new log that says so.
 */
export async function settleLedgers(at: Starting): Promise<void> {
  const agreed = agreedFile(at.dataDir);
  let settled = true;
  for (const organisation of await everyOrganisation(at.db)) {
    try {
      await settleOne(at, organisation);
    } catch (error) {
      settled = false;
      halt(at, organisation, unfinished(at, organisation, error));
    }
  }
  if (agreed && settled) rmSync(agreed);
}

/** What the disk or a missing file kept from being compared, told with its remedy; what nobody foresaw is told with a reference. */
function unfinished(at: Starting, organisation: string, error: unknown): Text {
  const known = troubleOf(error, logFolder(at.dataDir, organisation));
  const reference = known ? undefined : at.parts.defect(error, `comparing ledgers of ${organisation}`);
  const why =
    known ??
    text(
      `未預期的錯誤（${reference}），請連同紀錄回報。`,
      `an error nobody foresaw (${reference}); report it with the log.`,
    );
  return text(
    `啟動時的比對無法完成，該機關暫停寫入：${why.zh} 處理後請重新啟動。`,
    `The comparison at start could not be finished, and nothing is written for this organisation: ${why.en} Then start again.`,
  );
}

async function settleOne(at: Starting, organisation: string): Promise<void> {
  await takeBack(at, organisation);
  const tree = await (await at.log(organisation)).tree();
  if (isRefused(tree)) return halt(at, organisation, tree.refused[0]?.message ?? DIVERGED);
  const [heads, signedBy] = [await headsOf(at, organisation), await signedByUs(at, organisation)];
  const next = afterRestart(heads);
  if (next === 'halt') return halt(at, organisation, DIVERGED);
  if (next === 'new_epoch') return beginLog(at, organisation, heads, 'rolled_back');
  if (signedBy === 'another')
    return newKeyAgreed(at.dataDir) ? beginLog(at, organisation, heads, 'new_key') : halt(at, organisation, OTHER_KEY);
  if (next === 'replay') await refillOne(at, organisation, heads);
  if (signedBy === 'older') await signAgain(at, organisation);
}

/**
 * Whose signature the published checkpoint bears: the newest key's, an `older` one's that signs beside it during a rotation, or
 * none of the signer's; undefined before anything was published.
 */
async function signedByUs(at: Starting, organisation: string): Promise<'newest' | 'older' | 'another' | undefined> {
  const published = await publishedHead(at, organisation);
  if (!published) return undefined;
  const place = at.signer.publicKeys.findIndex((key) => {
    const verifier = parseVerifierKey(formatVerifierKey(published.origin, key));
    return !isRefused(verifier) && attestations(published.note, [verifier]).some(({ holds }) => holds);
  });
  return place === 0 ? 'newest' : place > 0 ? 'older' : 'another';
}

/** The newest key signs what an older one signed, so that the older one may go; cosignatures stay. */
async function signAgain(at: Starting, organisation: string): Promise<void> {
  const log = await at.log(organisation);
  const [published, before] = [await publishedHead(at, organisation), await log.checkpoint()];
  if (!published || before === undefined) return;
  const { origin, size, root } = published;
  const note = await at.signer.sign({ origin, size, root }, []);
  if (isRefused(note)) return; // it promised more than was published: the next seal signs that
  const known = new Set(note.split('\n'));
  const others = before.split('\n').filter((line) => line.startsWith('— ') && !known.has(line));
  await log.publish(`${note}${others.map((line) => `${line}\n`).join('')}`);
}

async function publishedHead(at: Starting, organisation: string) {
  const note = await (await at.log(organisation)).checkpoint();
  const head = note === undefined ? undefined : parseCheckpoint(note);
  return head && !isRefused(head) ? head : undefined;
}

async function headsOf(at: Starting, organisation: string): Promise<Heads> {
  const { events, state } = await withOrganisation(at.db, organisation, async (tx) => {
    const found = await sql<{
      next: number;
    }>`select next_pos as next from head where organisation = ${organisation}`.execute(tx);
    return { events: Number(found.rows[0]?.next ?? 0), state: await logState(tx, organisation) };
  });
  const note = await (await at.log(organisation)).checkpoint();
  const published = note === undefined ? undefined : parseCheckpoint(note);
  const log = published && !isRefused(published) ? { size: published.size, root: published.root } : undefined;
  const witness = await lastWitnessed(at, organisation);
  return {
    database: { events, sealed: state.size > 0 ? { size: state.size, root: state.root } : undefined },
    log,
    signer: await at.signer.last(await at.origin(organisation)),
    ...(witness ? { witness } : {}),
    witnessSize: note === undefined ? 0 : await askSizes(at, organisation, note),
  };
}

/** The largest checkpoint of this log that a witness cosigned, among those kept by day. */
async function lastWitnessed(at: Starting, organisation: string): Promise<Head> {
  const policy = readPolicy(at.dataDir);
  if (!policy || isRefused(policy)) return undefined;
  const files = directoryStore(logFolder(at.dataDir, organisation));
  const origin = await at.origin(organisation);
  const verifiers = policy.witnesses.map(({ verifier }) => verifier);
  const heads = await Promise.all(
    (await files.list('days')).map(async (name) => {
      const head = parseCheckpoint(Buffer.from((await files.read(`days/${name}`)) ?? '').toString('utf8'));
      if (isRefused(head) || head.origin !== origin) return undefined;
      return attestations(head.note, verifiers).some(({ holds }) => holds)
        ? { size: head.size, root: head.root }
        : undefined;
    }),
  );
  return heads.filter((head) => head !== undefined).sort((a, b) => b.size - a.size)[0];
}

/** Asks every witness that can be reached how much it has seen; one that does not answer cannot keep the office closed. */
async function askSizes(at: Starting, organisation: string, note: string): Promise<number> {
  const policy = readPolicy(at.dataDir);
  const head = parseCheckpoint(note);
  if (!policy || isRefused(policy) || isRefused(head)) return 0;
  const nodes = (await at.log(organisation)).nodes(head.size);
  const submission = { note, size: head.size, proofFrom: (size: number) => consistencyProof(size, head.size, nodes) };
  const asked = await Promise.all(
    policy.witnesses.filter(({ url }) => url).map((witness) => askWitness(witness, submission, head.size)),
  );
  return Math.max(0, ...asked.map((answer) => ('ahead' in answer ? answer.ahead : 0)));
}

async function refillOne(at: Starting, organisation: string, { database, log: sealed }: Heads): Promise<void> {
  if (!sealed) return;
  at.say(
    `資料庫少於封存檔，由封存檔補回 · the database is behind its log; refilling it: ${organisation} ${database.events} → ${sealed.size}`,
  );
  const log = await at.log(organisation);
  const count = await refill(at.parts, at.cache, {
    organisation,
    entries: log.entries(database.events, sealed.size),
    sealed,
    definition: (hash) => definitionBeside(logFolder(at.dataDir, organisation), hash),
  });
  at.say(
    `已補回 ${count} 筆事項；帳號與未使用的上傳不在軌跡內 · ${count} events are back; accounts and unused uploads are not in the ledger`,
  );
}

/**
 * Everything here is older than what the signer or a witness has seen: what is here goes on as a new log (the next epoch), which
 * quotes the last known checkpoint; the old files are kept beside it, and people are told by a record.
 */
async function beginLog(
  at: Starting,
  organisation: string,
  heads: Heads,
  why: 'rolled_back' | 'new_key',
): Promise<void> {
  const origin = await at.origin(organisation);
  const seen = [heads.signer, heads.witness, heads.log]
    .filter((head) => head !== undefined)
    .sort((a, b) => b.size - a.size)[0];
  const size = Math.max(seen?.size ?? 0, heads.witnessSize ?? 0);
  const known = seen?.size === size ? Buffer.from(seen.root).toString('base64') : undefined;
  const held = Math.max(heads.database.events, heads.log?.size ?? 0);
  if (heads.log && heads.database.events < heads.log.size) await refillOne(at, organisation, heads);
  const { epoch: before } = await withOrganisation(at.db, organisation, (tx) => logState(tx, organisation));
  const epoch = before + 1;
  const incident = `log-${at.parts.clock().slice(0, 10)}-${epoch}`;
  const input = {
    ...{ epoch, origin, size, held, incident },
    ...(known ? { root: known } : {}),
    seenBy: why === 'new_key' ? 'log' : size === heads.signer?.size ? 'signer' : 'witness',
  };
  await must(at, organisation, { do: 'trail.begin_log', id: randomUUID(), input });
  const symptom =
    why === 'new_key'
      ? `稽核軌跡改用新的簽章金鑰（${incident}）：原金鑰遺失，或由備份還原時不在其中，自第 ${held} 筆起另起新期。請將新的驗證金鑰交給見證者與稽核人員，並查明原金鑰下落。`
      : `稽核軌跡整批倒退（${incident}）：簽章者或見證者曾見 ${size} 筆，啟動時僅 ${held} 筆。請查明何人於何時還原資料，並比對見證者所存封存點。`;
  if (organisation !== INSTALLATION) await openIncident(at, organisation, symptom);
  await nextEpoch(at, organisation, before);
  at.say(
    why === 'new_key'
      ? `改用新的簽章金鑰：另起新期 ${epoch}，事件編號 ${incident} · a new signing key: a new log, epoch ${epoch}, was begun: ${organisation}`
      : `軌跡曾見 ${size} 筆，此處僅 ${held} 筆：另起新期 ${epoch}，事件編號 ${incident} · the ledger was seen at ${size}, only ${held} are here: a new log, epoch ${epoch}, was begun: ${organisation}`,
  );
}

/** Behind the events that tell of it: cut off anywhere, it is told again rather than not at all. */
async function nextEpoch(at: Starting, organisation: string, before: number): Promise<void> {
  const folder = logFolder(at.dataDir, organisation);
  if (existsSync(folder)) renameSync(folder, asideOf(folder, before));
  await withOrganisation(at.db, organisation, async (tx) => {
    await sql`update log_state set size = 0, root = ${Buffer.from(EMPTY_ROOT)}, epoch = ${before + 1} where organisation = ${organisation}`.execute(
      tx,
    );
    await sql`update head set epoch = ${before + 1} where organisation = ${organisation}`.execute(tx);
  });
  at.origin.forget(organisation);
  at.reopen(organisation);
  // What was acknowledged in the lost part is quoted as lost; it must not stop the new log.
  await at.signer.sealed(organisation, Number.MAX_SAFE_INTEGER);
}

const asideOf = (folder: string, epoch: number) => `${folder}.epoch-${epoch}`;

/** A start that was cut off between laying the old files aside and counting the new epoch is begun over. */
async function takeBack(at: Starting, organisation: string): Promise<void> {
  const folder = logFolder(at.dataDir, organisation);
  if (existsSync(folder)) return;
  const { epoch } = await withOrganisation(at.db, organisation, (tx) => logState(tx, organisation));
  if (existsSync(asideOf(folder, epoch))) renameSync(asideOf(folder, epoch), folder);
}

/** A case for people to work on, where the organisation's procedures have incidents. */
async function openIncident(at: Starting, organisation: string, symptom: string): Promise<void> {
  const command = {
    do: 'open' as const,
    id: randomUUID(),
    type: 'incident',
    values: { symptom, found_at: at.parts.clock() },
  };
  const opened = await at.dispatch({ organisation, actor: { kind: 'setup' }, command: command as never });
  if (isRefused(opened))
    at.say(`未能建立異常事件紀錄 · no incident record: ${organisation} ${opened.refused[0]?.message.zh}`);
}

async function must(at: Starting, organisation: string, command: Parameters<Dispatch>[0]['command']): Promise<void> {
  const done = await at.dispatch({ organisation, actor: { kind: 'setup' }, command });
  if (isRefused(done)) throw new Error(`${command.do} was refused: ${done.refused[0]?.message.en}`);
}

function halt(at: Starting, organisation: string, message: Text): void {
  at.halted.set(organisation, message);
  at.say(`暫停寫入與封存 nothing is written or sealed: ${organisation} ${message.zh} ${message.en}`);
}

const OTHER_KEY = text(
  '已公開的封存點不是由這個簽章者的金鑰所簽：金鑰或封存點被換掉。此機關已改為唯讀：請勿刪除或還原任何檔案，保全後放回原金鑰或原封存點；原金鑰確已遺失者，執行 ancheng ledger new-key。',
  'The published checkpoint is not signed by a key of this signer: key or checkpoint was exchanged. This organisation is read-only: delete and restore nothing, preserve everything, then put the right key or checkpoint back; when the old key is lost for good, run ancheng ledger new-key.',
);

const DIVERGED = text(
  '資料庫、封存檔、簽章者或見證者對同一筆數有不同的歷史。此機關已改為唯讀：請勿刪除或還原任何檔案，保全整個資料夾與資料庫，執行 ancheng verify 並依操作手冊「變紅時」處理。',
  'Database, log, signer or witnesses have different histories of one length. This organisation is read-only: delete and restore nothing, preserve the whole data folder and database, run ancheng verify, and follow the operating page.',
);
