import { sql } from 'kysely';
import type { Definition, RecordType, Who } from '../../kernel/pack/types.ts';
import type { Refused } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import type { SectionView, TypeCard } from '../views.ts';
import { sectionViews } from './fields.ts';
import { type Look, noSuch, rolesOf } from './look.ts';
import { seesType } from './outside.ts';
import { readsAll } from './reading.ts';

export type TypeDetail = TypeCard & {
  sections: SectionView[];
  names: Record<string, string>;
  stages: Text[];
  clauseList: { id: string; ref?: string; text: Text }[];
};

/** Every form and register of the organisation, with how many are open of those the viewer reads all of. */
export async function typeCards(look: Look): Promise<TypeCard[]> {
  const { records } = look.context.definition;
  const whole = Object.values(records).filter((type) => readsAll(look, type));
  const found = await sql<{
    type: string;
    open: number;
    total: number;
  }>`select type, count(*) filter (where open) as open, count(*) as total from record
    where organisation = ${look.organisation} and type = any(${whole.map(({ name }) => name)}) group by type`.execute(
    look.tx,
  );
  const tallies = new Map(found.rows.map((row) => [row.type, row]));
  // How many there are is not for whoever sees some.
  return Object.values(records)
    .filter(({ name }) => seesType(look, name))
    .map((type) => card(look, type, tallies.get(type.name)));
}

/** One type: what opening it asks, its stages, the clauses behind it. */
export async function typeDetail(look: Look, name: string): Promise<TypeDetail | Refused> {
  const { definition } = look.context;
  const type = definition.records[name];
  if (!type || !seesType(look, name)) return noSuch('這種表單或簿冊', 'type');
  const initial = Object.values(type.flow).find((state) => state.initial)?.name;
  const sections = sectionViews(
    definition,
    type,
    () => true,
    (section) => section.filled !== 'none' && section.filled.in.includes(initial ?? ''),
  );
  return {
    ...card(look, type, undefined),
    sections: askedAtOpening(
      type,
      sections.filter((section) => section.editable),
    ),
    names: {},
    stages: Object.values(type.flow).flatMap((state) => (state.stage ? [state.stage] : [])),
    clauseList: clausesBehind(definition, name).flatMap((id) => {
      const clause = definition.clauses[id];
      return clause ? [{ id, ...(clause.ref ? { ref: clause.ref } : {}), text: { zh: clause.zh, en: clause.en } }] : [];
    }),
  };
}

/**
 * A form opens with the few fields it cannot be without; the rest is filled on its own page, where conditions show and hide
 * what applies. A register's entry is made in one go.
 */
function askedAtOpening(type: RecordType, sections: SectionView[]): SectionView[] {
  if (type.role === 'register') return sections;
  const needed = sections
    .map((section) => ({
      ...section,
      fields: section.fields.filter((field) => field.required.some((when) => when === '*' || when === 'open')),
    }))
    .filter((section) => section.fields.length > 0);
  return needed.length > 0 ? needed : sections.slice(0, 1);
}

function card(look: Look, type: RecordType, tally: { open: number; total: number } | undefined): TypeCard {
  const may = mayOpen(look, type);
  return {
    type: type.name,
    label: type.label,
    role: type.role,
    group: type.packs.at(-1) ?? 'base',
    groupLabel: look.context.definition.packs.find((pack) => pack.name === type.packs.at(-1))?.title ?? type.label,
    mayOpen: may === true,
    ...(may === true ? {} : { why: may }),
    packs: type.packs,
    clauses: clausesBehind(look.context.definition, type.name),
    open: Number(tally?.open ?? 0),
    total: Number(tally?.total ?? 0),
  };
}

/** Whether this viewer may open one, judged by role alone; conditions and gates speak when it is tried. */
function mayOpen(look: Look, type: RecordType): true | Text {
  const { person } = look.viewer;
  if (!person) return { zh: '此帳號未連結人員', en: 'This account is linked to no person' };
  if (type.role === 'child') return { zh: '由其他案件的作業建立', en: "Opened by other records' acts" };
  const by = type.actions.open?.by.flatMap((group) => group.any.map((allowed) => allowed.who)) ?? [];
  if (by.length === 0) return true;
  const roles = rolesOf(look.context.directory, person, look.now);
  if (by.some((who) => admits(who, roles))) return true;
  const labels = by
    .flatMap((who) => (who.kind === 'role' ? [look.context.definition.roles[who.role]?.label] : []))
    .filter((one) => one !== undefined);
  return {
    zh: `由${labels.map((one) => one.zh).join('、') || '系統'}建立`,
    en: `Opened by ${labels.map((one) => one.en).join(', ') || 'the system'}`,
  };
}

function admits(who: Who, roles: string[]): boolean {
  switch (who.kind) {
    case 'role':
    case 'role_of':
      return roles.includes(who.role);
    case 'anyone':
    case 'path':
      return true;
    case 'acted':
    case 'act':
    case 'outsider':
    case 'clock':
      return false;
    default:
      return who satisfies never;
  }
}

/** Every clause realised by something of this type: the form itself, its actions, gates, fields, retention. */
function clausesBehind(definition: Definition, type: string): string[] {
  return Object.values(definition.clauses)
    .filter((clause) =>
      clause.by.some((by) => by.split('.')[1] === type && /^(record|action|gate|field|retention)\./.test(by)),
    )
    .map((clause) => clause.id);
}
