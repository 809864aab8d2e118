import { sql } from 'kysely';
import type { NodeKey } from '../kernel/ledger/mac.ts';
import type { NodeReader } from '../kernel/ledger/merkle.ts';
import { parseVerifierKey } from '../kernel/ledger/note.ts';
import { formatProof, proveEntry } from '../kernel/ledger/proof.ts';
import { verifyLedger } from '../kernel/ledger/verify.ts';
import type { LogReader } from '../kernel/ledger/verify-tree.ts';
import { isRefused } from '../kernel/refusal.ts';
import type { contexts } from './context.ts';
import { allLedgerRows } from './ledger-rows.ts';
import type { Db } from './module.ts';
import { withOrganisation } from './store/session.ts';
import type { Verification } from './views.ts';

type Log = LogReader & { nodes(size: number): NodeReader };

/** Verification and proofs for pages and the command line. */
export function ledgerDoor(parts: {
  db: Db;
  markKey: NodeKey;
  log: (organisation: string) => Promise<Log>;
  verifierKey: (organisation: string) => string;
  definitions: ReturnType<typeof contexts>;
}) {
  return {
    /** L0–L3 over the sealed files and the database as they are now. */
    async verify(organisation: string, onProgress?: (done: number, size: number) => void): Promise<Verification> {
      const key = parseVerifierKey(parts.verifierKey(organisation));
      if (isRefused(key)) throw new Error('our own verifier key cannot be read');
      const report = await verifyLedger({
        log: await parts.log(organisation),
        policy: { log: [key] },
        rows: allLedgerRows(parts.db, organisation),
        nodeKeys: [parts.markKey],
        ...(onProgress ? { onProgress } : {}),
      });
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
      return proofs.length > 0 ? { checkpoint, key: parts.verifierKey(organisation), proofs } : undefined;
    },
  };
}
