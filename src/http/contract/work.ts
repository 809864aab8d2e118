import { z } from 'zod';
import type { Refusal } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import type * as View from '../../runtime/views.ts';
import { opening } from './opening.ts';
import { AsOf, commandId, created, done, Factor, Id, ListQuery, Named, read, Values, view, write } from './shapes.ts';

/** Tasks, types, records, registers, and what pickers look up. */

/** `with`: who has to do it, filled when looking at others' tasks. */
export type TaskItem = View.Task & { with?: View.Named[] };
export const tasks = {
  list: read('tasks', '/tasks', 'What is to be done, by deadline')
    .input(
      z.object({
        scope: z.enum(['mine', 'all']).default('mine'),
        late: z.boolean().optional(),
        week: z.boolean().optional(),
      }),
    )
    .output(z.array(view<TaskItem>())),
};

/** What opening a record of this type asks: the sections of the initial state. */
export type TypeView = View.TypeCard & {
  purpose?: Text;
  sections: View.SectionView[];
  names: Record<string, string>;
  stages: Text[];
  clauseList: { id: string; ref?: string; text: Text }[];
};
export const types = {
  list: read('types', '/types', 'Forms and registers of this organisation').output(z.array(view<View.TypeCard>())),
  get: read('types', '/types/{type}', 'One type and the fields for opening')
    .input(z.object({ type: Id }))
    .output(view<TypeView>()),
};

const SignOptions = z.looseObject({ challenge: z.string() }).describe('WebAuthn request options');
const MOST_AT_ONCE = 20;
const Acts = z
  .array(z.object({ id: Id, version: z.number().int().optional(), action: Id }))
  .min(1)
  .max(MOST_AT_ONCE);
/** An approval of several that cannot be given, and why. */
export type SeveralRefused = { id: string; refused: Refusal[] };
/** What became of one of several: done, unless it says why not. */
export type SeveralDone = { id: string; refused?: Refusal[] };

const File = z.looseObject({ id: Id, name: z.string(), sha256: z.string(), size: z.number(), media: z.string() });
const Backfill = z
  .object({ doneAt: z.iso.datetime({ offset: true }), why: z.string().max(1000), proof: z.array(File).max(20) })
  .describe('done earlier than entered (補登); waits for somebody else to countersign');
const Paper = z
  .object({
    signer: Id,
    signedOn: z.iso.date(),
    print: z.string().max(40).describe('the code on the paper, as read or typed'),
    scan: z.array(File).max(20),
    kept: z.string().max(1000).describe('where the original lies'),
    document: z.string().max(1000).optional().describe('公文文號'),
  })
  .describe('signed on paper by somebody else (登錄紙本核章); waits for a second person to confirm');
const Owner = Id.describe('filled in for somebody else (代填); they confirm it');
const words = z.string().max(2000);

