import { localDate } from '../calendar/date.ts';
import { type Text, text } from '../text.ts';
import type { Envelope } from './envelope.ts';

/**
 * Authority is evidence: a role is held because the ledger says so. Two event types carry it:
 * `grant.given {grant, person, role, unit, from, until?, by: [person, …], setup?}` and `grant.revoked {grant}`.
 * `grants.revoked {person, role?}` takes away all of a person's, or those of one role.
 * Dates are inclusive office days (Asia/Taipei); moments (ISO UTC) are also understood, `until` then exclusive.
 */
export type KnownGrant = {
  grant: string;
  person: string;
  role: string;
  unit: string;
  from: string;
  until?: string;
  position: number;
  revokedAt?: number;
  /** It was not given as the rules demand. */
  flawed: boolean;
};

/** Every grant met so far, by id; built while reading the ledger from its beginning. */
export type GrantIndex = {
  grants: Map<string, KnownGrant>;
  setUp: boolean;
  /** Who signed the paper that a command enters: its events rely on the signer's grants, not on those of whoever entered it. */
  paper?: { command: string; signers: string[] };
};

export type ActRules = {
  /** Roles that approve: two persons other than the holder give them. */
  isApproving: (role: string) => boolean;
  /** Whether an act of this kind must name a grant at all; default: no act must. */
  needsGrant?: (envelope: Envelope) => boolean;
  /** What an event demands beyond that; called for each, before its grants are learned. */
  further?: (envelope: Envelope, index: GrantIndex) => Text[];
  /** The event after which set-up is over and `setup: true` excuses nothing; default type `setup.finished`. */
  endsSetup?: (envelope: Envelope) => boolean;
};

export type ActFault = { position: number; message: Text };

export const emptyGrantIndex = (): GrantIndex => ({ grants: new Map(), setUp: true });

/** Checks every act against the grants it names; `index` is brought up to date on the way (in place). */
export async function* checkActs(
  acts: AsyncIterable<{ position: number; envelope: Envelope }> | Iterable<{ position: number; envelope: Envelope }>,
  index: GrantIndex,
  rules: ActRules,
): AsyncGenerator<ActFault> {
  for await (const { position, envelope } of acts) {
    for (const message of followAct(index, position, envelope, rules)) yield { position, message };
  }
}

/** Judges one act by the grants before it, then learns from it. Returns what is wrong with it. */
export function followAct(index: GrantIndex, position: number, envelope: Envelope, rules: ActRules): Text[] {
  const signers = learnPaper(index, envelope);
  const faults = envelope.actor.grants.flatMap(
    (grant) => relianceFault(index.grants.get(grant), grant, envelope, signers) ?? [],
  );
  if (envelope.actor.grants.length === 0 && rules.needsGrant?.(envelope)) {
    faults.push(text('此作為未指明所憑的授權', 'the act names no grant to rely on'));
  }
  faults.push(...(rules.further?.(envelope, index) ?? []));
  if (envelope.type === 'grants.revoked') learnAllRevoked(index, position, envelope);
  if (envelope.type === 'grant.given') faults.push(...learnGiven(index, position, envelope, rules));
  if (envelope.type === 'grant.revoked') faults.push(...learnRevoked(index, position, envelope));
  const ends = rules.endsSetup?.(envelope) ?? envelope.type === 'setup.finished';
  if (ends) index.setUp = false;
  return faults;
}

/** Signers of the paper this command enters, if it enters any. */
function learnPaper(index: GrantIndex, { type, command, data }: Envelope): string[] {
  if (type === 'record.voted' && Array.isArray(data.votes)) {
    const votes = data.votes as { by?: string; mark?: { kind?: string } }[];
    const signers = votes.flatMap(({ by, mark }) => (mark?.kind === 'paper' && by !== undefined ? [by] : []));
    if (signers.length > 0) index.paper = { command, signers };
  }
  return index.paper && index.paper.command === command ? index.paper.signers : [];
}

