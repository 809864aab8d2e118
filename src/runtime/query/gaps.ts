import { type RawBuilder, sql } from 'kysely';
import type { RecordState, Value } from '../../kernel/engine/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { Text } from '../../kernel/text.ts';
import type { GapView } from '../evidence-views.ts';
import { everyState } from '../store/states.ts';
import { dayOf } from './lights.ts';
import type { Look } from './look.ts';
import { personNamed, refOf, refsOf, WITHHELD } from './names.ts';
import { confinedTo } from './outside.ts';
import { readable } from './reading.ts';

const MOST = 200;
type Row = {
  id: string;
  type: string;
  number: string;
  title: string;
  definition: string;
  state: string;
  body: RecordState;
  from_at: Date;
  seen: boolean | null;
};

/** What a clause lacks on the day looked at: the papers still to come, soonest first, each with its date and who owes it. */
export const gapsOfClause = (look: Look, clause: string): Promise<GapView[]> => gaps(look, sql`g.clause = ${clause}`);

/** What a record lacks: gaps that refer to it. */
export const gapsAbout = (look: Look, record: string): Promise<GapView[]> =>
  gaps(
    look,
    sql`g.record in (select f.record from record_field f where f.organisation = ${look.organisation} and f.field = '@' and f.t = ${record})`,
  );

async function gaps(look: Look, which: RawBuilder<unknown>): Promise<GapView[]> {
  const end = sql`((${dayOf(look)}::date + 1)::timestamp at time zone 'Asia/Taipei')`;
  const pos = look.asOf?.pos;
  const then =
    pos === undefined ? sql`v.pos_to is null` : sql`v.pos_from < ${pos} and (v.pos_to is null or v.pos_to >= ${pos})`;
  const found =
    await sql<Row>`select distinct on (g.record) v.id, v.type, v.number, v.title, v.state, v.body, c.definition, g.from_at,
      ${readable(look)} as seen
    from clause_gap g join record c on c.organisation = g.organisation and c.id = g.record
    join ${everyState(look.organisation)} v on v.organisation = g.organisation and v.id = g.record and ${then}
    where g.organisation = ${look.organisation} and ${which} and g.from_at < ${end} and (g.until_at is null or g.until_at >= ${end})
      ${confinedTo(look) ? sql`and ${readable(look)}` : sql``}
    order by g.record, g.from_at limit ${MOST}`.execute(look.tx);
  const about = await refsOf(
    look,
    found.rows.flatMap((row) => aboutOf(look, row) ?? []),
  );
  const today = dayOf(look);
  const views = found.rows.map((row): GapView => {
    const { values } = row.body;
    const due = typeof values.due === 'string' ? values.due.slice(0, 10) : undefined;
    const subject = about.get(aboutOf(look, row) ?? '');
    return {
      ...refOf(look, row.seen ? row : { ...row, id: '', number: '', title: '' }),
      what: whatOf(look, row),
      ...(due ? { due } : {}),
      late: due !== undefined && due < today,
      ...(typeof values.owner === 'string' ? { owner: personNamed(look, values.owner) } : {}),
      ...(subject ? { about: subject } : {}),
    };
  });
  return views.toSorted((a, b) => (a.due ?? '9').localeCompare(b.due ?? '9') || a.number.localeCompare(b.number));
}

const typeOf = (look: Look, { type, definition }: Row): RecordType | undefined =>
  look.context.definitions.get(definition)?.records[type];

/** The row of the list that the gap's field names; the title where there is none. */
function whatOf(look: Look, row: Row): Text {
  const type = typeOf(look, row);
  const field = type?.fields[type.flow[row.state]?.gap ?? ''];
  const list =
    field?.type.is === 'choice' ? look.context.definitions.get(row.definition)?.lists[field.type.of] : undefined;
  const label = list?.rows[String(row.body.values[field?.name ?? ''])]?.label;
  return label ?? (row.seen ? { zh: row.title, en: row.title } : WITHHELD);
}

/** The first record it refers to: what lacks the paper. */
function aboutOf(look: Look, row: Row): string | undefined {
  const type = typeOf(look, row);
  const field = Object.values(type?.fields ?? {}).find(
    (one) => one.type.is === 'ref' && row.body.values[one.name] !== undefined,
  );
  const value: Value | undefined = field && row.body.values[field.name];
  return typeof value === 'string' ? value.split('#')[0] : undefined;
}

/** What stands beside a record wherever it is shown: the names of its `badge` fields that are yes. */
export const badgesOf = (type: RecordType | undefined, { values }: Pick<RecordState, 'values'>): Text[] =>
  Object.values(type?.fields ?? {}).flatMap((field) =>
    field.badge && values[field.name] === true ? [field.label] : [],
  );