/** A bundle that `ancheng verify` checks without this server. */
const Proof = z.looseObject({ format: z.string(), record: Id, checkpoint: z.string() });
export const records = {
  list: read('records', '/records', 'A page of records').input(ListQuery).output(view<View.ListPage>()),
  get: read('records', '/records/{id}', 'One record with everything the page shows')
    .input(z.object({ id: Id, asOf: AsOf }))
    .output(view<View.RecordView>()),
  open: write('records', '/records', 'Open a record')
    .input(
      z.object({
        commandId,
        type: Id,
        values: Values,
        unit: Id.optional(),
        origin: Id.optional(),
        owner: Owner.optional(),
        backfill: Backfill.optional(),
        copies: Id.describe('the earlier case the values were taken from').optional(),
      }),
    )
    .output(created),
  save: write('records', '/records/{id}', 'Fill fields; refused when `version` is no longer the newest', 'PUT')
    .input(z.object({ commandId, id: Id, version: z.number().int(), values: Values, owner: Owner.optional() }))
    .output(done.extend({ version: z.number().int() })),
  act: write('records', '/records/{id}/acts', 'Perform an action of the flow')
    .input(
      z.object({
        commandId,
        id: Id,
        version: z.number().int().optional(),
        action: Id,
        with: Values,
        waive: z.array(z.object({ gate: Id, with: Values })).optional(),
        factor: Factor.optional(),
        backfill: Backfill.optional(),
        paper: Paper.optional(),
      }),
    )
    .output(done.extend({ waitingFor: z.array(Named), warnings: z.array(view<Refusal>()) })),
  confirm: write('records', '/records/{id}/confirmations', 'Confirm or decline what waits for a second person')
    .input(
      z.object({
        commandId,
        id: Id,
        version: z.number().int().optional(),
        mark: Id,
        agree: z.boolean(),
        words: words.optional(),
        factor: Factor.optional(),
      }),
    )
    .output(done),
  correct: write('records', '/records/{id}/corrections', 'Correct a slip; the seals stand, their signers may object')
    .input(z.object({ commandId, id: Id, version: z.number().int().optional(), changes: Values, reason: words }))
    .output(done),
  object: write('records', '/records/{id}/objections', 'Object to a correction; one’s own seal is void and owed again')
    .input(z.object({ commandId, id: Id, correction: Id, words }))
    .output(done),
  propose: write('records', '/records/{id}/proposals', 'Ask whoever keeps a register for a correction')
    .input(z.object({ commandId, id: Id, changes: Values, reason: words }))
    .output(done),
  decide: write('records', '/records/{id}/decisions', 'Decide about a correction asked for')
    .input(
      z.object({
        commandId,
        id: Id,
        version: z.number().int().optional(),
        proposal: Id,
        agree: z.boolean(),
        words: words.optional(),
      }),
    )
    .output(done),
  readPrint: write('records', '/records/{id}/print-code', 'The code on a scan of this record’s print; writes nothing')
    .input(z.object({ id: Id, file: z.string().describe('SHA-256 of an uploaded picture or PDF') }))
    .output(view<PrintRead>()),
  copy: read(
    'records',
    '/records/{id}/copy',
    'What a new case may take from an earlier one: no seals, evidence, dates, results',
  )
    .input(z.object({ id: Id }))
    .output(view<CopyView>()),
  signing: write('records', '/records/{id}/signing', 'What a passkey has to sign to approve; does nothing else')
    .input(
      z.object({
        id: Id,
        version: z.number().int().optional(),
        action: Id,
        with: Values,
        waive: z.array(z.object({ gate: Id, with: Values })).optional(),
        backfill: Backfill.optional(),
      }),
    )
    .output(z.object({ options: SignOptions })),
  signingConfirmation: write(
    'records',
    '/records/{id}/signing-confirmation',
    'What a passkey has to sign to confirm something marked; does nothing else',
  )
    .input(z.object({ id: Id, version: z.number().int().optional(), mark: Id, words: z.string().max(1000).optional() }))
    .output(z.object({ options: SignOptions })),
  signingSeveral: write(
    'records',
    '/records/signing-several',
    'What a passkey has to sign, once, to approve several; those that cannot be done are told',
  )
    .input(z.object({ acts: Acts }))
    .output(
      z.object({ options: SignOptions.optional(), among: z.array(z.string()), refused: view<SeveralRefused[]>() }),
    ),
  signingDecision: write(
    'records',
    '/decisions/signing',
    'What a passkey has to sign for a decision beside records; does nothing else. The decision then carries the same commandId',
  )
    .input(
      z.object({
        commandId,
        decision: z.enum([
          'keeping.hold',
          'keeping.release',
          'keeping.erase',
          'keeping.stateArchives',
          'plan.decide',
          'people.confirmRole',
        ]),
        input: z.looseObject({}).describe('as the decision itself takes it, without commandId and factor'),
      }),
    )
    .output(z.object({ options: SignOptions })),
  actSeveral: write(
    'records',
    '/records/act-several',
    'Several approvals, proving once who it is; each is an act of its own, and one refused leaves the others',
  )
    .input(
      z.object({
        acts: z.array(Acts.element.extend({ commandId })).min(1).max(MOST_AT_ONCE),
        factor: Factor.optional(),
        among: z.array(z.string().length(64)).max(MOST_AT_ONCE).optional(),
      }),
    )
    .output(z.object({ done: view<SeveralDone[]>() })),
  comment: write('records', '/records/{id}/comments', 'Say something; kept in history')
    .input(z.object({ commandId, id: Id, text: z.string().min(1).max(4000) }))
    .output(done),
  link: write('records', '/records/{id}/links', 'Link to another record')
    .input(z.object({ commandId, id: Id, to: Id, as: z.string().min(1).max(60) }))
    .output(done),
  looked: write('records', '/records/{id}/looked', 'I have had this version open; no entry of the ledger', 'PUT')
    .input(z.object({ id: Id, version: z.number().int().min(0).max(2_000_000_000) }))
    .output(z.object({ at: z.string() })),
  history: read('records', '/records/{id}/history', 'All that happened, newest first')
    .input(z.object({ id: Id }))
    .output(z.array(view<View.HistoryItem>())),
  proof: read('records', '/records/{id}/proof', 'Its events with their proofs under a signed checkpoint')
    .input(z.object({ id: Id }))
    .output(Proof),
};

/** `none`: no code can be read; `other`: of another record; `old`: of content that has changed since. */
export type PrintRead = { outcome: 'same' | 'old' | 'other' | 'none'; code?: string };
export type CopyView = {
  type: string;
  from: View.RecordRef;
  values: import('../../kernel/engine/types.ts').Values;
  names: Record<string, string>;
  /** Filled fields that are not taken over. */
  left: Text[];
};

export const registers = {
  export: read('registers', '/registers/{type}/export', 'A register as CSV text, UTF-8')
    .input(ListQuery.extend({ type: Id }))
    .output(z.object({ name: z.string(), csv: z.string(), rows: z.number().int() })),
  ...opening,
};

const Search = z.object({ search: z.string().max(200).default(''), limit: z.coerce.number().int().max(50).optional() });
const Found = Named.extend({ hint: z.string().optional().describe('unit and title, or number and state') });
export const lookups = {
  persons: read('lookups', '/lookups/persons', 'Persons by name, unit or title').input(Search).output(z.array(Found)),
  units: read('lookups', '/lookups/units', 'Units by name').input(Search).output(z.array(Found)),
  records: read('lookups', '/lookups/records', 'Records a reference may point to')
    .input(Search.extend({ type: z.string().describe('a record type, `type.table` for a row, or `any`') }))
    .output(z.array(Found)),
};
