import { createHash } from 'node:crypto';
import { sql } from 'kysely';
import { detectAndRead } from '../importers/index.ts';
import { compareManifests } from '../importers/sha256sum/compare.ts';
import type { Finding, Manifest, Scan } from '../importers/types.ts';
import type { Actor, Moment, RecordState } from '../kernel/engine/types.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { ScanInput } from '../modules/findings/scan.ts';
import type { Dispatch } from '../runtime/module.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import type { HttpParts } from './parts.ts';

/** What importing stands on; the demo imports through the same door. */
export type Importing = Pick<HttpParts, 'blobs' | 'parts'> & { dispatch: Dispatch };
export type Report = {
  organisation: string;
  actor: Actor;
  commandId: string;
  file: { sha256: string; name: string };
  /** Address in the report → host of the register. */
  targets: Record<string, string>;
  patchedOn?: string;
  system?: string;
  release?: string;
  at?: Moment;
};
export type ImportOutcome = { scan: string; pos: number; counts: Record<string, number> };

/** Reads a stored report with the importer that recognises it. */
export async function readReport(importing: Pick<Importing, 'blobs'>, file: { sha256: string; name: string }) {
  const blob = await importing.blobs.get(file.sha256);
  if (!blob)
    return refused({
      code: 'missing',
      field: 'file',
      message: text('找不到這個檔案，請重新上傳。', 'No such file; upload it again.'),
    });
  const read = await detectAndRead(blob.stream(), file.name);
  return isRefused(read) ? read : read.imported;
}

/**
 * Imports a report: the scan enters, every finding not yet in the register becomes a record, and only then do facts see the scan.
 * The same file again changes nothing. Counts: new, same, targets, covered.
 */
export async function importReport(importing: Importing, report: Report): Promise<ImportOutcome | Refused> {
  const read = await readReport(importing, report.file);
  if (isRefused(read)) return read;
  return read.kind === 'manifest'
    ? importManifest(importing, report, read.manifest)
    : importScan(importing, report, read.scan);
}

async function importScan(importing: Importing, report: Report, scan: Scan): Promise<ImportOutcome | Refused> {
  const unmatched = scan.targets.filter((target) => !report.targets[target.address]).map((target) => target.address);
  if (Object.keys(report.targets).length === 0) return noTargets(unmatched);
  const seen = scan.findings.filter((finding) => finding.severity !== 'info' && report.targets[finding.target]);
  const id = derived(report.commandId, 'scan');
  const entered = await enter(importing, report, scanInput(id, report, scan, seen));
  if (isRefused(entered)) return entered;
  const response = entered.response as { scan: string; repeated: boolean };
  if (response.repeated && response.scan !== id)
    return { scan: response.scan, pos: entered.pos, counts: { same: seen.length } };
  const opened = await openFindings(importing, report, seen, scan);
  if (isRefused(opened)) return opened;
  const done = await importing.dispatch(request(report, 'findings.finish', 'finish', { scan: id }));
  if (isRefused(done)) return done;
  await tickCovered(importing, report, Object.values(report.targets));
  return {
    scan: id,
    pos: entered.pos,
    counts: { ...opened, targets: scan.targets.length, unmatched: unmatched.length },
  };
}

function scanInput(id: string, report: Report, scan: Scan, seen: Finding[]): ScanInput {
  const bySeverity: Record<string, number> = {};
  for (const finding of seen) bySeverity[finding.severity] = (bySeverity[finding.severity] ?? 0) + 1;
  const { malware } = scan;
  return {
    scan: id,
    kind: malware ? 'malware' : 'vulnerability',
    tool: scan.tool,
    ...(scan.toolVersion ? { toolVersion: scan.toolVersion } : {}),
    ...(scan.finishedAt ? { finishedAt: scan.finishedAt } : {}),
    ...(report.patchedOn ? { patchedOn: report.patchedOn } : {}),
    complete: scan.complete && (malware ? malware.errors === 0 : true),
    ...(report.system ? { system: report.system } : {}),
    file: report.file,
    counts: bySeverity,
    ...(malware
      ? {
          malware: {
            ...(malware.engine ? { engine: malware.engine } : {}),
            ...(malware.signatureDate ? { signatureDate: malware.signatureDate } : {}),
            detections: malware.infected ?? malware.detections.length,
            errors: malware.errors,
          },
        }
      : {}),
    targets: scan.targets.flatMap((target) => {
      const host = report.targets[target.address];
      if (!host) return [];
      const keys = seen.filter((finding) => finding.target === target.address).map((finding) => finding.key);
      return [
        {
          host,
          covered: target.covered,
          keys,
          ...(malware ? { detections: malware.infected ?? malware.detections.length } : {}),
        },
      ];
    }),
  };
}

