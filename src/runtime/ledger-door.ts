import { sql } from 'kysely';
import type { NodeKey } from '../kernel/ledger/mac.ts';
import type { NodeReader } from '../kernel/ledger/merkle.ts';
import { parseVerifierKey } from '../kernel/ledger/note.ts';
import { formatProof, proveEntry } from '../kernel/ledger/proof.ts';
import type { Finding, Report } from '../kernel/ledger/report.ts';
import { verifyLedger } from '../kernel/ledger/verify.ts';
import type { LogReader } from '../kernel/ledger/verify-tree.ts';
import { isRefused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { actRules } from './ledger-acts.ts';
import { credentialFaults } from './ledger-credentials.ts';
import { definitionsOf } from './ledger-definitions.ts';
import { checkFiles } from './ledger-files.ts';
import { projectionFaults } from './ledger-projections.ts';
import { allLedgerRows } from './ledger-rows.ts';
import { stateFaults, unsealedFaults } from './ledger-state.ts';
import type { Db } from './module.ts';
import type { PersonalKeyring } from './parts.ts';
import { withOrganisation } from './store/session.ts';
import type { Verification } from './views.ts';
import type { Witnesses } from './witness-views.ts';

type Log = LogReader & { nodes(size: number): NodeReader };

/** What verification stands on: a running platform, or the command line over a data folder. */
export type LedgerParts = {
  db: Db;
  markKey: NodeKey;
  log: (organisation: string) => Promise<Log>;
  verifierKey: (organisation: string) => Promise<string>;
  /** Keys that signed before a rotation, under the log's name: of checkpoints of earlier days, never of the published one. */
  formerKeys: (organisation: string) => Promise<string[]>;
  /** Witnesses as a tlog-policy names them, one a line; absent where nobody witnesses. */
  witnessLines?: () => string[];
  /** Who outside has seen the ledger; absent where nothing runs that could ask. */
  witnesses?: (organisation: string) => Promise<Witnesses>;
  /** Opens personal values, to compare what people see with what was entered; those without keys are left out. */
  personal?: Pick<PersonalKeyring, 'keys'>;
  /** Positions and marks the program answered for and has not seen sealed, as kept outside the database; absent where nothing runs. */
  acknowledged?: (organisation: string) => Promise<{ pos: number; mac: Uint8Array }[]>;
  /** By the machine's own clock; absent where moments are simulated. */
  now?: () => string;
  /** Rows that confer authority and that the program did not write, at the position they claim. */
  suspicious: (organisation: string) => Promise<{ position: number; message: Text }[]>;
  /** How the database differs from what the release makes of it: what else might answer in a table's place. */
  shape: () => Promise<Text[]>;
  /** Whether a stored file is there and still what it was. */
  file: (sha256: string) => Promise<'kept' | 'missing' | 'altered'>;
};

/** Verification and proofs for pages and the command line. */
export function ledgerDoor(parts: LedgerParts) {
  return {
    /** L0–L4 over the sealed files, the database and the stored files as they are now. */
    async verify(organisation: string, onProgress?: (done: number, size: number) => void): Promise<Verification> {
      const report = await verifyAll(parts, organisation, onProgress);
      return {
        ok: report.ok,
        at: new Date().toISOString(),
        size: report.size ?? 0,
        findings: report.findings.map(({ level, ok, position, message }) => ({
          level,
          ok,
          message,
          ...(position === undefined ? {} : { position }),
        })),
      };
    },
    witnesses: async (organisation: string): Promise<Witnesses> =>
      (await parts.witnesses?.(organisation)) ?? { sealedSize: 0, maxAgeHours: 24, witnesses: [] },
    /** The log’s key and the witnesses’; their cosignatures are told where they are there, and none is demanded. */
    policy: async (organisation: string): Promise<string> =>
      [`log ${await parts.verifierKey(organisation)}`, ...(parts.witnessLines?.() ?? []), 'quorum none', ''].join('\n'),
    /** The published checkpoint with the key that checks it; undefined while nothing is sealed. */
    async checkpoint(organisation: string): Promise<{ note: string; key: string } | undefined> {
      const note = await (await parts.log(organisation)).checkpoint();
      return note === undefined ? undefined : { note, key: await parts.verifierKey(organisation) };
    },
    /** A proof per sealed position under the published checkpoint; undefined when none of them is sealed yet. */
    async proofs(organisation: string, positions: number[]) {
      const log = await parts.log(organisation);
      const checkpoint = await log.checkpoint();
      if (!checkpoint) return undefined;
      const entries = await withOrganisation(parts.db, organisation, async (tx) => {
        const found = await sql<{
          pos: number;
          entry: Buffer;
        }>`select pos, entry from event where organisation = ${organisation} and pos = any(${positions})
          order by pos`.execute(tx);
        return found.rows;
      });
      const proofs: { pos: number; proof: string }[] = [];
      for (const { pos, entry } of entries) {
        const size = Number(checkpoint.split('\n')[1]);
        const proof = await proveEntry(entry, Number(pos), checkpoint, log.nodes(size));
        if (!isRefused(proof)) proofs.push({ pos: Number(pos), proof: formatProof(proof) });
      }
      return proofs.length > 0 ? { checkpoint, key: await parts.verifierKey(organisation), proofs } : undefined;
    },
  };
}

/** The whole report of one organisation; `firstBad` is the lowest position any level complains of. */
export async function verifyAll(
  parts: LedgerParts,
  organisation: string,
  onProgress?: (done: number, size: number) => void,
): Promise<Report> {
  try {
    return await verifyLevels(parts, organisation, onProgress);
  } catch (error) {
    if (!isCorruption(error)) throw error;
    const message = text(
      `資料庫檔案的頁面損毀或遭離線更動，讀不出來：${error.message}`,
      `a page of the database's files is damaged or was edited offline, and cannot be read: ${error.message}`,
    );
    return { ok: false, findings: [{ level: 'L2', ok: false, message }] };
  }
}

/** `data_corrupted` of PostgreSQL: a page does not have its checksum. */
const isCorruption = (error: unknown): error is Error =>
  error instanceof Error && 'code' in error && error.code === 'XX001';

async function verifyLevels(
  parts: LedgerParts,
  organisation: string,
  onProgress?: (done: number, size: number) => void,
): Promise<Report> {
  const key = parseVerifierKey(await parts.verifierKey(organisation));
  if (isRefused(key)) throw new Error('our own verifier key cannot be read');
  const former = (await parts.formerKeys(organisation))
    .map(parseVerifierKey)
    .flatMap((one) => (isRefused(one) ? [] : [one]));
  const { definitions, faults } = await definitionsOf(parts.db, organisation);
  const log = await parts.log(organisation);
  const report = await verifyLedger({
    log,
    policy: { log: [key] },
    rows: allLedgerRows(parts.db, organisation),
    nodeKeys: [parts.markKey],
    acts: actRules((hash) => definitions.get(hash)),
    ...(onProgress ? { onProgress } : {}),
  });
  const unsealed = await unsealedFaults(
    parts.db,
    organisation,
    (await parts.acknowledged?.(organisation)) ?? [],
    report.size ?? 0,
    parts.now?.(),
  );
  const shape = (await parts.shape()).map((message): Finding => ({ level: 'L2', ok: false, message }));
  const forged = [
    ...faults.map((message) => ({ message })),
    ...(await stateFaults(parts.db, organisation, log, [key, ...former])),
    ...(await parts.suspicious(organisation)),
    ...(await projectionFaults(parts.db, organisation, parts.personal)),
    ...(await credentialFaults(parts.db, organisation)),
  ].map((one): Finding => ({ level: 'L3', ok: false, ...one }));
  const files = await checkFiles(allLedgerRows(parts.db, organisation), parts.file);
  return joined(
    report,
    [...shape, ...unsealed.map((one): Finding => ({ level: 'L2', ok: false, ...one })), ...forged],
    files,
  );
}

/** A report with forged rows (L3) and what became of stored files (L4); `firstBad` is the lowest position of all. */
export function joined(report: Report, forged: Finding[], files: Finding[]): Report {
  const ok = report.ok && forged.length === 0 && files.every((finding) => finding.ok);
  const bad = [report.firstBad, ...[...forged, ...files].map(({ position }) => position)].filter(
    (position) => position !== undefined,
  );
  const { firstBad: _before, ...rest } = report;
  // A level that passed and yet has forged rows does not pass.
  const findings = report.findings.filter(({ level, ok: passed }) => !(passed && level === 'L3' && forged.length > 0));
  return {
    ...rest,
    ok,
    ...(bad.length > 0 ? { firstBad: Math.min(...bad) } : {}),
    findings: [...findings, ...forged, ...files],
  };
}
