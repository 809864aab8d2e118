import { sql } from 'kysely';
import { isRefused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { filesFor } from '../../runtime/query/files.ts';
import { listRecords } from '../../runtime/query/lists.ts';
import { type Look, noSuch } from '../../runtime/query/look.ts';
import { personNamed, refsOf } from '../../runtime/query/names.ts';
import { readable } from '../../runtime/query/reading.ts';
import type { ListQuery, ScanView } from '../../runtime/views.ts';
import { fileOf } from '../files.ts';
import { importReport, readReport } from '../reports.ts';
import { actorOf, asking, type Context, must, no, os, signedIn } from './ask.ts';

/** Scans: what was looked at, with which tool, and bringing in a new report. */

type Row = {
  id: string;
  tool: string;
  tool_version: string | null;
  finished_at: Date | null;
  patched_on: string | null;
  imported_at: Date;
  imported_by: string | null;
  complete: boolean;
  counts: Record<string, number>;
  file_name: string | null;
  sha256: string | null;
  hosts: string[];
};

async function scanPage(look: Look, after: string | undefined, limit: number) {
  const found =
    await sql<Row>`select s.*, array(select host from scan_target t where t.organisation = s.organisation and t.scan = s.id) as hosts
    from scan s where s.organisation = ${look.organisation} ${after ? sql`and s.imported_at < ${after}::timestamptz` : sql``}
    order by s.imported_at desc, s.id limit ${limit + 1}`.execute(look.tx);
  const rows = found.rows.slice(0, limit);
  const refs = await refsOf(
    look,
    rows.flatMap((row) => row.hosts),
  );
  const files = new Set(
    await filesFor(
      look,
      rows.flatMap((row) => row.sha256 ?? []),
    ),
  );
  const items = rows.map(
    (row): ScanView => ({
      id: row.id,
      tool: row.tool,
      ...(row.tool_version ? { toolVersion: row.tool_version } : {}),
      ...(row.finished_at ? { finishedAt: row.finished_at.toISOString() } : {}),
      ...(row.patched_on ? { patchedOn: row.patched_on } : {}),
      importedAt: row.imported_at.toISOString(),
      ...(row.imported_by ? { importedBy: personNamed(look, row.imported_by) } : {}),
      by_hand: false,
      complete: row.complete,
      targets: row.hosts.map((host) => ({ id: host, name: refs.get(host)?.title ?? host })),
      counts: row.counts,
      ...(row.file_name && row.sha256 && files.has(row.sha256)
        ? { file: { name: row.file_name, sha256: row.sha256 } }
        : {}),
    }),
  );
  const last = items.at(-1);
  return { items, ...(found.rows.length > limit && last ? { next: last.importedAt } : {}) };
}

/** Hosts of the register by address and by name. */
async function hostsByAddress(look: Look): Promise<Map<string, { id: string; name: string }>> {
  const found = await sql<{ id: string; title: string; t: string }>`select c.id, c.title, f.t from record c
    join record_field f on f.organisation = c.organisation and f.record = c.id and f.field in ('address', 'name')
    where c.organisation = ${look.organisation} and c.type = 'host'`.execute(look.tx);
  return new Map(found.rows.map((row) => [row.t.toLowerCase(), { id: row.id, name: row.title }]));
}

/** A file the caller may have, by its hash. */
async function namedFile(context: Context, sha256: string): Promise<{ sha256: string; name: string }> {
  const found = await fileOf(context.http, await signedIn(context), sha256);
  return found ? { sha256, name: found.name } : no(noSuch('這個檔案，請重新上傳', 'file; upload it again').refused);
}

export const scanAnswers = {
  list: os.scans.list.handler(({ input, context }) =>
    asking(context, (look) => scanPage(look, input.after, input.limit ?? 30)),
  ),
  preview: os.scans.preview.handler(async ({ input, context }) => {
    const file = await namedFile(context, input.file);
    const read = must(await readReport(context.http, file));
    const hosts = await asking(context, hostsByAddress);
    if (read.kind === 'manifest') {
      return {
        tool: 'sha256sum',
        targets: [{ name: 'local', counts: { files: read.manifest.entries.length } }],
        counts: { files: read.manifest.entries.length },
        observations: [],
        refused: [],
      };
    }
    const { scan } = read;
    const counts: Record<string, number> = {};
    for (const finding of scan.findings) counts[finding.severity] = (counts[finding.severity] ?? 0) + 1;
    if (scan.malware) counts.detections = scan.malware.infected ?? scan.malware.detections.length;
    return {
      tool: scan.tool,
      ...(scan.toolVersion ? { toolVersion: scan.toolVersion } : {}),
      ...(scan.finishedAt ? { finishedAt: scan.finishedAt } : {}),
      targets: scan.targets.map((target) => {
        const host =
          hosts.get(target.address.toLowerCase()) ?? (target.name ? hosts.get(target.name.toLowerCase()) : undefined);
        const own = scan.findings.filter((finding) => finding.target === target.address);
        return { name: target.address, ...(host ? { host } : {}), counts: { findings: own.length } };
      }),
      counts,
      observations: scan.findings.slice(0, 200).map((finding) => ({
        target: finding.target,
        title: finding.title.zh,
        severity: finding.severity,
        ...(finding.cve.length > 0 ? { cve: finding.cve } : {}),
        outcome: 'new' as const,
      })),
      refused: scan.complete
        ? []
        : [
            {
              code: 'unready' as const,
              message:
                scan.notes[0] ?? text('掃描未完成，不得作為通過依據。', 'The scan did not finish; it is never a pass.'),
            },
          ],
    };
  }),
  import: os.scans.import.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const actor = await actorOf(context, caller);
    const file = await namedFile(context, input.file);
    const outcome = await importReport(context.http, {
      organisation: caller.organisation,
      actor,
      commandId: input.commandId,
      file,
      targets: input.targets,
      ...(input.patchedOn ? { patchedOn: input.patchedOn } : {}),
      ...(input.system ? { system: input.system } : {}),
      ...(input.release ? { release: input.release } : {}),
    });
    if (isRefused(outcome)) return no(outcome.refused);
    return { id: outcome.scan, pos: outcome.pos, counts: outcome.counts };
  }),
};

export const findingAnswers = {
  list: os.findings.list.handler(({ input, context }) =>
    asking(context, async (look) => {
      const page = must(await listRecords(look, { ...(input as ListQuery), type: 'finding' }));
      const type = look.context.definition.records.finding!;
      const tallies = await sql<{
        severity: string;
        n: string;
        late: string;
        next: Date | null;
      }>`select coalesce(f.t, 'unknown') as severity, count(*) as n,
          count(*) filter (where c.due_at < ${look.now}::timestamptz) as late, min(c.due_at) as next
        from record c left join record_field f on f.organisation = c.organisation and f.record = c.id and f.field = 'severity'
        where c.organisation = ${look.organisation} and c.type = 'finding' and c.state not in ('verified', 'accepted') and ${readable(look, [type])} group by 1`.execute(
        look.tx,
      );
      const next = tallies.rows.flatMap((row) => (row.next ? [row.next.toISOString()] : [])).sort()[0];
      return {
        ...page,
        counts: Object.fromEntries(tallies.rows.map((row) => [row.severity, Number(row.n)])),
        late: tallies.rows.reduce((sum, row) => sum + Number(row.late), 0),
        ...(next ? { nextDue: next } : {}),
      };
    }),
  ),
};
