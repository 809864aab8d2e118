import { sql } from 'kysely';
import type { RecordState, Value } from '../../kernel/engine/types.ts';
import type { Db, Tx } from '../../runtime/module.ts';

type Asked = { organisation: string; args: Value[]; now: string };
type Answers = Promise<(Value | undefined)[]>;

const LEVELS = ['info', 'low', 'medium', 'high', 'critical'];

/** The hosts a target stands for: itself, or those of the system. */
async function hostsOf(db: Tx | Db, organisation: string, target: string): Promise<string[]> {
  const found = await sql<{
    t: string;
  }>`select t from record_field where organisation = ${organisation} and record = ${target} and type = 'system' and field = 'hosts'`.execute(
    db,
  );
  return [target, ...found.rows.map((row) => row.t)];
}

type ScanRow = {
  id: string;
  tool: string;
  tool_version: string | null;
  finished_at: Date;
  patched_on: string | null;
  covers: string[];
  keys: string[];
};

/**
 * `last_scan(target)`: `{finished_at, patched_on, tool, covers, keys, by_hand}` of the newest finished vulnerability scan of a host
 * or of any host of a system, imported or registered by hand and confirmed; unknown when there is none (xiluo.5.2.2.3.3).
 */
export async function lastScan(db: Tx | Db, asked: Asked[]): Answers {
  return Promise.all(
    asked.map(async ({ organisation, args: [target] }) => {
      const hosts = await hostsOf(db, organisation, String(target));
      const imported = await newestScan(db, organisation, 'vulnerability', hosts, String(target));
      const byHand = await newestByHand(db, organisation, 'vulnerability_scan', hosts, String(target));
      return newer(imported ? scanValue(imported) : undefined, byHand ? handValue(byHand) : undefined);
    }),
  );
}

async function newestScan(
  db: Tx | Db,
  organisation: string,
  kind: string,
  hosts: string[],
  system: string,
): Promise<ScanRow | undefined> {
  const found = await sql<ScanRow>`select s.id, s.tool, s.tool_version, s.finished_at, s.patched_on,
      array(select host from scan_target t where t.organisation = s.organisation and t.scan = s.id and t.covered) as covers,
      array(select unnest(keys) from scan_target t where t.organisation = s.organisation and t.scan = s.id) as keys
    from scan s where s.organisation = ${organisation} and s.kind = ${kind} and s.complete and s.done and s.finished_at is not null
      and (s.system = ${system} or exists (select 1 from scan_target t where t.organisation = s.organisation and t.scan = s.id and t.host = any(${hosts})))
    order by s.finished_at desc, s.id limit 1`.execute(db);
  return found.rows[0];
}

const scanValue = (row: ScanRow): { [key: string]: Value } => ({
  finished_at: row.finished_at.toISOString(),
  ...(row.patched_on ? { patched_on: row.patched_on } : {}),
  tool: [row.tool, row.tool_version].filter(Boolean).join(' '),
  covers: row.covers,
  keys: row.keys,
  by_hand: false,
});

/** The newest confirmed 人工登錄 of a kind about any of these targets. */
async function newestByHand(
  db: Tx | Db,
  organisation: string,
  kind: string,
  targets: string[],
  system: string,
): Promise<RecordState | undefined> {
  const found = await sql<{ body: RecordState }>`select c.body from record c
    join record_field k on k.organisation = c.organisation and k.record = c.id and k.field = 'kind' and k.t = ${kind}
    join record_field m on m.organisation = c.organisation and m.record = c.id and m.field = 'finished_at'
    where c.organisation = ${organisation} and c.type = 'registered_result' and c.state = 'confirmed'
      and exists (select 1 from record_field f where f.organisation = c.organisation and f.record = c.id
        and f.field in ('targets', 'system', 'release') and f.t = any(${[...targets, system]}))
    order by m.m desc limit 1`.execute(db);
  return found.rows[0]?.body;
}

const handValue = ({ values }: RecordState): { [key: string]: Value } => ({
  finished_at: values.finished_at!,
  ...(values.patched_on ? { patched_on: values.patched_on } : {}),
  tool: [values.tool, values.tool_version].filter(Boolean).join(' '),
  covers: values.targets ?? [],
  keys: [],
  by_hand: true,
});

type Dated = { [key: string]: Value };
const newer = (a: Dated | undefined, b: Dated | undefined): Dated | undefined =>
  !a || (b && String(b.finished_at) > String(a.finished_at)) ? b : a;

/** `open_findings(target, level)`: finding records of at least this severity that are neither verified nor accepted, soonest due first. */
export async function openFindings(db: Tx | Db, asked: Asked[]): Answers {
  return Promise.all(
    asked.map(async ({ organisation, args: [target, level] }) => {
      const hosts = await hostsOf(db, organisation, String(target));
      const levels = LEVELS.slice(Math.max(0, LEVELS.indexOf(String(level))));
      const found = await sql<{ id: string }>`select c.id from record c
        join record_field s on s.organisation = c.organisation and s.record = c.id and s.field = 'severity' and s.t = any(${levels})
        where c.organisation = ${organisation} and c.type = 'finding' and c.state not in ('verified', 'accepted')
          and exists (select 1 from record_field f where f.organisation = c.organisation and f.record = c.id
            and f.field in ('host', 'system', 'device') and f.t = any(${hosts}))
        order by c.opened_at, c.id limit 500`.execute(db);
      return found.rows.map((row) => row.id);
    }),
  );
}

