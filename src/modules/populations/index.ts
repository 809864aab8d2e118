import { hash } from 'node:crypto';
import { sql } from 'kysely';
import { z } from 'zod';
import { capacityWith } from '../../kernel/engine/capacity.ts';
import { OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import { drawn } from '../../kernel/engine/sample.ts';
import type { Seed } from '../../kernel/engine/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Module, ModuleCommand, StoredEvent, Tx } from '../../runtime/module.ts';

/** Who draws samples: whoever reads everything as part of the work (DESIGN.md section 8). */
const DRAWERS = ['auditor', OUTSIDE_AUDITOR, 'security_officer', 'ciso', 'isms_coordinator', 'isms_team_lead'];
export const MOST_DRAWN = 200;

const draw = z.object({
  sample: z.string(),
  type: z.string(),
  from: z.iso.date(),
  until: z.iso.date(),
  n: z.number().int().min(1).max(MOST_DRAWN),
});
type Draw = z.infer<typeof draw>;

/** All records of a kind opened in a period, and samples of them that nobody can steer and anybody can repeat. */
export const populations: Module = {
  name: 'populations',
  commands: { 'populations.draw': drawSample() },
  project,
};

/** Draws with the root of the newest checkpoint (dahe.1.15.11). Every draw is kept, the ones that displeased too. */
function drawSample(): ModuleCommand<Draw, { ids: string[]; seed?: Seed }> {
  return {
    input: draw,
    async load(tx, input, { organisation }) {
      const found = await sql<{ id: string }>`select id from record where organisation = ${organisation}
        and type = ${input.type} and opened_at >= ${input.from}::date::timestamp at time zone 'Asia/Taipei'
        and opened_at < (${input.until}::date + 1)::timestamp at time zone 'Asia/Taipei'`.execute(tx);
      const newest = await sql<{ size: string; root: Buffer }>`select size, root from log_checkpoint
        where organisation = ${organisation} order by epoch desc, size desc limit 1`.execute(tx);
      const seed = newest.rows[0];
      return {
        ids: found.rows.map(({ id }) => id),
        ...(seed ? { seed: { size: Number(seed.size), root: seed.root.toString('hex') } } : {}),
      };
    },
    decide({ ids, seed }, input, context) {
      const as = capacityWith(context, DRAWERS);
      if (!as) return notDrawer;
      const no = unfit(input, ids.length, context.definition.records[input.type] !== undefined);
      if (no) return no;
      if (!seed) return unsealed;
      const records = drawn(ids, (id) => id, seed.root, input.n);
      const { sample, ...asked } = input;
      const data = { ...asked, population: ids.length, digest: digestOf(ids), checkpoint: seed, records };
      return {
        events: [{ stream: `sample:${sample}`, type: 'sample.drawn', data }],
        response: { sample, records },
        as,
      };
    },
  };
}

/** SHA-256, hex, over the sorted ids, one a line: two lists with this digest are the same population. */
const digestOf = (ids: string[]): string => hash('sha256', ids.toSorted().join('\n'), 'hex');

function unfit(input: Draw, size: number, known: boolean): Refused | undefined {
  if (!known) return refused({ code: 'missing', field: 'type', message: text('沒有這種紀錄。', 'No such kind.') });
  if (input.from > input.until)
    return refused({
      code: 'invalid',
      field: 'until',
      message: text('期間的迄日早於起日。', 'The period ends before it begins.'),
    });
  if (size === 0)
    return refused({
      code: 'missing',
      message: text('這段期間沒有紀錄，無從抽樣。', 'There is nothing in this period to draw from.'),
      fix: { text: text('請放寬期間。', 'Choose a longer period.') },
    });
  return undefined;
}

const notDrawer = refused({
  code: 'by',
  message: text('由稽核人員或資安人員抽樣。', 'Auditors and security staff draw samples.'),
});
const unsealed = refused({
  code: 'unready',
  message: text('尚無封存點，無從公正抽樣。', 'Nothing is sealed yet, so no draw would be fair.'),
  fix: { text: text('請於數秒後再試。', 'Try again in a few seconds.') },
});

async function project(tx: Tx, { type, organisation, stream, data, actor, at }: StoredEvent): Promise<void> {
  if (type !== 'sample.drawn') return;
  const { size, root } = data.checkpoint as Seed;
  await sql`insert into sample_draw (organisation, id, type, since, until, asked, population, digest, log_size, log_root,
      records, drawn_by, drawn_at)
    values (${organisation}, ${stream.slice('sample:'.length)}, ${data.type}, ${data.from}, ${data.until}, ${data.n},
      ${data.population}, ${data.digest}, ${size}, ${root}, ${data.records}, ${actor.person ?? null}, ${at})
    on conflict do nothing`.execute(tx);
}
