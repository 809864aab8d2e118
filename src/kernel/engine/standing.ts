import { holds } from '../cel/evaluate.ts';
import { type Asked, isPending } from '../cel/things.ts';
import type { Scope } from '../cel/world.ts';
import type { Action, Allowed, Group } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { concurrentFor } from './concurrent.ts';
import type { RecordState } from './types.ts';
import { isActive, personsOf, personsOfAll, personsWhen, present, principalsOf } from './who.ts';
import { typeOf, type Work } from './work.ts';

/** In which groups somebody counts, and for which entries of each. */
export type Ballot = { group: number; allowed: number[] };

/** Whether the actor may do something: as self or for whom, counting where; or why not. */
export type Standing =
  | {
      may: true;
      for?: string;
      ballots: Ballot[];
      role?: string;
      throughAct?: true;
      /** 兼任: the exception that lets somebody barred do it all the same; the vote then waits for a countersignature. */
      concurrent?: string;
    }
  | { may: 'pending' }
  | { may: false; refusal: Refusal };

type Asking = {
  /** Absent: nothing that could be permitted as concurrent duties. */
  action?: string;
  by: Group[];
  never: Action['never'];
  deputy: boolean;
  clauses: string[];
  label: { zh: string; en: string };
};

/**
 * Who, then never. A person counts as self first, then for each principal; whoever is barred is barred in every capacity, and so
 * is whoever acts for somebody barred, unless an exception in force permits it openly (兼任), as self and by an act of its own. The clock counts where `by` names it; another record's act where `by` names that act.
 */
export function standing(work: Work, asking: Asking, scope: Scope): Standing {
  const { actor, directory, now } = work.input;
  const byAct = ballotsOf(asking.by, (entry) => namesAct(work, entry));
  if (byAct.length > 0) return throughAct(work, asking, byAct, scope);
  if (actor.kind === 'clock') {
    const ballots = ballotsOf(asking.by, (entry) => entry.who.kind === 'clock');
    return coversAll(asking.by, ballots) ? { may: true, ballots } : notAllowed(asking);
  }
  if (actor.person === undefined) return notAllowed(asking);
  const barred = barredPersons(work, asking.never, scope);
  if (barred.pending) return { may: 'pending' };
  const capacities = [actor.person, ...(asking.deputy ? principalsOf(directory, actor.person, now) : [])];
  return asOneOf(work, capacities, asking, scope, barred.persons);
}

/** Every pack's group is met by the act around this one, or by whoever does it. */
function throughAct(work: Work, asking: Asking, ballots: Ballot[], scope: Scope): Standing {
  const { actor } = work.input;
  const person = actor.kind === 'clock' ? undefined : actor.person;
  const own = person === undefined ? [] : ballotsFor(work, person, asking.by, scope).ballots;
  return coversAll(asking.by, [...ballots, ...own]) ? { may: true, ballots, throughAct: true } : notAllowed(asking);
}

/** Whether somebody counts in every group: what one person (or the clock) does alone must satisfy each pack. */
export const coversAll = (groups: Group[], ballots: Ballot[]): boolean =>
  groups.every((_, index) => ballots.some(({ group }) => group === index));

function asOneOf(work: Work, capacities: string[], asking: Asking, scope: Scope, barred: Set<string>): Standing {
  const self = capacities[0]!;
  let pending = false;
  let stopped = false;
  for (const person of capacities) {
    const found = ballotsFor(work, person, asking.by, scope);
    pending ||= found.pending;
    if (found.ballots.length === 0) continue;
    if (barred.has(self) || barred.has(person)) {
      stopped = true;
      continue;
    }
    const role = roleIn(asking.by, found.ballots);
    return {
      may: true,
      ballots: found.ballots,
      ...(person === self ? {} : { for: person }),
      ...(role ? { role } : {}),
    };
  }
  if (pending) return { may: 'pending' };
  const concurrent = stopped ? concurrently(work, self, asking, scope) : undefined;
  if (concurrent) return concurrent;
  const others = othersWho(work, asking, scope, barred);
  return stopped ? isBarred(asking, others) : notAllowed(asking, others);
}