function relianceFault(
  known: KnownGrant | undefined,
  grant: string,
  { actor, at }: Envelope,
  signers: string[],
): Text | undefined {
  if (!known)
    return text(
      `所憑授權 ${grant} 不在此前的軌跡中`,
      `relies on grant ${grant}, which the ledger before it does not hold`,
    );
  if (known.flawed)
    return text(`所憑授權 ${grant} 授予程序不符`, `relies on grant ${grant}, which was not properly given`);
  if (known.revokedAt !== undefined) {
    return text(
      `所憑授權 ${grant} 已於第 ${known.revokedAt} 筆撤銷`,
      `relies on grant ${grant}, revoked at ${known.revokedAt}`,
    );
  }
  if (known.person !== actor.person && known.person !== actor.for && !signers.includes(known.person)) {
    return text(`所憑授權 ${grant} 屬於他人`, `relies on grant ${grant}, which belongs to somebody else`);
  }
  return inForce(known, at)
    ? undefined
    : text(`所憑授權 ${grant} 當時不在有效期間`, `relies on grant ${grant}, not in force at that moment`);
}

function learnGiven(index: GrantIndex, position: number, envelope: Envelope, rules: ActRules): Text[] {
  const { grant, person, role, unit, from, until } = envelope.data;
  if (![grant, person, role, from].every((value) => typeof value === 'string' && value !== '')) {
    return [text('授權事項缺少欄位', 'the grant event lacks a member')];
  }
  const faults: Text[] = [];
  if (index.grants.has(String(grant))) faults.push(text(`授權 ${grant} 重複授予`, `grant ${grant} was given before`));
  const excused = index.setUp && envelope.data.setup === true && envelope.actor.via === 'setup';
  if (!excused) faults.push(...givingFaults(envelope, rules));
  index.grants.set(String(grant), {
    grant: String(grant),
    person: String(person),
    role: String(role),
    unit: typeof unit === 'string' ? unit : '',
    from: String(from),
    ...(typeof until === 'string' ? { until } : {}),
    position,
    flawed: faults.length > 0,
  });
  return faults;
}

function givingFaults({ data, actor }: Envelope, rules: ActRules): Text[] {
  const by = new Set(Array.isArray(data.by) ? data.by.filter((giver) => typeof giver === 'string') : []);
  const faults: Text[] = [];
  if (!by.has(actor.person ?? '') && !by.has(actor.for ?? '')) {
    faults.push(text('授予人不含作為人', 'the one who acted is not among those who gave it'));
  }
  by.delete(String(data.person));
  const needed = rules.isApproving(String(data.role)) ? 2 : 1;
  if (by.size < needed) {
    faults.push(
      text(
        `角色 ${data.role} 應由本人以外 ${needed} 人授予，僅 ${by.size} 人`,
        `role ${data.role} needs ${needed} givers other than its holder and has ${by.size}`,
      ),
    );
  }
  return faults;
}

function learnRevoked(index: GrantIndex, position: number, { data }: Envelope): Text[] {
  const known = index.grants.get(String(data.grant));
  if (!known)
    return [text(`撤銷的授權 ${data.grant} 不存在`, `revokes grant ${data.grant}, which the ledger does not hold`)];
  known.revokedAt ??= position;
  return [];
}

function learnAllRevoked({ grants }: GrantIndex, position: number, { data }: Envelope): void {
  for (const known of grants.values())
    if (known.person === data.person && (data.role === undefined || known.role === data.role))
      known.revokedAt ??= position;
}

function inForce({ from, until }: KnownGrant, at: string): boolean {
  const began = isDay(from) ? localDate(at) >= from : Date.parse(at) >= Date.parse(from);
  if (!began || until === undefined) return began;
  return isDay(until) ? localDate(at) <= until : Date.parse(at) < Date.parse(until);
}

const isDay = (value: string) => value.length === 10;
