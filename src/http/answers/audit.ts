import { randomUUID } from 'node:crypto';
import { stringify } from 'csv-stringify/sync';
import { localClock, localDate } from '../../kernel/calendar/date.ts';
import { seesWhole } from '../../runtime/query/outside.ts';
import { population, populationList } from '../../runtime/query/populations.ts';
import { asking, audits, commanding, handedOver, notAllowed, os } from './ask.ts';
import { READS_TRAIL } from './proof.ts';

/** Everything of a kind in a period, and samples of it. */

export const populationAnswers = {
  get: os.populations.get.handler(({ input, context }) =>
    asking(context, async (look) => (audits(look, ...READS_TRAIL) ? population(look, input) : notAllowed)),
  ),
  export: os.populations.export.handler(async ({ input, context }) => {
    const items = await asking(context, async (look) =>
      audits(look, ...READS_TRAIL) ? populationList(look, input) : notAllowed,
    );
    const rows = items.map((item) => ({
      編號: item.number,
      名稱: item.title,
      狀態: item.stateLabel.zh,
      註記: item.tags.map(({ label }) => label.zh).join('、'),
      建立: momentOf(item.openedAt),
      結案: item.closedAt ? momentOf(item.closedAt) : '',
      申請人: item.requester?.name ?? '',
      單位: item.unit?.name ?? '',
      識別碼: item.id,
    }));
    const csv = stringify(rows, { header: true, bom: true, escape_formulas: true });
    const table = { name: `${input.type}-${input.from}-${input.until}.csv`, csv, rows: rows.length };
    const { type, ...filter } = input;
    return handedOver(context, { what: 'population', type, filter }, table);
  }),
  draw: os.populations.draw.handler(async ({ input: { commandId, ...asked }, context }) => {
    // A draw is from all of a kind: whoever sees some units only would learn of the others.
    await asking(context, async (look) => seesWhole(look, asked.type) || notAllowed);
    const sample = randomUUID();
    const { pos, response } = await commanding(context, {
      do: 'populations.draw',
      id: commandId,
      input: { sample, ...asked },
    });
    return { pos, records: (response as { records: string[] }).records };
  }),
};

const momentOf = (at: string) => `${localDate(at)} ${localClock(at).slice(0, 5)}`;
