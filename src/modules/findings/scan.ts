import { sql } from 'kysely';
import { z } from 'zod';
import { capacityWith } from '../../kernel/engine/capacity.ts';
import type { Value } from '../../kernel/engine/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';

const target = z.object({
  host: z.string(),
  covered: z.boolean(),
  /** What was seen there, by its lasting key; what is not among them on a covered host is gone. */
  keys: z.array(z.string()).max(20_000),
  detections: z.number().int().min(0).optional(),
});
const scan = z.object({
  scan: z.string(),
  kind: z.enum(['vulnerability', 'malware', 'manifest']),
  tool: z.string(),
  toolVersion: z.string().optional(),
  finishedAt: z.iso.datetime().optional(),
  patchedOn: z.iso.date().optional(),
  complete: z.boolean(),
  system: z.string().optional(),
  release: z.string().optional(),
  file: z.object({ name: z.string(), sha256: z.string() }).optional(),
  counts: z.record(z.string(), z.number().int()),
  malware: z
    .object({
      engine: z.string().optional(),
      signatureDate: z.string().optional(),
      detections: z.number().int(),
      errors: z.number().int(),
    })
    .optional(),
  deployed: z.object({ mismatched: z.number().int(), sourceFiles: z.number().int() }).optional(),
  targets: z.array(target).min(1).max(5000),
});
export type ScanInput = z.infer<typeof scan>;

const IMPORTERS = [
  'room_manager',
  'network_manager',
  'application_manager',
  'security_staff',
  'security_officer',
  'isms_coordinator',
  'developer',
];

/** A report enters: what tool, when, what it covered. Its findings follow as records; facts see the scan once it is done. */
export const importScan: ModuleCommand<ScanInput, { same?: string; missing: string[]; requester: boolean }> = {
  input: scan,
  async load(tx, input, { organisation, actor }) {
    const same =
      input.file && input.kind !== 'manifest'
        ? await sql<{
            id: string;
          }>`select id from scan where organisation = ${organisation} and sha256 = ${input.file.sha256} and kind = ${input.kind}`.execute(
            tx,
          )
        : undefined;
    const hosts = await sql<{ id: string }>`select id from record where organisation = ${organisation}
      and id = any(${input.targets.map((one) => one.host)})`.execute(tx);
    const known = new Set(hosts.rows.map((row) => row.id));
    const person = actor.kind === 'person' ? actor.person : '';
    // Whoever has a case of their own may bring the report it needs (xiluo.3.8.1: the applying unit runs the test).
    const own =
      await sql`select 1 from record where organisation = ${organisation} and requester = ${person} and open limit 1`.execute(
        tx,
      );
    return {
      ...(same?.rows[0] ? { same: same.rows[0].id } : {}),
      missing: input.targets.filter((one) => !known.has(one.host)).map((one) => one.host),
      requester: own.rows.length > 0,
    };
  },
  decide({ same, missing, requester }, input, context) {
    if (same) return { events: [], response: { scan: same, repeated: true } };
    const as = capacityWith(context, IMPORTERS) ?? (requester ? { grants: [] } : undefined);
    if (!as) {
      return refused({
        code: 'by',
        message: text(
          '由機房、網路、應用系統管理人員、資安人員或案件申請人匯入。',
          'Managers, security staff or the requester of an open case import scans.',
        ),
      });
    }
    if (missing.length > 0) {
      return refused({
        code: 'missing',
        field: 'targets',
        message: text(`主機不在清冊：${missing.join('、')}`, `Not in the register of hosts: ${missing.join(', ')}`),
      });
    }
    const { scan: id, ...data } = input;
    return {
      events: [{ stream: `scan:${id}`, type: 'scan.imported', data: data as unknown as { [key: string]: Value } }],
      response: { scan: id, repeated: false },
      as,
    };
  },
};

const finish = z.object({ scan: z.string() });

/** Every finding of the scan is in the register: from now on facts see it. */
export const finishScan: ModuleCommand<z.infer<typeof finish>, { known: boolean; done: boolean }> = {
  input: finish,
  async load(tx, input, { organisation }) {
    const found = await sql<{
      done: boolean;
    }>`select done from scan where organisation = ${organisation} and id = ${input.scan}`.execute(tx);
    return { known: found.rows.length > 0, done: found.rows[0]?.done ?? false };
  },
  decide({ known, done }, input) {
    if (!known) return refused({ code: 'missing', message: text('找不到這次掃描。', 'No such scan.') });
    if (done) return { events: [], response: input.scan };
    return {
      events: [{ stream: `scan:${input.scan}`, type: 'scan.completed', data: { scan: input.scan } }],
      response: input.scan,
    };
  },
};

/** Rows of scan and scan_target. */
export async function project(tx: Tx, event: StoredEvent): Promise<void> {
  const { organisation, at } = event;
  if (event.type === 'scan.completed') {
    await sql`update scan set done = true where organisation = ${organisation} and id = ${event.data.scan}`.execute(tx);
    return;
  }
  if (event.type !== 'scan.imported') return;
  const data = event.data as unknown as Omit<ScanInput, 'scan'>;
  const id = event.stream.slice('scan:'.length);
  const json = (value: unknown) => (value === undefined ? null : JSON.stringify(value));
  await sql`insert into scan (organisation, id, kind, tool, tool_version, finished_at, patched_on, imported_at, imported_by, complete, system, release,
      file_name, sha256, counts, malware, deployed)
    values (${organisation}, ${id}, ${data.kind}, ${data.tool}, ${data.toolVersion ?? null}, ${data.finishedAt ?? null}, ${data.patchedOn ?? null}, ${at},
      ${event.actor.person ?? null}, ${data.complete}, ${data.system ?? null}, ${data.release ?? null}, ${data.file?.name ?? null},
      ${data.file?.sha256 ?? null}, ${json(data.counts)}::jsonb, ${json(data.malware)}::jsonb, ${json(data.deployed)}::jsonb) on conflict do nothing`.execute(
    tx,
  );
  await sql`insert into scan_target select ${organisation} as organisation, ${id} as scan, x.host, x.covered, x.keys, x.detections
    from jsonb_to_recordset(${JSON.stringify(data.targets)}::jsonb) as x(host text, covered boolean, keys text[], detections int)
    on conflict do nothing`.execute(tx);
}
