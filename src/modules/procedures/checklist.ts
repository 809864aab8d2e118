import { sql } from 'kysely';
import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { chunks } from './chunks.ts';
import { keeping, notAKeeper } from './keepers.ts';
import { faultsOf, tidied } from './linking.ts';

const question = z.object({
  number: z.string().trim().max(40),
  part: z.string().trim().max(200),
  text: z.string().trim().min(1).max(4_000),
  hint: z.string().trim().max(4_000),
});
const link = z.object({
  clause: z.string().min(1),
  ours: z.array(z.string().min(1)).max(50),
  why: z.string().trim().max(500).optional(),
});
const input = z.object({
  checklist: z.string().min(1).max(100),
  title: z.string().trim().min(1).max(200),
  authority: z.string().trim().min(1).max(100),
  file: z.object({ name: z.string(), sha256: z.string().length(64), size: z.number().int() }).optional(),
  questions: z.array(question).min(1).max(2_000),
  /** What each row was mapped to on the way in, by its place in the list. */
  links: z
    .array(z.object({ at: z.number().int().min(0), ours: z.array(z.string()).max(50) }))
    .max(2_000)
    .optional(),
});
type Input = z.infer<typeof input>;

/** An authority's own questions, as a second way to the same evidence. */
export const importChecklist: ModuleCommand<Input, { taken: boolean }> = {
  input,
  async load(tx, { checklist, title }, { organisation }) {
    const found = await sql`select 1 from checklist where organisation = ${organisation}
      and (id = ${checklist} or (title = ${title} and ended_pos is null))`.execute(tx);
    return { taken: found.rows.length > 0 };
  },
  decide({ taken }, { checklist, questions, links = [], ...card }, context) {
    const as = keeping(context);
    if (!as) return notAKeeper;
    const { definition } = context;
    if (taken) return refused(already(card.title));
    const keyed = questions.map((each, at) => ({ ...each, key: `q${at + 1}` }));
    const given = links.map(({ at, ours }) => ({ clause: `q${at + 1}`, ours }));
    const faults = faultsOf(given, new Set(keyed.map(({ key }) => key)), (ours) => ours in definition.clauses);
    if (faults.length > 0) return refused(...faults);
    const stream = `checklist:${checklist}`;
    const events: NewEvent[] = [
      {
        stream,
        type: 'checklist.imported',
        data: { checklist, ...card, questions: keyed.length } as unknown as NewEvent['data'],
      },
      ...chunks(keyed).map((part) => ({
        stream,
        type: 'checklist.written',
        data: { checklist, questions: part as unknown as Value },
      })),
      ...chunks(given.map(tidied)).map((part) => ({
        stream,
        type: 'checklist.linked',
        data: { checklist, links: part as unknown as Value },
      })),
    ];
    return { events, response: checklist, as };
  },
};

const linking = z.object({ checklist: z.string().min(1), links: z.array(link).min(1).max(1_000) });

/** Which clauses of ours answer a question. */
export const linkChecklist: ModuleCommand<z.infer<typeof linking>, Set<string>> = {
  input: linking,
  async load(tx, { checklist }, { organisation }) {
    const found = await sql<{ key: string }>`select q.key from checklist_question q
      join checklist c on c.organisation = q.organisation and c.id = q.checklist and c.ended_pos is null
      where q.organisation = ${organisation} and q.checklist = ${checklist}`.execute(tx);
    return new Set(found.rows.map(({ key }) => key));
  },
  decide(keys, { checklist, links }, context) {
    const as = keeping(context);
    if (!as) return notAKeeper;
    const { definition } = context;
    if (keys.size === 0) return refused(noSuch);
    const faults = faultsOf(links, keys, (ours) => ours in definition.clauses);
    if (faults.length > 0) return refused(...faults);
    const events = chunks(links.map(tidied)).map((part) => ({
      stream: `checklist:${checklist}`,
      type: 'checklist.linked',
      data: { checklist, links: part as unknown as Value },
    }));
    return { events, response: links.length, as };
  },
};

const withdrawal = z.object({ checklist: z.string().min(1), reason: z.string().trim().min(1).max(500) });

export const withdrawChecklist: ModuleCommand<z.infer<typeof withdrawal>, boolean> = {
  input: withdrawal,
  async load(tx, { checklist }, { organisation }) {
    const found =
      await sql`select 1 from checklist where organisation = ${organisation} and id = ${checklist} and ended_pos is null`.execute(
        tx,
      );
    return found.rows.length > 0;
  },
  decide(there, { checklist, reason }, context) {
    const as = keeping(context);
    if (!as) return notAKeeper;
    if (!there) return refused(noSuch);
    return {
      events: [{ stream: `checklist:${checklist}`, type: 'checklist.withdrawn', data: { checklist, reason } }],
      response: checklist,
      as,
    };
  },
};

const noSuch: Refusal = { code: 'missing', message: text('找不到這份檢核題庫。', 'No such checklist.') };
const already = (title: string): Refusal => ({
  code: 'duplicate',
  field: 'title',
  message: text(`「${title}」已匯入。`, `"${title}" is imported already.`),
  fix: {
    text: text(
      '請先撤下舊的，或改用其他名稱（例如加上年度）',
      'Withdraw the old one first, or give another name, with its year',
    ),
  },
});
