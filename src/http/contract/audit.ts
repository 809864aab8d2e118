import { z } from 'zod';
import { MOST_DRAWN } from '../../modules/populations/index.ts';
import type { PopulationView } from '../../runtime/population-views.ts';
import { commandId, done, Id, IsoDate, read, view, write } from './shapes.ts';

/** What an auditor asks beside clauses: everything of a kind in a period, and samples of it. */

const Asked = z.object({ type: Id, from: IsoDate, until: IsoDate });
export const populations = {
  get: read(
    'audit',
    '/populations/{type}',
    'All records of a kind opened in a period, with numbers missing and earlier draws',
  )
    .input(Asked)
    .output(view<PopulationView>()),
  export: read('audit', '/populations/{type}/export', 'The whole list as CSV text, UTF-8')
    .input(Asked)
    .output(z.object({ name: z.string(), csv: z.string(), rows: z.number().int() })),
  draw: write(
    'audit',
    '/populations/{type}/draws',
    'Draw a sample with the root of the newest checkpoint; kept for good',
  )
    .input(Asked.extend({ commandId, n: z.number().int().min(1).max(MOST_DRAWN) }))
    .output(done.extend({ records: z.array(Id) })),
};
