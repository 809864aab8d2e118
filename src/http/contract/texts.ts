import { z } from 'zod';
import type { OutlineClause } from '../../kernel/clauses/outline.ts';
import type { Recognised } from '../../kernel/clauses/recognise.ts';
import type * as View from '../../runtime/text-views.ts';
import { AsOf, commandId, done, Factor, Id, IsoDate, read, view, write } from './shapes.ts';

/** The organisation's own procedures, their mapping, checklists, the adoption plan. */

const Clause = z.object({
  level: z.number().int().min(0).max(9),
  number: z.string().max(60).describe('as the document shows it; empty for text before the first number'),
  text: z.string().max(20_000),
  heading: z.boolean(),
});
const Pasted = z.string().max(2_000_000);
const Links = z
  .array(z.object({ clause: Id, ours: z.array(Id).max(50), why: z.string().max(500).optional() }))
  .min(1)
  .max(1_000);
export type TextPreview = Recognised & {
  clauses: OutlineClause[];
  changes: View.TextChange[];
  file?: { name: string; sha256: string; size: number };
};

export const texts = {
  list: read('texts', '/texts', 'Own procedures, with their lights')
    .input(z.object({ asOf: AsOf }))
    .output(z.array(view<View.TextCard>())),
  get: read('texts', '/texts/{text}', 'One of them, every clause with its mapping and light')
    .input(z.object({ text: Id, asOf: AsOf }))
    .output(view<View.TextView>()),
  mapping: read('texts', '/texts/{text}/mapping', 'What is mapped, what is suggested, gaps on both sides')
    .input(z.object({ text: Id }))
    .output(view<View.MappingView>()),
  changes: read('texts', '/texts/{text}/changes', 'What the version in force changed')
    .input(z.object({ text: Id, asOf: AsOf }))
    .output(z.array(view<View.TextChange>())),
  preview: write('texts', '/texts/preview', 'Recognise the clauses of an uploaded or pasted procedure; writes nothing')
    .input(
      z.object({
        file: Id.optional(),
        pasted: Pasted.optional(),
        text: Id.optional().describe('the procedure it is a new version of'),
      }),
    )
    .output(view<TextPreview>()),
  import: write('texts', '/texts', 'Import a procedure as confirmed; `text` again makes its next version')
    .input(
      z.object({
        commandId,
        text: Id.optional(),
        title: z.string().min(1).max(200),
        number: z.string().max(60).optional(),
        version: z.string().min(1).max(30),
        classification: z.string().min(1).max(30),
        issued: IsoDate,
        file: Id.optional().describe('SHA-256 of the uploaded document it was read from'),
        clauses: z.array(Clause).min(1).max(5_000),
      }),
    )
    .output(done.extend({ text: Id, edition: z.number().int() })),
  link: write('texts', '/texts/{text}/links', 'Map clauses; what is given replaces what was, clause by clause', 'PUT')
    .input(z.object({ commandId, text: Id, edition: z.number().int(), links: Links }))
    .output(done),
  withdraw: write('texts', '/texts/{text}', 'Withdraw a procedure', 'DELETE')
    .input(z.object({ commandId, text: Id, reason: z.string().min(1).max(500) }))
    .output(done),
  citations: read('texts', '/citations', 'How own procedures number each clause of ours')
    .input(z.object({ asOf: AsOf }))
    .output(z.record(z.string(), z.array(view<View.Citation>()))),
};

const Question = z.object({
  number: z.string().max(40),
  part: z.string().max(200),
  text: z.string().min(1).max(4_000),
  hint: z.string().max(4_000),
});
export const checklists = {
  list: read('checklists', '/checklists', 'Checklists of authorities, with their lights')
    .input(z.object({ asOf: AsOf }))
    .output(z.array(view<View.ChecklistCard>())),
  get: read('checklists', '/checklists/{checklist}', 'Every question with the clauses that answer it')
    .input(z.object({ checklist: Id, asOf: AsOf }))
    .output(view<View.ChecklistView>()),
  preview: write('checklists', '/checklists/preview', 'Read a list of questions (CSV or pasted cells); writes nothing')
    .input(z.object({ csv: Pasted }))
    .output(
      z.object({
        questions: z.array(
          Question.extend({
            line: z.number().int(),
            ours: z.array(Id).describe('clauses the row names by their number, ours or that of an own procedure'),
            suggestions: z.array(view<View.MappingSuggestion>()),
          }),
        ),
        columns: z.record(z.string(), z.string()).describe('what each heading was read as'),
        strong: z.number(),
      }),
    ),
  import: write('checklists', '/checklists', 'Import a list of questions')
    .input(
      z.object({
        commandId,
        title: z.string().min(1).max(200),
        authority: z.string().min(1).max(100),
        questions: z
          .array(Question.extend({ ours: z.array(Id).max(50) }))
          .min(1)
          .max(2_000),
      }),
    )
    .output(done.extend({ checklist: Id })),
  link: write('checklists', '/checklists/{checklist}/links', 'Map questions to clauses', 'PUT')
    .input(z.object({ commandId, checklist: Id, links: Links }))
    .output(done),
  withdraw: write('checklists', '/checklists/{checklist}', 'Withdraw a checklist', 'DELETE')
    .input(z.object({ commandId, checklist: Id, reason: z.string().min(1).max(500) }))
    .output(done),
};

export const plan = {
  get: read('plan', '/adoption-plan', 'From when each clause counts')
    .input(z.object({ asOf: AsOf }))
    .output(view<View.PlanView>()),
  propose: write('plan', '/adoption-plan', 'Propose starts')
    .input(
      z.object({
        commandId,
        reason: z.string().min(1).max(2_000),
        starts: z
          .array(z.object({ clause: Id, on: IsoDate }))
          .min(1)
          .max(1_000),
      }),
    )
    .output(done.extend({ plan: Id })),
  decide: write('plan', '/adoption-plan/{plan}/decision', 'Approve or return')
    .input(
      z.object({
        commandId,
        plan: Id,
        approve: z.boolean(),
        note: z.string().max(2_000).optional(),
        factor: Factor.optional(),
      }),
    )
    .output(done),
};

export const explain = write(
  'procedure',
  '/clauses/{clause}/explanations',
  'Say why a light is not green, and what is done',
)
  .input(
    z.object({
      commandId,
      clause: Id,
      cause: z.string().min(1).max(4_000),
      measure: z.string().min(1).max(4_000),
      due: IsoDate.optional(),
    }),
  )
  .output(done);
