import { z } from 'zod';
import type { Refusal } from '../../kernel/refusal.ts';
import type * as New from '../../runtime/digest-views.ts';
import type { ClauseEvidence } from '../../runtime/evidence-views.ts';
import type * as View from '../../runtime/views.ts';
import type { Witnesses } from '../../runtime/witness-views.ts';
import {
  AnyValue,
  AsOf,
  commandId,
  created,
  done,
  Id,
  IsoDate,
  ListQuery,
  Named,
  Page,
  read,
  view,
  write,
} from './shapes.ts';
import { explain } from './texts.ts';

/** Procedure, parameters, trail, notices, scans, saved filters, tokens. */

export const procedure = {
  list: read('procedure', '/procedures', 'Adopted packs with the count of lights')
    .input(z.object({ asOf: AsOf }))
    .output(z.array(view<Omit<View.ProcedureView, 'clauses'>>())),
  get: read('procedure', '/procedures/{pack}', 'Every clause with its light')
    .input(z.object({ pack: Id, asOf: AsOf }))
    .output(view<View.ProcedureView>()),
  evidence: read('procedure', '/clauses/{clause}/evidence', 'Records that show a clause is lived')
    .input(z.object({ clause: Id, asOf: AsOf }))
    .output(view<ClauseEvidence>()),
  explain,
  red: read('procedure', '/red-lights', 'Clauses that are late, and what is said about them').output(
    z.array(view<New.RedLight>()),
  ),
  days: read(
    'procedure',
    '/late-days',
    'Each day of the past half year: clauses late in it, and those that became late',
  ).output(z.array(view<New.LateDay>())),
  changes: read(
    'procedure',
    '/light-changes',
    'Clauses whose light has changed in the last five working days, and why',
  ).output(view<{ since: string; changes: New.LightChange[] }>()),
};
export const parameters = {
  list: read('parameters', '/parameters', 'Values in force, and who set them').output(
    z.array(view<View.ParameterView>()),
  ),
  set: write('parameters', '/parameters/{name}', 'Tighten; loosening needs an exception', 'PUT')
    .input(z.object({ commandId, name: Id, value: AnyValue, reason: z.string().min(1).max(2000) }))
    .output(done),
};

const TrailFilter = z.object({ stream: Id, type: Id, person: Id, from: IsoDate, until: IsoDate }).partial().optional();
export const trail = {
  list: read('trail', '/trail', 'The ledger, newest first')
    .input(Page.extend({ filter: TrailFilter }))
    .output(view<View.TrailPage>()),
  export: read(
    'trail',
    '/trail/export',
    'The ledger as CSV text, UTF-8: the newest 100,000 entries that fit the filter',
  )
    .input(z.object({ filter: TrailFilter }))
    .output(z.object({ name: z.string(), csv: z.string(), rows: z.number().int() })),
  verify: write('trail', '/trail/verify', 'Check signatures, tree and rows now').output(view<View.Verification>()),
  witnesses: read('trail', '/trail/witnesses', 'Who outside has seen the ledger, and when').output(view<Witnesses>()),
  request: write('trail', '/trail/witnesses/{witness}/request', 'A request file for a witness without a network')
    .input(z.object({ witness: z.string().max(200) }))
    .output(z.object({ name: z.string(), content: z.string(), entries: z.number().int() })),
  accept: write('trail', '/trail/cosignatures', 'Take in what a witness without a network cosigned')
    .input(z.object({ commandId, answer: z.string().min(1).max(100_000) }))
    .output(z.object({ taken: z.number().int() })),
  sheet: read('trail', '/trail/sheet', 'The newest checkpoint on one page, for a witness who keeps paper')
    .input(z.object({ language: z.enum(['zh', 'en']).optional() }))
    .output(z.object({ name: z.string(), pdf: z.base64(), entries: z.number().int() })),
  proof: read('trail', '/trail/{pos}/proof', 'One event with its proof')
    .input(z.object({ pos: z.coerce.number().int().min(0) }))
    .output(z.looseObject({ format: z.string(), pos: z.number().int(), checkpoint: z.string() })),
};
export const notices = {
  list: read('notices', '/notices', 'Notices to me, newest first')
    .input(Page.extend({ unread: z.boolean().optional() }))
    .output(z.object({ items: z.array(view<View.Notice>()), next: z.string().optional() })),
  read: write('notices', '/notices/read', 'Mark as read')
    .input(z.object({ commandId, ids: z.array(Id).min(1).max(200) }))
    .output(done),
  acknowledge: write('notices', '/notices/{id}/acknowledgement', 'Acknowledge within the time asked')
    .input(z.object({ commandId, id: Id }))
    .output(done),
};