/** A finding record for every weakness that has no open one on that host yet. */
async function openFindings(
  importing: Importing,
  report: Report,
  seen: Finding[],
  scan: Scan,
): Promise<Record<string, number> | Refused> {
  const known = await openKeys(importing, report.organisation, Object.values(report.targets));
  const fresh = [
    ...new Map(seen.map((finding) => [`${report.targets[finding.target]} ${finding.key}`, finding])).values(),
  ].filter((finding) => !known.has(`${report.targets[finding.target]} ${finding.key}`));
  const outcomes = await Promise.all(
    fresh.map((finding) =>
      importing.dispatch({
        organisation: report.organisation,
        actor: report.actor,
        command: {
          do: 'open',
          id: derived(report.commandId, `${finding.target} ${finding.key}`),
          type: 'finding',
          values: findingValues(report, finding, scan),
        },
        ...(report.at ? { at: report.at } : {}),
      }),
    ),
  );
  const refusal = outcomes.find(isRefused);
  return refusal ?? { new: fresh.length, same: seen.length - fresh.length };
}

const findingValues = (report: Report, finding: Finding, scan: Scan): RecordState['values'] => ({
  title: finding.title.zh,
  kind: 'vulnerability',
  severity: finding.severity,
  host: report.targets[finding.target]!,
  ...(report.system ? { system: report.system } : {}),
  target: [finding.target, finding.port ? `${finding.port}/${finding.proto ?? 'tcp'}` : ''].filter(Boolean).join(':'),
  ...(finding.cve.length > 0 ? { cve: finding.cve.join(', ') } : {}),
  detail: [finding.detail.zh, finding.evidence].filter(Boolean).join('\n').slice(0, 4000),
  source: [scan.tool, scan.toolVersion].filter(Boolean).join(' '),
  key: finding.key,
});

async function openKeys(importing: Importing, organisation: string, hosts: string[]): Promise<Set<string>> {
  return withOrganisation(importing.parts.db, organisation, async (tx) => {
    const found = await sql<{ host: string; key: string }>`select h.t as host, k.t as key from record c
      join record_field h on h.organisation = c.organisation and h.record = c.id and h.field = 'host' and h.t = any(${hosts})
      join record_field k on k.organisation = c.organisation and k.record = c.id and k.field = 'key'
      where c.organisation = ${organisation} and c.type = 'finding' and c.state <> 'verified'`.execute(tx);
    return new Set(found.rows.map((row) => `${row.host} ${row.key}`));
  });
}

/** Findings on the covered hosts look again: what a finished scan no longer sees is closed by their own clock action. */
async function tickCovered(importing: Importing, report: Report, hosts: string[]): Promise<void> {
  const ids = await withOrganisation(importing.parts.db, report.organisation, async (tx) => {
    const found = await sql<{ id: string }>`select distinct c.id from record c
      join record_field h on h.organisation = c.organisation and h.record = c.id and h.field = 'host' and h.t = any(${hosts})
      where c.organisation = ${report.organisation} and c.type = 'finding' and c.open`.execute(tx);
    return found.rows.map((row) => row.id);
  });
  await Promise.all(
    ids.map((record) =>
      importing.dispatch({
        organisation: report.organisation,
        actor: { kind: 'clock' },
        command: { do: 'tick', id: derived(report.commandId, `tick ${record}`), record },
        ...(report.at ? { at: report.at } : {}),
      }),
    ),
  );
}

