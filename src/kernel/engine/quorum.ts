import { addSpan } from '../calendar/span.ts';
import type { Scope } from '../cel/world.ts';
import type { Action, Group } from '../pack/types.ts';
import { counts } from './marks.ts';
import type { Ballot } from './standing.ts';
import { spanIn } from './time.ts';
import type { Confirmed, Mark, RecordState, Values, Vote } from './types.ts';
import { isActive, personsWhen } from './who.ts';
import type { Work } from './work.ts';

/** Whether every pack's group is satisfied, by different people, and who is still missing. */
export type Tally = { met: boolean; pending: boolean; votes: Vote[]; waitingFor: string[] };

/**
 * Earlier votes that still count beside new ones: within the group's window, for the same content, and not replaced by the same
 * person voting again.
 */
export function collectVotes(work: Work, action: Action, state: RecordState, cast: Cast, scope: Scope): Vote[] {
  const earlier = (state.pending[action.name] ?? []).filter(
    (vote) =>
      vote.by !== cast.by && agrees(vote.asked, cast.asked) && inWindow(work, action.by[vote.group], vote, scope),
  );
  const fresh = cast.ballots.map(({ group, allowed }): Vote => {
    const after = cast.afterReset ? { afterReset: cast.afterReset } : {};
    const principal = cast.for === undefined ? {} : { for: cast.for };
    const { factor, signature } = cast;
    const proof = { ...(factor === undefined ? {} : { factor }), ...(signature === undefined ? {} : { signature }) };
    return {
      by: cast.by,
      ...principal,
      group,
      allowed,
      at: work.input.now,
      asked: cast.asked,
      ...proof,
      ...cast.marked,
      ...after,
    };
  });
  return [...earlier, ...fresh];
}

export type Cast = {
  by: string;
  for?: string;
  ballots: Ballot[];
  asked: Values;
  afterReset?: true;
  marked?: { mark: Mark; factor: string; role?: string; confirmed?: Confirmed } | undefined;
} & Pick<Vote, 'factor' | 'signature'>;

/** What each signer says in their own words. */
const OWN_WORDS = ['reason', 'opinion', 'remark'];

/** Nobody may complete what somebody else signed with other contents. */
const agrees = (a: Values, b: Values): boolean =>
  Object.keys(a).every(
    (name) => OWN_WORDS.includes(name) || b[name] === undefined || JSON.stringify(a[name]) === JSON.stringify(b[name]),
  );

function inWindow(work: Work, group: Group | undefined, vote: Vote, scope: Scope): boolean {
  if (!group?.together) return true;
  const span = spanIn(group.together, scope);
  if (span === undefined || span === 'pending') return false;
  return addSpan(work.input.calendar, vote.at, span).value >= work.input.now;
}

/** Counts the votes group by group; marked ones once confirmed. */
export function tally(work: Work, action: Action, votes: Vote[], scope: Scope): Tally {
  let pending = false;
  const waitingFor = new Set<string>();
  let met = true;
  action.by.forEach((group, index) => {
    const counted = tallyGroup(
      work,
      group,
      votes.filter((vote) => vote.group === index),
      scope,
    );
    pending ||= counted.pending;
    if (counted.met) return;
    met = false;
    for (const person of counted.missing) waitingFor.add(person);
  });
  return { met, pending, votes, waitingFor: [...waitingFor] };
}

function tallyGroup(
  work: Work,
  group: Group,
  votes: Vote[],
  scope: Scope,
): { met: boolean; pending: boolean; missing: string[] } {
  const people = distinct(votes.filter(counts));
  const entries = group.any.map((entry) => isActive(work, entry, scope));
  const pending = entries.includes('pending');
  if (group.quorum === 'all') {
    const active = entries.flatMap((is, i) => (is === true ? [i] : []));
    const open = unmatched(active, people);
    return { met: open.length === 0, pending, missing: personsMissing(work, group, open, votes, scope) };
  }
  const met = people.length >= group.quorum;
  const all = entries.flatMap((is, i) => (is === true ? [i] : []));
  return { met, pending, missing: met ? [] : personsMissing(work, group, all, votes, scope) };
}

/** One vote per person, and none for a principal who is already represented. */
function distinct(votes: Vote[]): Vote[] {
  const seen = new Set<string>();
  return votes.filter((vote) => {
    const names = vote.for === undefined ? [vote.by] : [vote.by, vote.for];
    if (names.some((name) => seen.has(name))) return false;
    for (const name of names) seen.add(name);
    return true;
  });
}

/** Entries left over when every person fills at most one: augmenting paths. */
function unmatched(entries: number[], votes: Vote[]): number[] {
  const filledBy = new Map<number, number>();
  const place = (vote: number, tried: Set<number>): boolean => {
    for (const entry of votes[vote]!.allowed) {
      if (!entries.includes(entry) || tried.has(entry)) continue;
      tried.add(entry);
      const other = filledBy.get(entry);
      if (other === undefined || place(other, tried)) {
        filledBy.set(entry, vote);
        return true;
      }
    }
    return false;
  };
  votes.forEach((_, vote) => {
    place(vote, new Set());
  });
  return entries.filter((entry) => !filledBy.has(entry));
}

function personsMissing(work: Work, group: Group, entries: number[], votes: Vote[], scope: Scope): string[] {
  const voted = new Set(votes.map((vote) => vote.by));
  const meant = entries.flatMap((entry) => personsWhen(work, group.any[entry]!, scope).persons);
  return [...new Set(meant)].filter((person) => !voted.has(person));
}
