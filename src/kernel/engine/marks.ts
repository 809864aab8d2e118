import type { Action, Group, RecordType } from '../pack/types.ts';
import { couldAct } from './standing.ts';
import { workdaysFrom } from './time.ts';
import type { Confirmed, Mark, Moment, RecordState, Vote } from './types.ts';
import { holdersNear, present, principalsOf, unitOf, upwards } from './who.ts';
import { nextId, scopeOf, type Work } from './work.ts';

/** What carries a mark nobody has confirmed yet: a vote on an action, the opening of the record, or a filling. */
export type Held = { what: string; mark: Mark; by: string; for?: string; at: Moment };

/** Everything on a record that waits for a second person, oldest first. */
export function heldOn(state: RecordState): Held[] {
  const entries = (state.marked ?? []).filter(({ confirmed }) => !confirmed);
  const seen = new Set<string>();
  const votes = Object.entries(state.pending).flatMap(([what, cast]) =>
    cast.flatMap((vote) =>
      vote.mark && !vote.confirmed && !seen.has(vote.mark.id) && seen.add(vote.mark.id)
        ? [{ what, mark: vote.mark, by: vote.by, at: vote.at, ...(vote.for === undefined ? {} : { for: vote.for }) }]
        : [],
    ),
  );
  return [...entries.map(({ what, mark, by, at }) => ({ what, mark, by, at })), ...votes].sort((a, b) =>
    a.at < b.at ? -1 : a.at > b.at ? 1 : 0,
  );
}

/** Openings and fillings nobody has confirmed: while there are any, the case does not go on. */
export const unconfirmed = (state: RecordState) => (state.marked ?? []).filter(({ confirmed }) => !confirmed);

/** A vote counts when it was given in person, or somebody else has confirmed it. */
export const counts = (vote: Vote): boolean => vote.mark === undefined || vote.confirmed !== undefined;

/** A new mark with its name, and the day by which it should be confirmed. */
export function marking(work: Work, mark: UnnamedMark): Mark {
  return { ...mark, id: nextId(work), due: workdaysFrom(work, 'countersign_working_days', 3) } as Mark;
}
type UnnamedMark = Mark extends infer One ? (One extends Mark ? Omit<One, 'id' | 'due'> : never) : never;

/**
 * Who may confirm: of a filling for somebody, that person (or a deputy); of paper, its signer, who knows best; of everything,
 * whoever could do the act as well, and the roles of the list `countersigner` near the record. Never whoever did it, for whom,
 * who registered the paper, or whose case it is.
 */
export function confirmers(
  work: Work,
  type: RecordType,
  state: RecordState,
  held: Held,
): { persons: string[]; pending: boolean } {
  if (held.mark.kind === 'filled') return { persons: present(work, [held.mark.for]), pending: false };
  const own = held.mark.kind === 'paper' ? [held.for ?? held.by, held.by] : [];
  const action = type.actions[held.what];
  const able = action ? couldAct(work, action, scopeOf(work, state)) : { persons: [], pending: false };
  const barred = barredFrom(state, held);
  const others = [
    ...able.persons.filter((person) => !barred.includes(person)),
    ...countersigners(work, type, state, barred),
  ];
  const persons = [...own.filter((person) => !isRegistrar(held, person)), ...others];
  return { persons: [...new Set(present(work, persons))], pending: able.pending };
}

/**
 * Who is asked to confirm, of those who may: the signer of a paper, the owner of what was filled in; else the first role that
 * countersigns, nearest to the case. One person's word is enough, so not everybody is troubled.
 */
export function askedToConfirm(work: Work, type: RecordType, state: RecordState, held: Held): string[] {
  const { persons } = confirmers(work, type, state, held);
  const signer = [held.for ?? held.by];
  const nearest = held.mark.kind === 'paper' ? signer : firstRole(work, type, state, barredFrom(state, held));
  const asked = nearest.filter((person) => persons.includes(person));
  return asked.length > 0 ? asked : persons;
}

const isRegistrar = ({ mark }: Held, person: string): boolean => mark.kind === 'paper' && mark.registrar === person;

function barredFrom(state: RecordState, held: Held): string[] {
  const { mark } = held;
  const doers = mark.kind === 'paper' ? [mark.registrar] : [held.by, held.for];
  const askers = [state.requester, ...(state.handed ?? []).filter((one) => one.requester).map(({ from }) => from)];
  return [...doers, ...askers].filter((person) => person !== undefined);
}

/** Which of a person's capacities confirms: as self, or as deputy of somebody who may; nobody barred stands in. */
export function mayConfirm(
  work: Work,
  type: RecordType,
  state: RecordState,
  held: Held,
  person: string,
): boolean | 'pending' {
  const found = confirmers(work, type, state, held);
  if (found.persons.includes(person)) return true;
  const barred = [...barredFrom(state, held), held.by];
  const principals = principalsOf(work.input.directory, person, work.input.now);
  if (!barred.includes(person) && principals.some((one) => found.persons.includes(one))) return true;
  return found.pending ? 'pending' : false;
}

/**
 * Holders of the roles that countersign, in the nearest unit that has one who is not barred; without a list of such roles, of the
 * roles the type's own acts name.
 */
function countersigners(work: Work, type: RecordType, state: RecordState, barred: string[]): string[] {
  return byRole(work, type, state, barred).flat();
}

const firstRole = (work: Work, type: RecordType, state: RecordState, barred: string[]): string[] =>
  byRole(work, type, state, barred).find((holders) => holders.length > 0) ?? [];

function byRole(work: Work, type: RecordType, state: RecordState, barred: string[]): string[][] {
  const { current, directory, now } = work.input;
  const list = current.lists.countersigner;
  const roles = list ? Object.keys(list.rows) : rolesOf(Object.values(type.actions));
  const unit = unitOf(work, state);
  const units = unit === undefined ? [undefined] : upwards(directory, unit);
  return roles.map((role) => {
    const near = units.map((at) => holdersNear(directory, role, at, now).filter((person) => !barred.includes(person)));
    return near.find((holders) => holders.length > 0) ?? [];
  });
}

function rolesOf(actions: Action[]): string[] {
  const groups: Group[] = actions.flatMap((action) => action.by);
  const roles = groups.flatMap((group) =>
    group.any.flatMap(({ who }) => (who.kind === 'role' || who.kind === 'role_of' ? [who.role] : [])),
  );
  return [...new Set(roles)];
}

/** The votes of an action with one mark confirmed. */
export const confirmVotes = (votes: Vote[], mark: string, confirmed: Confirmed): Vote[] =>
  votes.map((vote) => (vote.mark?.id === mark ? { ...vote, confirmed } : vote));
