import { sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import { citedAs } from '../../kernel/pack/cite.ts';
import { kindsOf } from '../gather.ts';
import { bigrams } from '../store/fields.ts';
import type { Named } from '../views.ts';
import { type Look, label } from './look.ts';
import { stateLabel } from './names.ts';
import { readable } from './reading.ts';

export type Found = Named & { hint?: string };
const folded = (text: string) => text.normalize('NFKC').toLowerCase();
const today = (look: Look) => localDate(look.now);

/** Persons by name, unit or title, those here today. */
export function persons(look: Look, search: string, limit = 20): Found[] {
  const { directory } = look.context;
  const wanted = folded(search);
  return Object.values(directory.persons)
    .filter((person) => !person.until || person.until >= today(look))
    .map((person) => ({
      id: person.id,
      name: person.name,
      hint: [directory.units[person.unit]?.name, person.title].filter(Boolean).join(' '),
    }))
    .filter((person) => folded(`${person.name} ${person.hint}`).includes(wanted))
    .slice(0, limit);
}

export function units(look: Look, search: string, limit = 20): Found[] {
  const { directory } = look.context;
  return Object.values(directory.units)
    .filter((unit) => (!unit.until || unit.until >= today(look)) && folded(unit.name).includes(folded(search)))
    .slice(0, limit)
    .map((unit) => ({
      id: unit.id,
      name: unit.name,
      ...(unit.under ? { hint: directory.units[unit.under]?.name ?? '' } : {}),
    }));
}

/** Records the viewer may read that a reference may point to: a type and its kinds, `type.table` for rows, `any`, or the definition's own gates and parameters. */
export async function records(look: Look, to: string, search: string, limit = 20): Promise<Found[]> {
  if (to === 'person') return persons(look, search, limit);
  if (to === 'unit') return units(look, search, limit);
  const known = declared(look, to);
  if (known) return matching(known, search, limit);
  const [type, table] = to.split('.');
  const grams = bigrams(search).slice(0, 6);
  const found = await sql<{
    id: string;
    type: string;
    number: string;
    title: string;
    state: string;
    definition: string;
    rows: unknown;
  }>`
    select c.id, c.type, c.number, c.title, c.state, c.definition, ${table ? sql`c.body->'values'->${table}` : sql`null::jsonb`} as rows from record c
    where c.organisation = ${look.organisation} ${to === 'any' ? sql`` : sql`and c.type = any(${kindsOf(look.context.definition, type!)})`}
      and ${readable(look)}
    ${
      grams.length > 0
        ? sql`and ${sql.join(
            grams.map(
              (gram) =>
                sql`exists (select 1 from record_bigram b where b.organisation = c.organisation and b.gram = ${gram} and b.record = c.id)`,
            ),
            sql` and `,
          )}`
        : sql``
    } order by c.changed_at desc, c.id limit ${limit}`.execute(look.tx);
  return found.rows.flatMap((row) => (table ? rowsOf(row, table) : [foundRecord(look, row)]));
}

function foundRecord(
  look: Look,
  row: { id: string; type: string; number: string; title: string; state: string; definition: string },
): Found {
  const state = stateLabel(look, row);
  return {
    id: row.id,
    name: row.title && row.title !== row.number ? row.title : row.number,
    hint: [row.number, label(look.context.definition, row.type).zh, state.zh].join(' · '),
  };
}

function rowsOf(row: { id: string; number: string; rows: unknown }, table: string): Found[] {
  if (!Array.isArray(row.rows)) return [];
  return (row.rows as Record<string, unknown>[]).map((line) => ({
    id: `${row.id}#${table}/${String(line.id)}`,
    name: Object.entries(line)
      .filter(([key, value]) => key !== 'id' && typeof value === 'string')
      .map(([, value]) => String(value))
      .slice(0, 2)
      .join(' '),
    hint: row.number,
  }));
}

/** What the definition itself declares and a reference may name: an act or gate as `type.name`. */
function declared({ context: { definition } }: Look, to: string): Found[] | undefined {
  const types = Object.values(definition.records);
  switch (to) {
    case 'gate':
      return types.flatMap((type) =>
        Object.values(type.gates).map((gate) => ({
          id: `${type.name}.${gate.name}`,
          name: (gate.title ?? gate.label).zh,
          hint: [type.label.zh, ...gate.clauses].join(' · '),
        })),
      );
    case 'action':
      return types.flatMap((type) =>
        Object.values(type.actions)
          .filter((action) => !action.clock && action.name !== 'open' && action.never.length > 0)
          .map((action) => ({
            id: `${type.name}.${action.name}`,
            name: `${type.label.zh}「${action.label.zh}」`,
            hint: action.clauses.join(' · '),
          })),
      );
    case 'role':
      return Object.values(definition.roles).map((role) => ({ id: role.name, name: role.label.zh }));
    case 'parameter':
      return Object.values(definition.parameters).map((parameter) => ({
        id: parameter.name,
        name: parameter.label.zh,
        hint: `${parameter.value} ${parameter.unit}`,
      }));
    case 'clause':
      return Object.values(definition.clauses).map((clause) => ({
        id: clause.id,
        name: clause.zh,
        hint: citedAs(definition, clause.id).zh,
      }));
    default:
      return undefined;
  }
}

function matching(found: Found[], search: string, limit: number): Found[] {
  const wanted = folded(search);
  return found.filter((one) => folded(`${one.id} ${one.name} ${one.hint ?? ''}`).includes(wanted)).slice(0, limit);
}
