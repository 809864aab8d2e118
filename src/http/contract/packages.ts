import { z } from 'zod';
import type { Refusal } from '../../kernel/refusal.ts';
import { AsOf, commandId, Id, IsoDate, read, view, write } from './shapes.ts';

/** Evidence packages: folders of PDFs with an index that opens anywhere, and proofs. */

const Along = z.object({
  by: z.enum(['procedure', 'text', 'checklist']),
  id: Id,
  from: IsoDate.optional().describe('records with evidence on or after this day'),
  until: IsoDate.optional(),
  asOf: AsOf,
  language: z.enum(['zh', 'en']).default('zh'),
});
const Section = z.object({
  key: z.string(),
  number: z.string(),
  chapter: z.string(),
  text: z.string(),
  light: z.enum(['ok', 'partial', 'late', 'off']),
  records: z.array(z.string()),
});
const Package = z.object({
  id: Id,
  at: z.string(),
  state: z.enum(['working', 'done', 'failed', 'cancelled']),
  phase: z.enum(['records', 'proofs', 'finishing']),
  done: z.number().int(),
  all: z.number().int(),
  made: z
    .object({
      title: z.string(),
      name: z.string().describe('of the file'),
      bytes: z.number().int(),
      sha256: z.string(),
      records: z.number().int(),
      files: z.number().int(),
      remarks: z.number().int().describe('what was left out or cut, told in the index'),
      pos: z.number().int().describe('position of the entry that says it was made'),
    })
    .optional(),
  refused: z.array(view<Refusal>()).optional(),
});
export type PackageCard = z.infer<typeof Package>;
export type PackageSection = z.infer<typeof Section>;

export const packages = {
  sections: read(
    'packages',
    '/packages/sections',
    'What a package can follow, with the records of each clause or question',
  )
    .input(Along)
    .output(z.object({ title: z.string(), sections: z.array(Section) })),
  list: read('packages', '/packages', 'My packages of the last day, newest first').output(z.array(Package)),
  make: write(
    'packages',
    '/packages',
    'Begin to make one; the file is at `/api/v1/packages/{id}/package.zip` when it is done',
  )
    .input(
      Along.extend({
        commandId,
        sections: z.array(z.string().max(200)).max(5000).optional().describe('keys; all when left out'),
        small: z.boolean().default(false).describe('no file larger than 3 MB'),
      }),
    )
    .output(z.object({ id: Id })),
  cancel: write('packages', '/packages/{id}', 'Call off one that is being made', 'DELETE')
    .input(z.object({ id: Id }))
    .output(z.object({ id: Id })),
};
