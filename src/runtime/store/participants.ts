import type { RecordState, Seal } from '../../kernel/engine/types.ts';
import { actorsOf } from '../../kernel/engine/who.ts';
import type { RecordType, Who } from '../../kernel/pack/types.ts';

/** Field under which everybody stands who had a part in a record. */
export const PARTICIPANTS = '@person';

/** Before the name of an act: the field under which those stand who did it, of types that let them read by it. */
export const ACTED = '@acted.';

/** Everybody who had a part in a record: requester, persons named, whoever acted, voted or sealed. */
export function participants(type: RecordType, state: RecordState): string[] {
  const persons = new Set<string>();
  const add = (value: unknown) => {
    if (typeof value === 'string' && value) persons.add(value);
  };
  const addMarked = ({ by, mark, confirmed }: Pick<Seal, 'by' | 'mark' | 'confirmed'>) => {
    add(by);
    add(confirmed?.by);
    if (mark?.kind === 'paper') add(mark.registrar);
    if (mark?.kind === 'filled') add(mark.for);
  };
  add(state.requester);
  for (const field of Object.values(type.fields)) {
    if (field.type.is === 'person') add(state.values[field.name]);
    if (field.type.is !== 'table' || !Array.isArray(state.values[field.name])) continue;
    const columns = Object.values(field.type.columns).filter((column) => column.type.is === 'person');
    for (const row of state.values[field.name] as Record<string, unknown>[])
      for (const column of columns) add(row[column.name]);
  }
  for (const act of Object.values(state.acts)) {
    add(act.by);
    add(act.for);
  }
  for (const vote of Object.values(state.pending).flat()) addMarked(vote);
  for (const seal of state.seals) addMarked(seal);
  for (const entry of state.marked ?? []) addMarked(entry);
  for (const { by } of [...(state.corrections ?? []), ...(state.proposals ?? [])]) add(by);
  return [...persons];
}

/** By field: whoever did the acts that a type's `see` names. */
export function acted(type: RecordType, state: RecordState): { field: string; person: string }[] {
  const acts = new Set((type.see?.by ?? []).flatMap(actIn));
  return [...acts].flatMap((act) => actorsOf(state, act).map((person) => ({ field: `${ACTED}${act}`, person })));
}

const actIn = (who: Who): string[] =>
  who.kind === 'acted' ? [who.action] : who.kind === 'role_of' ? actIn(who.of) : [];