/** 兼任: barred, and named for this act by an exception in force. Never as somebody's deputy, and never as part of another act. */
function concurrently(work: Work, self: string, asking: Asking, scope: Scope): Standing | undefined {
  if (!scope.self || work.around.length > 0 || !asking.action || asking.action === 'open') return undefined;
  const { ballots } = ballotsFor(work, self, asking.by, scope);
  if (ballots.length === 0) return undefined;
  const permitted = concurrentFor(work, scope.self, asking.action, [self]);
  if (permitted === 'pending') return { may: 'pending' };
  const exception = permitted.get(self);
  if (exception === undefined) return undefined;
  const role = roleIn(asking.by, ballots);
  return { may: true, ballots, concurrent: exception, ...(role ? { role } : {}) };
}

function ballotsFor(
  work: Work,
  person: string,
  groups: Group[],
  scope: Scope,
): { ballots: Ballot[]; pending: boolean } {
  let pending = false;
  const ballots = ballotsOf(groups, (entry) => {
    if (isNotForDeputies(work, person, entry)) return false;
    const active = isActive(work, entry, scope);
    if (active === 'pending') pending = true;
    if (active !== true) return false;
    if (entry.who.kind === 'anyone') return true;
    const meant = personsWhen(work, entry, scope);
    if (meant.pending) pending = true;
    return meant.persons.includes(person);
  });
  return { ballots, pending };
}

/** Whether somebody else than the actor counts here by a role that is declared to have no deputies. */
function isNotForDeputies({ input }: Work, person: string, { who }: Allowed): boolean {
  if (input.actor.kind !== 'person' || input.actor.person === person) return false;
  return (who.kind === 'role' || who.kind === 'role_of') && input.current.roles[who.role]?.deputy === 'no';
}

function ballotsOf(groups: Group[], counts: (entry: Allowed) => boolean): Ballot[] {
  return groups.flatMap((group, index) => {
    const allowed = group.any.flatMap((entry, i) => (counts(entry) ? [i] : []));
    return allowed.length > 0 ? [{ group: index, allowed }] : [];
  });
}

/** Whether the act around this one is the one an entry names; a kind of a type counts as the type. */
function namesAct(work: Work, entry: Allowed): boolean {
  const { who } = entry;
  const outer = work.around.at(-1);
  if (who.kind !== 'act' || !outer || outer.action !== who.action) return false;
  if (outer.type === who.record) return true;
  const state = work.states.get(outer.record);
  return (state && typeOf(work, state)?.kinds.includes(who.record)) ?? false;
}

function barredPersons(work: Work, never: Action['never'], scope: Scope): { persons: Set<string>; pending: boolean } {
  const persons = new Set<string>();
  let pending = false;
  for (const who of never) {
    const meant = personsOf(work, who, scope);
    pending ||= meant.pending;
    for (const person of meant.persons) persons.add(person);
  }
  for (const earlier of predecessors(scope, persons)) persons.add(earlier);
  return { persons, pending };
}

/** Whoever handed something in this record over is barred where who has it now is: moving to another post frees nobody. */
function predecessors({ self }: Scope, persons: Set<string>): string[] {
  const barred = new Set(persons);
  for (const { from, to } of (self?.handed ?? []).toReversed()) if (barred.has(to)) barred.add(from);
  return [...barred];
}

function roleIn(groups: Group[], ballots: Ballot[]): string | undefined {
  for (const { group, allowed } of ballots) {
    const who = groups[group]?.any[allowed[0]!]?.who;
    if (who?.kind === 'role' || who?.kind === 'role_of') return who.role;
  }
  return undefined;
}

const MOST_NAMED = 4;

/** Names of those who may instead, so that whoever is refused knows whom to ask. */
function othersWho(work: Work, asking: Asking, scope: Scope, barred: Set<string>): string[] {
  const entries = asking.by.flatMap((group) => group.any).filter(({ who }) => who.kind !== 'anyone');
  const persons = present(work, personsOfAll(work, entries, scope).persons).filter((person) => !barred.has(person));
  return persons.slice(0, MOST_NAMED).map((person) => work.input.directory.persons[person]?.name ?? person);
}

