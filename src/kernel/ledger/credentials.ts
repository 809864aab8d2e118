import type { Text } from '../text.ts';
import { type Credential, type CredentialKind, credentialsIn } from './credential-mark.ts';
import { earlierFound, earlierUsed, gone, unknownFound, unknownUsed, withoutSecondFactor } from './credential-words.ts';
import type { Envelope } from './envelope.ts';

/**
 * Which passwords, one-time codes and passkeys were in force when, by the installation's ledger: an event names what comes into force
 * (`entered`), what leaves (`removed`) and what somebody proved themselves with (`used`), each by its mark. Whoever owns the database and puts
 * an earlier one back, with the genuine binding it had, is found where it was used, and while it stands there (decision 0190).
 */
export type CredentialIndex = Map<string, Account>;

type Account = { kinds: Map<CredentialKind, Held>; erased: boolean };

/** Of one kind: what is in force, what was, and whether every one there can be is known (not of accounts from before marks were kept). */
type Held = {
  standing: Map<string, Standing>;
  left: Map<string, Left>;
  whole: boolean;
  /** Where it was last said that all of the kind are about to go. */
  goingAt?: number;
};

/**
 * Told of first at `first`, last at `position`. `doubt`: since when it may or may not stand, for an event tells what was about to be done and
 * none what came of it.
 */
type Standing = { since: string; first: number; position: number; doubt?: string };
type Left = { until: string; position: number };

/** A credential the database has bound to an account, as it can be used. */
export type BoundCredential = { account: string; kind: CredentialKind; mark: string };

export const emptyCredentialIndex = (): CredentialIndex => new Map();

/**
 * Somebody may have begun to sign in before a change that is entered first: that long after it (ms) the one before is not held against them.
 */
const AT_ONCE_MS = 60_000;
const atOnce = (earlier: string, later: string): boolean => Date.parse(later) - Date.parse(earlier) <= AT_ONCE_MS;

/** Types of the events that are followed: the rest need not be read. */
export const namesCredentials = (type: string): boolean =>
  /^(account\.(opened|erased)|password\.|factor\.(adding|added|removing|removed|confirmed)|reset\.completed|sign_in\.(succeeded|second_factor_asked)$)/.test(
    type,
  );

/** Judges what an event says was used by what was in force before it; then learns from it. Returns what is wrong. */
export function followCredentials(
  index: CredentialIndex,
  position: number,
  { type, at, data }: Pick<Envelope, 'type' | 'at' | 'data'>,
): Text[] {
  const { account: id, outcome, by } = data;
  if (typeof id !== 'string') return [];
  const account = accountIn(index, id);
  const place = { position, at, id };
  const faults = credentialsIn(data.used).flatMap((one) => useFault(account, one, place) ?? []);
  if (type === 'sign_in.succeeded' && by === 'password') faults.push(...passedBy(account, place));
  const done = outcome !== 'intended';
  const entered = credentialsIn(data.entered);
  if (type === 'account.opened' && entered.length > 0) for (const kind of KINDS) heldOf(account, kind).whole = true;
  for (const one of credentialsIn(data.removed)) remove(heldOf(account, one.kind), one.mark, done, place);
  for (const { kind, mark } of entered) if (mark !== undefined) enter(account, kind, mark, done, place);
  if (type === 'account.erased') erase(account, place);
  return faults;
}

/**
 * Compares what the database holds now with what is in force by the ledger up to the same moment: an earlier one that stands there again and
 * waits to be used, one nobody entered, one that was taken away. `accounts` are those there are: one that is gone lets nobody in.
 */
export function presentFaults(
  index: CredentialIndex,
  present: readonly BoundCredential[],
  accounts: ReadonlySet<string>,
): { position?: number; message: Text }[] {
  const there = new Set(present.flatMap((one) => [keyOf(one), keyOf({ ...one, mark: '' })]));
  const found = present.flatMap(({ account: id, kind, mark }) => {
    const account = index.get(id);
    const held = account?.kinds.get(kind);
    if (!held || account?.erased || held.standing.has(mark)) return [];
    const left = held.left.get(mark);
    if (left) return [{ position: left.position, message: earlierFound(kind, id, left) }];
    return held.whole ? [{ message: unknownFound(kind, id) }] : [];
  });
  const missing = [...index].flatMap(([id, { kinds, erased }]) => {
    if (erased || !accounts.has(id)) return [];
    return [...kinds].flatMap(([kind, { standing }]) =>
      [...standing].flatMap(([mark, { doubt, position, since }]) =>
        // Of a kind there is one of, another one there is told above, or is what a change that was cut off has left.
        doubt !== undefined || there.has(keyOf({ account: id, kind, mark: kind === 'passkey' ? mark : '' }))
          ? []
          : [{ position, message: gone(kind, id, { position, at: since }) }],
      ),
    );
  });
  return [...found, ...missing];
}