const Preferences = z.object({ language: z.enum(['zh', 'en']), mail: z.boolean(), weekly: z.boolean() });
const Day = z.object({ day: z.iso.date().optional().describe('the newest when left out') });
/** One’s own digest of a day and how one wants to hear of it; `mail`: whether this installation can send any. */
export type OwnDigest = {
  days: string[];
  digest?: New.DigestView;
  preferences: New.DigestPreferences;
  head: boolean;
  mail: boolean;
  address?: string;
};
export const digest = {
  get: read('digest', '/digest', 'What I was told one morning').input(Day).output(view<OwnDigest>()),
  office: read('digest', '/digest/office', 'What everybody was told one morning, to be printed where there is no mail')
    .input(Day)
    .output(view<{ days: string[]; digests: New.DigestView[] }>()),
  prefer: write('digest', '/digest/preferences', 'How I want to hear of it', 'PUT')
    .input(Preferences.extend({ commandId }))
    .output(done),
};

const Observation = z.object({
  target: z.string(),
  title: z.string(),
  severity: z.string(),
  cve: z.array(z.string()).optional(),
  outcome: z.enum(['new', 'same', 'reopened', 'closed', 'uncovered']),
});
export type FindingsPage = View.ListPage & { counts: Record<string, number>; late: number; nextDue?: string };
export const scans = {
  list: read('scans', '/scans', 'Scans, newest first')
    .input(Page)
    .output(z.object({ items: z.array(view<View.ScanView>()), next: z.string().optional() })),
  preview: write('scans', '/scans/preview', 'Read an uploaded report; writes nothing')
    .input(z.object({ file: Id }))
    .output(
      z.object({
        tool: z.string(),
        toolVersion: z.string().optional(),
        finishedAt: z.string().optional(),
        targets: z.array(
          z.object({ name: z.string(), host: Named.optional(), counts: z.record(z.string(), z.number()) }),
        ),
        counts: z.record(z.string(), z.number().int()),
        observations: z.array(Observation).describe('the first 200'),
        refused: z.array(view<Refusal>()),
      }),
    ),
  import: write('scans', '/scans', 'Import an uploaded report')
    .input(
      z.object({
        commandId,
        file: Id,
        targets: z.record(z.string(), Id).describe('target in the report → host of the register'),
        patchedOn: IsoDate.optional(),
        system: Id.optional(),
        release: Id.optional().describe('for a list of file hashes: the release that was approved'),
      }),
    )
    .output(created.extend({ counts: z.record(z.string(), z.number().int()) })),
};
export const findings = {
  list: read('scans', '/findings', 'Findings, worst and soonest first').input(ListQuery).output(view<FindingsPage>()),
};

const SavedView = z.object({ id: Id, name: z.string().min(1).max(60), query: ListQuery });
export const views = {
  list: read('views', '/views', 'My saved filters').output(z.array(SavedView)),
  save: write('views', '/views', 'Save a filter')
    .input(z.object({ name: z.string().min(1).max(60), query: ListQuery }))
    .output(SavedView),
  remove: write('views', '/views/{id}', 'Forget a filter', 'DELETE')
    .input(z.object({ id: Id }))
    .output(z.object({ id: Id })),
};
const Token = z.object({
  id: Id,
  name: z.string(),
  createdAt: z.string(),
  expiresAt: z.string().optional(),
  lastUsedAt: z.string().optional(),
  mayWrite: z.boolean(),
});
export const tokens = {
  list: read('tokens', '/tokens', 'API tokens').output(z.array(Token)),
  create: write('tokens', '/tokens', 'Make a token; its secret is shown once')
    .input(z.object({ commandId, name: z.string().min(1).max(60), expires: IsoDate, mayWrite: z.boolean() }))
    .output(Token.extend({ secret: z.string() })),
  revoke: write('tokens', '/tokens/{id}', 'Revoke a token', 'DELETE')
    .input(z.object({ commandId, id: Id }))
    .output(done),
};
