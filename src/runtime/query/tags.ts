import { sql } from 'kysely';
import { EMERGENCY, MARKS } from '../../kernel/engine/otherwise.ts';
import type { Mark, RecordState } from '../../kernel/engine/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { TagView } from '../mark-views.ts';
import type { Look } from './look.ts';

/** What a record carries for ever, in a word each: how parts of it came about, and that it was corrected. Wherever records are listed. */

type Carried = { kinds: string[]; acts: string[] };

/** Of a state in hand, past or present. */
export const tagsIn = (type: RecordType, state: RecordState): TagView[] =>
  tags(type, {
    kinds: [
      ...[...(state.marked ?? []), ...Object.values(state.acts), ...state.seals].flatMap(
        ({ mark }) => mark?.kind ?? [],
      ),
      ...Object.values(state.pending).flatMap((votes) => votes.flatMap(({ mark }) => mark?.kind ?? [])),
      ...(state.corrections ?? []).map(({ kind }) => kind),
    ],
    acts: Object.keys(state.acts),
  });

/** Of records as they stand today, by id; those that carry nothing are left out. */
export async function tagsOf(look: Look, ids: string[]): Promise<Map<string, TagView[]>> {
  const found = await sql<{ id: string; type: string } & Carried>`select id, type, ${sql.raw(KINDS)} as kinds,
      array(select jsonb_object_keys(body->'acts')) as acts
    from record where organisation = ${look.organisation} and id = any(${[...new Set(ids)]})`.execute(look.tx);
  const { records } = look.context.definition;
  const all = found.rows.map(({ id, type, ...carried }) => [id, tags(records[type], carried)] as const);
  return new Map(all.filter(([, carried]) => carried.length > 0));
}

const KINDS = ['marked[*].mark', 'acts.*.mark', 'seals[*].mark', 'pending.*[*].mark', 'corrections[*]']
  .map((path) => `jsonb_path_query_array(body, '$.${path}.kind')`)
  .join(' || ');

function tags(type: RecordType | undefined, { kinds, acts }: Carried): TagView[] {
  const began = acts.some((name) => type?.actions[name]?.emergency);
  return Object.entries(TAGS)
    .filter(([kind]) => kinds.includes(kind) || (kind === 'emergency' && began))
    .map(([kind, label]) => ({ kind: kind as TagView['kind'], label }));
}

const TAGS: Record<TagView['kind'], Text> = {
  ...(MARKS satisfies Record<Mark['kind'], Text>),
  emergency: EMERGENCY,
  correction: text('更正', 'corrected'),
  erratum: text('勘誤', 'erratum'),
};