const keyOf = ({ account, kind, mark }: BoundCredential): string => `${kind} ${mark} ${account}`;

const KINDS: CredentialKind[] = ['password', 'totp', 'backup_codes', 'passkey'];

type Place = { position: number; at: string; id: string };

function accountIn(index: CredentialIndex, id: string): Account {
  const known = index.get(id) ?? { kinds: new Map(), erased: false };
  index.set(id, known);
  return known;
}

function heldOf({ kinds }: Account, kind: CredentialKind): Held {
  const held = kinds.get(kind) ?? { standing: new Map(), left: new Map(), whole: false };
  kinds.set(kind, held);
  return held;
}

function useFault(account: Account, { kind, mark }: Credential, place: Place): Text | undefined {
  if (mark === undefined) return undefined;
  const held = heldOf(account, kind);
  if (held.standing.has(mark)) return settle(held, kind, mark, place);
  const left = held.left.get(mark);
  if (left) return atOnce(left.until, place.at) ? undefined : earlierUsed(kind, place, left);
  if (held.whole) return unknownUsed(kind, place);
  // From before marks were kept: what is used first is what the account had.
  held.standing.set(mark, { since: place.at, first: place.position, position: place.position });
  held.whole = kind !== 'passkey';
  return undefined;
}

/** What is used stands; what else might have stood in its place, since longer than two things at once take, does not. */
function settle({ standing, left }: Held, kind: CredentialKind, mark: string, { at, position }: Place): undefined {
  const used = standing.get(mark);
  if (used?.doubt === undefined && standing.size === 1) return;
  const others = kind === 'passkey' ? [] : [...standing].filter(([other]) => other !== mark);
  if (others.some(([, other]) => atOnce(other.since, at))) return;
  if (used?.doubt !== undefined && !atOnce(used.doubt, at)) delete used.doubt;
  for (const [other] of others) {
    standing.delete(other);
    left.set(other, { until: at, position });
  }
}

/** A password alone let somebody in though one-time codes were in force: they were switched off past the program. */
function passedBy(account: Account, { at, id }: Place): Text[] {
  const codes = [...(account.kinds.get('totp')?.standing.values() ?? [])];
  const stood = codes.find(({ doubt, since }) => doubt === undefined && !atOnce(since, at));
  return stood ? [withoutSecondFactor(id, at, stood.position)] : [];
}

function enter(account: Account, kind: CredentialKind, mark: string, done: boolean, { at, position }: Place): void {
  const held = heldOf(account, kind);
  const { standing, left } = held;
  const first = standing.get(mark)?.first ?? position;
  left.delete(mark);
  if (done && kind !== 'passkey') {
    held.whole = true;
    for (const [other, one] of standing) {
      if (other === mark) continue;
      // Of two changes that overlapped, whichever was told last, either may be what stands.
      if (one.position > first || (one.doubt !== undefined && atOnce(one.doubt, at))) one.doubt ??= at;
      else {
        standing.delete(other);
        left.set(other, { until: at, position });
      }
    }
  }
  standing.set(mark, { since: at, first, position, ...(done ? {} : { doubt: at }) });
}

function remove(held: Held, mark: string | undefined, done: boolean, { at, position }: Place): void {
  for (const one of mark === undefined ? [...held.standing.keys()] : [mark]) {
    const known = held.standing.get(one);
    if (!done && known) known.doubt = at;
    if (!done) continue;
    // One added while all of its kind went may have come after.
    if (mark === undefined && known && known.position > (held.goingAt ?? position)) known.doubt ??= at;
    else {
      held.standing.delete(one);
      held.left.set(one, { until: at, position });
    }
  }
  if (mark !== undefined) return;
  if (done) held.whole = true;
  else held.goingAt = position;
}

function erase(account: Account, place: Place): void {
  account.erased = true;
  for (const kind of KINDS) remove(heldOf(account, kind), undefined, true, place);
}
