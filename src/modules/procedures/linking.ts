import { sql } from 'kysely';
import { z } from 'zod';
import type { Value } from '../../kernel/engine/types.ts';
import { type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand } from '../../runtime/module.ts';
import { chunks } from './chunks.ts';
import { keeping, notAKeeper } from './keepers.ts';

const link = z.object({
  clause: z.string().min(1).max(100),
  ours: z.array(z.string().min(1).max(100)).max(50),
  /** Why it needs no mechanism: a definition, a heading, a closing clause. */
  why: z.string().trim().max(500).optional(),
});
const input = z.object({
  text: z.string().min(1),
  edition: z.number().int().min(1),
  links: z.array(link).min(1).max(1_000),
});
type Input = z.infer<typeof input>;
type Loaded = { current: number | undefined; keys: Set<string> };

/** 條文對照: says which clauses of ours each of theirs speaks of. What is given replaces what was, clause by clause. */
export const linkText: ModuleCommand<Input, Loaded> = {
  input,
  async load(tx, given, { organisation }) {
    const current = await sql<{ edition: number }>`select edition from procedure_text
      where organisation = ${organisation} and id = ${given.text} and ended_pos is null`.execute(tx);
    const keys = await sql<{ key: string }>`select key from text_clause
      where organisation = ${organisation} and text = ${given.text} and edition = ${given.edition}`.execute(tx);
    return { current: current.rows[0]?.edition, keys: new Set(keys.rows.map(({ key }) => key)) };
  },
  decide({ current, keys }, { text: id, edition, links }, context) {
    const as = keeping(context);
    if (!as) return notAKeeper;
    const { definition } = context;
    if (current === undefined) return refused(noSuchText);
    if (current !== edition) return refused(olderEdition);
    const faults = faultsOf(links, keys, (ours) => ours in definition.clauses);
    if (faults.length > 0) return refused(...faults);
    const events = chunks(links.map(tidied)).map((part) => ({
      stream: `procedure_text:${id}`,
      type: 'text.linked',
      data: { text: id, edition, links: part as unknown as Value, carried: false },
    }));
    return { events, response: links.length, as };
  },
};

/** Each of ours once; a reason only where there is none of ours. */
export const tidied = ({ clause, ours, why }: z.infer<typeof link>) => ({
  clause,
  ours: [...new Set(ours)],
  ...(ours.length === 0 && why ? { why } : {}),
});

export function faultsOf(
  links: { clause: string; ours: string[] }[],
  keys: Set<string>,
  known: (ours: string) => boolean,
): Refusal[] {
  const theirs = links.filter(({ clause }) => !keys.has(clause)).map(({ clause }) => clause);
  const ours = links.flatMap((one) => one.ours).filter((clause) => !known(clause));
  return [
    ...theirs.map(
      (clause): Refusal => ({
        code: 'missing',
        field: 'links',
        message: text(`沒有這一條：${clause}`, `No such clause: ${clause}`),
      }),
    ),
    ...[...new Set(ours)].map(
      (clause): Refusal => ({
        code: 'missing',
        field: 'links',
        message: text(`採用的程序書包沒有 ${clause} 這一條。`, `No adopted pack has a clause ${clause}.`),
      }),
    ),
  ].slice(0, 20);
}

const withdrawal = z.object({ text: z.string().min(1), reason: z.string().trim().min(1).max(500) });

/** Takes a text away from 程序書; what happened under it, and the text itself, stay in the ledger. */
export const withdrawText: ModuleCommand<z.infer<typeof withdrawal>, boolean> = {
  input: withdrawal,
  async load(tx, { text: id }, { organisation }) {
    const found =
      await sql`select 1 from procedure_text where organisation = ${organisation} and id = ${id} and ended_pos is null`.execute(
        tx,
      );
    return found.rows.length > 0;
  },
  decide(there, { text: id, reason }, context) {
    const as = keeping(context);
    if (!as) return notAKeeper;
    if (!there) return refused(noSuchText);
    return {
      events: [{ stream: `procedure_text:${id}`, type: 'text.withdrawn', data: { text: id, reason } }],
      response: id,
      as,
    };
  },
};

const noSuchText: Refusal = { code: 'missing', message: text('找不到這份程序書。', 'No such procedure.') };
const olderEdition: Refusal = {
  code: 'conflict',
  message: text(
    '這份程序書已有新版，請重新整理後對照新版。',
    'There is a newer version by now; reload and map that one.',
  ),
};