const askThem = (names: string[]): Text =>
  names.length > 0
    ? text(`可由${names.join('、')}辦理`, `${names.join(', ')} may`)
    : text(
        '請洽有此權責的人；若沒有，請資安承辦人指派',
        'Ask somebody who may; if there is nobody, the coordinator appoints one',
      );

export const notAllowed = ({ label, clauses }: Asking, others: string[] = []): Standing & { may: false } => ({
  may: false,
  refusal: {
    code: 'by',
    message: text(`「${label.zh}」不在您的權責`, `“${label.en}” is not yours to do`),
    fix: { text: askThem(others) },
    clauses,
  },
});

const isBarred = ({ label, clauses }: Asking, others: string[]): Standing => ({
  may: false,
  refusal: {
    code: 'never',
    message: text(
      `職務須分離：您（或您所代理的人）不得「${label.zh}」`,
      `Duties are separated: you, or whoever you act for, may not do “${label.en}”`,
    ),
    fix: { text: askThem(others) },
    clauses,
  },
});

export type Able = { persons: string[]; role?: string; pending: boolean };

/** Whose task an action is: whoever could act, and where everybody is barred, those whom an exception permits it (兼任). */
export function whoseTask(work: Work, action: Action, scope: Scope): Able {
  const able = couldAct(work, action, scope);
  if (able.pending || able.persons.length > 0 || !scope.self) return able;
  const all = couldAct(work, { ...action, never: [] }, scope);
  const permitted = concurrentFor(work, scope.self, action.name, all.persons);
  return permitted === 'pending' ? { ...able, pending: true } : { ...able, persons: [...permitted.keys()] };
}

/** Who of an action's `by` could act on a record, apart from those barred: what a task list needs. Nobody where its `when` does not hold. */
export function couldAct(work: Work, action: Action, scope: Scope): Able {
  const applies = action.when ? holds(action.when, scope) : true;
  if (applies !== true) return { persons: [], pending: isPending(applies as Asked) };
  const barred = barredPersons(work, action.never, scope);
  let pending = barred.pending;
  let role: string | undefined;
  const persons: string[] = [];
  for (const entry of action.by.flatMap((group) => group.any)) {
    const active = isActive(work, entry, scope);
    if (active === 'pending') pending = true;
    if (active !== true || entry.who.kind === 'anyone') continue;
    const meant = personsWhen(work, entry, scope);
    pending ||= meant.pending;
    if (entry.who.kind === 'role' || entry.who.kind === 'role_of') role ??= entry.who.role;
    persons.push(...meant.persons);
  }
  const free = present(work, [...new Set(persons)]).filter((person) => !barred.persons.has(person));
  return { persons: free, pending, ...(role === undefined ? {} : { role }) };
}

/** Everything an action asks of whoever wants to do it. */
export const askingOf = (action: Action, clauses: string[] = action.clauses): Asking => ({
  action: action.name,
  by: action.by,
  never: action.never,
  deputy: action.deputy,
  clauses,
  label: action.label,
});

/** Whether the actor, as self or as somebody's deputy, counts in every pack's group, whatever the state. */
export function countsInAll(work: Work, groups: Group[], scope: Scope): boolean | 'pending' {
  const { actor } = work.input;
  if (actor.kind === 'setup') return true;
  if (actor.kind === 'clock') return false;
  const capacities = [actor.person, ...principalsOf(work.input.directory, actor.person, work.input.now)];
  let pending = false;
  for (const person of capacities) {
    const found = ballotsFor(work, person, groups, scope);
    pending ||= found.pending;
    if (coversAll(groups, found.ballots)) return true;
  }
  return pending ? 'pending' : false;
}

/** Everybody some groups mean, who are here. */
export function personsIn(work: Work, groups: Group[], scope: Scope): string[] {
  const entries = groups.flatMap((group) => group.any).filter(({ who }) => who.kind !== 'anyone');
  return present(work, personsOfAll(work, entries, scope).persons);
}

/** Whether the actor may write a section in the record's present state; every pack's group must agree. */
export function mayFill(work: Work, state: RecordState, section: string, scope: Scope): boolean | 'pending' {
  const filled = typeOf(work, state)?.sections[section]?.filled;
  if (!filled || filled === 'none' || !filled.in.includes(state.state)) return false;
  return countsInAll(work, filled.by, scope);
}