/** `last_malware_scan(host)`: `{finished_at, detections, tool, signature_date, by_hand}` of the newest malware scan of a host (dahe.1.5.11.b). */
export async function lastMalwareScan(db: Tx | Db, asked: Asked[]): Answers {
  return Promise.all(
    asked.map(async ({ organisation, args: [host] }) => {
      const found = await sql<{
        finished_at: Date;
        tool: string;
        tool_version: string | null;
        detections: number | null;
        malware: { signatureDate?: string } | null;
      }>`
        select s.finished_at, s.tool, s.tool_version, t.detections, s.malware from scan s
        join scan_target t on t.organisation = s.organisation and t.scan = s.id and t.host = ${String(host)} and t.covered
        where s.organisation = ${organisation} and s.kind = 'malware' and s.complete and s.done and s.finished_at is not null
        order by s.finished_at desc limit 1`.execute(db);
      const row = found.rows[0];
      const imported: Dated | undefined = row && {
        finished_at: row.finished_at.toISOString(),
        detections: row.detections ?? 0,
        tool: [row.tool, row.tool_version].filter(Boolean).join(' '),
        ...(row.malware?.signatureDate ? { signature_date: row.malware.signatureDate } : {}),
        by_hand: false,
      };
      const hand = await newestByHand(db, organisation, 'malware_scan', [String(host)], String(host));
      const byHand: Dated | undefined = hand && {
        finished_at: hand.values.finished_at!,
        ...(hand.values.detections !== undefined ? { detections: hand.values.detections } : {}),
        tool: [hand.values.tool, hand.values.tool_version].filter(Boolean).join(' '),
        ...(hand.values.signature_date ? { signature_date: hand.values.signature_date } : {}),
        by_hand: true,
      };
      return newer(imported, byHand);
    }),
  );
}

/** `deployed(host, release)`: `{mismatched, source_files}` of the newest comparison of a host's files with the approved manifest (xiluo.5.4.1.2.a). */
export async function deployed(db: Tx | Db, asked: Asked[]): Answers {
  return Promise.all(
    asked.map(async ({ organisation, args: [host, release] }) => {
      const found = await sql<{
        finished_at: Date;
        deployed: { mismatched: number; sourceFiles: number };
      }>`select s.imported_at as finished_at, s.deployed from scan s
        join scan_target t on t.organisation = s.organisation and t.scan = s.id and t.host = ${String(host)}
        where s.organisation = ${organisation} and s.kind = 'manifest' and s.release = ${String(release)} and s.done
        order by s.imported_at desc limit 1`.execute(db);
      const row = found.rows[0];
      const imported: Dated | undefined = row && {
        finished_at: row.finished_at.toISOString(),
        mismatched: row.deployed.mismatched,
        source_files: row.deployed.sourceFiles,
      };
      const hand = await newestByHand(db, organisation, 'deployment_check', [String(host)], String(host));
      const about = hand && hand.values.release === release ? hand : undefined;
      const byHand: Dated | undefined = about && {
        finished_at: about.values.finished_at!,
        mismatched: about.values.mismatched!,
        source_files: about.values.source_files!,
      };
      return newer(imported, byHand);
    }),
  );
}

/** `retrievable(release)`: the stored package hashes to what was stored; by hand when it is kept elsewhere (xiluo.5.4.1.4). */
export function retrievable(intact: (sha256: string) => Promise<boolean>) {
  return async (db: Tx | Db, asked: Asked[]): Answers =>
    Promise.all(
      asked.map(async ({ organisation, args: [release] }) => {
        const found = await sql<{
          body: RecordState;
        }>`select body from record where organisation = ${organisation} and id = ${String(release)}`.execute(db);
        const bundle = (found.rows[0]?.body.values.bundle ?? []) as { sha256: string }[];
        if (bundle.length > 0) return (await Promise.all(bundle.map((file) => intact(file.sha256)))).every(Boolean);
        const hand = await newestByHand(db, organisation, 'retrievability', [String(release)], String(release));
        return hand?.values.retrievable;
      }),
    );
}

/** `free(host, resource)`: GiB of `memory` or `disk`, or `cores`; the newer of the host register and a confirmed registration (xiluo.5.2.2.3.1). */
export async function free(db: Tx | Db, asked: Asked[]): Answers {
  return Promise.all(
    asked.map(async ({ organisation, args: [host, resource] }) => {
      const field = `free_${String(resource)}`;
      const hand = await newestByHand(db, organisation, 'capacity', [String(host)], String(host));
      if (hand?.values[field] !== undefined) return hand.values[field];
      const found = await sql<{
        body: RecordState;
      }>`select body from record where organisation = ${organisation} and id = ${String(host)}`.execute(db);
      return found.rows[0]?.body.values[field];
    }),
  );
}
