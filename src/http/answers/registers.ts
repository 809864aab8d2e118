import { stringify } from 'csv-stringify/sync';
import type { Value } from '../../kernel/engine/types.ts';
import type { Field } from '../../kernel/pack/types.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { asListed } from '../../runtime/query/closed-sections.ts';
import { listRecords } from '../../runtime/query/lists.ts';
import { type Look, noSuch, recordOf } from '../../runtime/query/look.ts';
import { namesIn, WITHHELD } from '../../runtime/query/names.ts';
import type { ListQuery } from '../../runtime/views.ts';
import { columnsOf } from '../opening/columns.ts';
import { asking, handedOver, os } from './ask.ts';
import { openingAnswers } from './opening.ts';

/** Registers out as tables, and in as opening lists. */

export const registerAnswers = {
  export: os.registers.export.handler(async ({ input, context }) => {
    const table = await asking(
      context,
      async (look) => {
        const known = look.context.definition.records[input.type];
        if (!known) return noSuch('這種簿冊', 'register');
        const type = asListed(look, known);
        const columns = columnsOf(type);
        const lines: string[][] = [['編號', '狀態', ...columns.map((field) => field.label.zh)]];
        for (let after: string | undefined, more = true; more && lines.length <= 100_000; ) {
          const page = await listRecords(look, { ...(input as ListQuery), limit: 200, ...(after ? { after } : {}) });
          if (isRefused(page)) return page;
          for (const item of page.items) lines.push(await exportLine(look, item.id, columns));
          after = page.next;
          more = after !== undefined;
        }
        return {
          name: `${type.label.zh}.csv`,
          csv: `\ufeff${stringify(lines, { escape_formulas: true })}`,
          rows: lines.length - 1,
        };
      },
      input.asOf,
    );
    const { type, limit: _page, after: _from, ...filter } = input;
    return handedOver(context, { what: 'register', type, filter }, table);
  }),
  ...openingAnswers,
};

async function exportLine(look: Look, id: string, columns: Field[]): Promise<string[]> {
  const state = look.known.records.get(id) ?? (await recordOf(look, id))?.state;
  if (!state) return [];
  const found = await namesIn(look, state.values as unknown as Value);
  const names = Object.fromEntries(Object.entries(found).map(([each, name]) => [each, name || WITHHELD.zh]));
  const shown = (field: Field): string => {
    const value = state.values[field.name];
    if (value === undefined) return '';
    if (field.type.is === 'choice')
      return look.context.definition.lists[field.type.of]?.rows[String(value)]?.label.zh ?? String(value);
    if (Array.isArray(value)) return value.map((one) => names[String(one)] ?? String(one)).join('、');
    if (typeof value === 'boolean') return value ? '是' : '否';
    return names[String(value)] ?? (typeof value === 'object' ? JSON.stringify(value) : String(value));
  };
  return [
    state.number,
    look.context.definition.records[state.type]?.flow[state.state]?.label.zh ?? state.state,
    ...columns.map(shown),
  ];
}