const SOURCE_FILE = /\.(c|cc|cpp|cs|java|go|rs|ts|vb|php\.bak|h|hpp|scala|kt|sln|csproj|pom|gradle)$/i;
const COMPILER = /(^|\/)(gcc|g\+\+|cc|clang|javac|go|rustc|csc|msbuild(\.exe)?|make)$/i;

/** A host's `sha256sum` list against the approved manifest of a release: what differs, what source or compiler is left (xiluo.5.4.1.2). */
async function importManifest(
  importing: Importing,
  report: Report,
  manifest: Manifest,
): Promise<ImportOutcome | Refused> {
  const approved = report.release ? await approvedManifest(importing, report) : undefined;
  if (!approved) {
    return refused({
      code: 'required',
      field: 'release',
      message: text(
        '請選擇版本；該版本須已登錄核准檔案雜湊清單。',
        'Choose the release; it needs a manifest of approved files.',
      ),
      fix: {
        text: text('在軟體版本上傳核准清單', "Upload the manifest to the release's record"),
        go: 'software_version.list',
      },
    });
  }
  if (isRefused(approved)) return approved;
  const hosts = Object.values(report.targets);
  if (hosts.length !== 1) return noTargets(['local']);
  const counts = countsOf(approved, manifest);
  const id = derived(report.commandId, 'scan');
  const entered = await enter(importing, report, {
    scan: id,
    kind: 'manifest',
    tool: 'sha256sum',
    complete: true,
    release: report.release,
    file: report.file,
    counts,
    deployed: { mismatched: counts.mismatched, sourceFiles: counts.source_files },
    targets: [{ host: hosts[0]!, covered: true, keys: [] }],
  });
  if (isRefused(entered)) return entered;
  const done = await importing.dispatch(request(report, 'findings.finish', 'finish', { scan: id }));
  return isRefused(done) ? done : { scan: id, pos: entered.pos, counts };
}

function countsOf(approved: Manifest, found: Manifest): { files: number; mismatched: number; source_files: number } {
  const { mismatched, missing, extra } = compareManifests(approved, found);
  const source = found.entries.filter((entry) => SOURCE_FILE.test(entry.path) || COMPILER.test(entry.path)).length;
  return {
    files: found.entries.length,
    mismatched: mismatched.length + missing.length + extra.length,
    source_files: source,
  };
}

async function approvedManifest(importing: Importing, report: Report): Promise<Manifest | Refused | undefined> {
  const file = await withOrganisation(importing.parts.db, report.organisation, async (tx) => {
    const found = await sql<{
      body: RecordState;
    }>`select body from record where organisation = ${report.organisation} and id = ${report.release!}`.execute(tx);
    return (found.rows[0]?.body.values.manifest as { sha256: string; name: string }[] | undefined)?.[0];
  });
  if (!file) return undefined;
  const read = await readReport(importing, file);
  if (isRefused(read)) return read;
  return read.kind === 'manifest' ? read.manifest : undefined;
}

const enter = (importing: Importing, report: Report, input: ScanInput) =>
  importing.dispatch(request(report, 'findings.import', 'import', input));

function request(report: Report, name: string, step: string, input: unknown) {
  const { organisation, actor, at } = report;
  return {
    organisation,
    actor,
    command: { do: name, id: derived(report.commandId, step), input },
    ...(at ? { at } : {}),
  };
}

/** Ids of the steps of one import follow from its command, so that sending it again repeats nothing. */
function derived(commandId: string, step: string): string {
  const hex = createHash('sha256').update(`${commandId}/${step}`).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-5${hex.slice(13, 16)}-a${hex.slice(17, 20)}-${hex.slice(20, 32)}`;
}

const noTargets = (addresses: string[]) =>
  refused({
    code: 'required',
    field: 'targets',
    message: text(
      `請指定報告中的目標對應哪一台主機${addresses.length ? `：${addresses.slice(0, 5).join('、')}` : ''}。`,
      `Say which host of the register each target of the report is${addresses.length ? `: ${addresses.slice(0, 5).join(', ')}` : ''}.`,
    ),
  });
