import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { assess, type Doing, type Stage } from './assess.ts';
import { compute } from './compute.ts';
import { followUp, tellAll } from './follow-ups.ts';
import { gapClauses, shownClauses } from './gap.ts';
import { counts } from './marks.ts';
import { markFor, otherwiseRefused, tellConfirmers } from './otherwise.ts';
import { planOf } from './plan.ts';
import { collectVotes, tally } from './quorum.ts';
import { save } from './save.ts';
import { seal, voidSeals, votesTouched } from './seals.ts';
import { nothingToSign, toBeSigned, unsigned } from './signing.ts';
import type { Standing } from './standing.ts';
import { dueOf } from './time.ts';
import type { ActState, RecordState, Values, Vote } from './types.ts';
import { superseded } from './versions.ts';
import { concurrentInPerson, factorWanted, noSuchAction, noSuchRecord } from './words.ts';
import { asIf, emit, moment, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/**
 * Does an action: who, never, state; then required fields and gates, reported together; then the vote, and once the quorum is
 * complete the act, its seals and what follows. What a voter fills in along with the vote is saved at once, so that the next one reads
 * what is signed. An owed act done where it does not begin is made good in place: sealed, settled and
 * told, but nothing moves. Returns what refuses it; nothing when done, or when something must be asked first.
 */
export function act(work: Work, doing: Doing): Refusal[] {
  const found = recordOf(work, doing.record);
  if (!found || 'thing' in found) return found ? [] : [noSuchRecord(doing.record)];
  const type = typeOf(work, found);
  const action = type?.actions[doing.action];
  if (!type || !action || action.name === 'open') return [noSuchAction(doing.action)];
  const impossible = otherwiseRefused(work, type, found, action, doing);
  if (impossible.length > 0) return impossible;
  const stage = asIf(work, signerOf(work, doing), () => assess(work, type, found, action, doing));
  if ('stopped' in stage) return [stage.stopped];
  if (stage.refusals.length > 0 && stage.final) return stage.refusals;
  if (work.needs.size > 0) return [];
  if (stage.refusals.length > 0) return stage.refusals;
  if (stage.standing.concurrent !== undefined && (doing.paper || doing.backfill)) return [concurrentInPerson(action)];
  const unproved = needsFactor(work, action, stage);
  if (unproved) return [unproved];
  const { proof, missing } = proofFor(work, type, action, stage, doing);
  return missing ? [missing] : vote(work, type, action, stage, doing, proof);
}

/** Whose act it is where that is not whoever acts now: of a paper its signer, within a confirmed act whoever signed that. */
const signerOf = (work: Work, doing: Doing): string | undefined =>
  doing.paper?.signer ?? (doing.nested ? work.behalf?.by : undefined);

// ── voting and doing ───────────────────────────────────────────────────────────────────────────────────────────────

function needsFactor(work: Work, action: Action, stage: Stage): Refusal | undefined {
  const { actor } = work.input;
  if (!action.seal || stage.standing.throughAct || actor.kind !== 'person') return undefined;
  return actor.factor === undefined || actor.factor === 'none' ? factorWanted : undefined;
}

/** How this signer proves who they are, kept with the vote when others sign later; what a passkey has yet to sign is missing. */
function proofFor(
  work: Work,
  type: RecordType,
  action: Action,
  stage: Stage,
  doing: Doing,
): { proof: Proof; missing?: Refusal } {
  const { actor, organisation } = work.input;
  if (actor.kind !== 'person' || signerOf(work, doing) !== undefined) return { proof: {} };
  if (!action.seal || stage.standing.throughAct) {
    // Asking what to sign must never do what asks for no signature.
    const asks = actor.factor === 'passkey' && actor.signed === undefined;
    return asks ? { proof: {}, missing: nothingToSign } : { proof: {} };
  }
  const { written, without, ...about } = toBeSigned(type, action, {
    organisation,
    record: stage.state.id,
    values: stage.candidate.values,
  });
  const missing = unsigned(actor, { ...about, written, without });
  if (missing) return { proof: {}, missing };
  const factor = actor.factor === undefined ? {} : { factor: actor.factor };
  return {
    proof: { ...factor, ...(actor.signed ? { signature: { ...actor.signed.signature, written, without } } : {}) },
  };
}

type Proof = Pick<Vote, 'factor' | 'signature'>;

function vote(work: Work, type: RecordType, action: Action, stage: Stage, doing: Doing, proof: Proof): Refusal[] {
  const { actor } = work.input;
  const person = signerOf(work, doing) ?? (actor.kind === 'clock' ? undefined : actor.person);
  const { standing: stands, state } = stage;
  if (stands.throughAct || person === undefined) return complete(work, type, action, stage, []);
  const scope = scopeOf(work, stage.candidate);
  const marked = doing.nested && work.behalf ? carriedOn(work.behalf, stands) : markFor(work, stands, doing);
  const cast = {
    by: person,
    ballots: stands.ballots,
    asked: stage.given,
    ...(stands.for === undefined ? {} : { for: stands.for }),
    ...(marked ? { marked } : {}),
    ...proof,
    ...(actor.kind === 'person' && actor.afterReset && person === actor.person ? { afterReset: true as const } : {}),
  };
  const counted = tally(work, action, collectVotes(work, action, sameContent(type, action, stage), cast, scope), scope);
  if (work.needs.size > 0) return [];
  if (counted.met) return complete(work, type, action, stage, counted.votes.filter(counts));
  const refusals = save(work, state.id, stage.written);
  if (refusals.length > 0 || work.needs.size > 0) return refusals;
  emit(work, recordOf(work, state.id) as RecordState, {
    stream: state.id,
    type: 'record.voted',
    data: { type: type.name, action: action.name, votes: counted.votes, for: stands.for },
    gates: stage.judged.seen,
    clauses: action.clauses,
  });
  stage.judged.note(work);
  if (!marked) work.waitingFor.push(...counted.waitingFor);
  if (marked && !work.behalf) tellConfirmers(work, type, recordOf(work, state.id) as RecordState, marked.mark.id);
  return [];
}

/** What a confirmed act sets off elsewhere rests on the same paper, and on the same second person. */
const carriedOn = ({ mark, factor, confirmed }: Vote, stands: Standing & { may: true }) =>
  mark && {
    mark,
    factor: factor ?? 'none',
    ...(confirmed ? { confirmed } : {}),
    ...(stands.role === undefined ? {} : { role: stands.role }),
  };

/** Votes given for other content do not count towards this one: who signed before signs again. */
function sameContent(type: RecordType, action: Action, { state, written, changes }: Stage): RecordState {
  const changed = Object.keys(written).filter((name) => name in changes.values || changes.cleared.includes(name));
  if (!votesTouched(type, state, changed).includes(action.name)) return state;
  const { [action.name]: _stale, ...pending } = state.pending;
  return { ...state, pending };
}

/** The act itself, once everybody who must has signed (and, of what is marked, somebody else has confirmed it). */
export function complete(work: Work, type: RecordType, action: Action, stage: Stage, votes: Vote[]): Refusal[] {
  stage.judged.note(work);
  const done = stage.renews ? settle(work, type, action, stage, votes) : move(work, type, action, stage, votes);
  const counted = voidSeals(work, type, done, action.name);
  if (action.seal && votes.length > 0) seal(work, type, counted, action.name, signersOf(votes, stage.standing));
  if (stage.renews) return tellAll(work, stage.state.id, type, action, action.tell);
  const refusals = followUp(work, stage.state.id, type, action, action.name);
  return refusals.length > 0 || action.to === undefined ? refusals : superseded(work, stage.state.id, type);
}

function signersOf(votes: Vote[], stands: Standing & { may: true }) {
  const seen = new Set<string>();
  const signers = votes.filter((one) => !seen.has(one.by) && seen.add(one.by));
  return signers.map((one) => ({
    by: one.by,
    ...(one.for === undefined ? {} : { for: one.for }),
    ...roleOf(one, stands),
    ...(one.factor === undefined ? {} : { factor: one.factor }),
    ...(one.signature === undefined ? {} : { signature: one.signature }),
    ...(one.afterReset ? { afterReset: one.afterReset } : {}),
    ...markOf(one),
    ...(one.mark ? { signedAt: one.at } : {}),
  }));
}

const roleOf = (vote: Vote, stands: Standing & { may: true }): { role?: string } => {
  const role = vote.mark ? vote.role : stands.role;
  return role === undefined ? {} : { role };
};

const markOf = ({ mark, confirmed }: Pick<Vote, 'mark' | 'confirmed'>) => ({
  ...(mark ? { mark } : {}),
  ...(confirmed ? { confirmed } : {}),
});

/** The act itself: where the case goes, what changed, who did it how often, what it owes. */
function move(work: Work, type: RecordType, action: Action, stage: Stage, votes: Vote[]): RecordState {
  const { state, changes, candidate } = stage;
  const final = action.to !== undefined && (type.flow[action.to]?.final ?? false);
  const data = {
    type: type.name,
    action: action.name,
    from: state.state,
    to: action.to,
    final: final || undefined,
    act: actOf(work, action, stage, votes),
    asked: askedOf(action, candidate.values, stage.given),
    values: changes.values,
    cleared: changes.cleared.length > 0 ? changes.cleared : undefined,
    dropped: someOrNone(votesTouched(type, state, Object.keys(changes.values)).filter((name) => name !== action.name)),
    for: stage.standing.for,
    fired: firedBy(type, state, action),
    ...whereItStands(work, type, candidate, action.to),
    waived: waiversOf(stage),
  };
  const done = emit(work, state, {
    stream: state.id,
    type: 'record.acted',
    data,
    gates: stage.judged.seen,
    clauses: action.clauses,
  });
  const settled = clearOwed(work, type, recomputed(work, type, done), action);
  return action.emergency ? owePapers(work, type, settled, action, action.emergency) : settled;
}

/** What the new stay lacks, and what getting there shows. */
function whereItStands(work: Work, type: RecordType, candidate: RecordState, to: string | undefined) {
  if (to === undefined) return {};
  const there = { ...candidate, state: to };
  return { gap: someOrNone(gapClauses(work, type, there)), shows: someOrNone(shownClauses(work, type, there)) };
}

const someOrNone = (names: string[]): string[] | undefined => (names.length > 0 ? names : undefined);

function waiversOf(stage: Stage): Record<string, string> | undefined {
  const waived = stage.judged.judged.filter(({ outcome }) => outcome === 'waived');
  return waived.length === 0
    ? undefined
    : Object.fromEntries(waived.map(({ gate, waiver }) => [gate.name, waiver ?? '']));
}

function actOf(work: Work, action: Action, stage: Stage, votes: Vote[]): ActState {
  const { at, actor } = moment(work);
  const marked = votes.find(({ mark }) => mark);
  const by = stage.counted ? votes.at(-1)?.by : (work.behalf?.by ?? actor.person);
  const before = stage.state.acts[action.name]?.count ?? 0;
  const voters = [...new Set(votes.flatMap((one) => (one.for === undefined ? [one.by] : [one.by, one.for])))];
  return {
    at,
    ...(by === undefined ? {} : { by }),
    ...(marked ? markOf(marked) : {}),
    ...(stage.standing.for === undefined ? {} : { for: stage.standing.for }),
    count: before + 1,
    asked: askedOf(action, stage.candidate.values, stage.given),
    ...(voters.length > 1 ? { voters } : {}),
  };
}

const askedOf = (action: Action, values: Values, given: Values): Values =>
  Object.fromEntries(
    action.asks.flatMap((name) =>
      given[name] !== undefined && values[name] !== undefined ? [[name, values[name]!]] : [],
    ),
  );

/** A clock entry has fired; a clock action that leads away is armed again once the case moves. */
function firedBy(type: RecordType, state: RecordState, action: Action): Record<string, boolean> | undefined {
  const fired: Record<string, boolean> = {};
  if (action.clock && action.when && action.to === undefined) fired[action.name] = true;
  if (action.to !== undefined) {
    for (const clock of planOf(type).clocks)
      if (clock.to !== undefined && state.fired[clock.name]) fired[clock.name] = false;
  }
  return Object.keys(fired).length > 0 ? fired : undefined;
}

/** Fields computed from the act itself (`acts.receive.by`) change with it. */
function recomputed(work: Work, type: RecordType, state: RecordState): RecordState {
  const changes = compute(work, type, state);
  if (Object.keys(changes.values).length === 0 && changes.cleared.length === 0) return state;
  const cleared = changes.cleared.length > 0 ? { cleared: changes.cleared } : {};
  return emit(work, state, {
    stream: state.id,
    type: 'record.filled',
    data: { type: type.name, values: changes.values, computed: true, ...cleared },
  });
}

function clearOwed(work: Work, type: RecordType, state: RecordState, action: Action): RecordState {
  if (!state.owed.some((owed) => owed.action === action.name)) return state;
  return emit(work, state, {
    stream: state.id,
    type: 'record.settled',
    data: { type: type.name, action: action.name },
  });
}

function owePapers(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  emergency: NonNullable<Action['emergency']>,
): RecordState {
  const due = dueOf(emergency.due, work.input.now, scopeOf(work, state));
  return emergency.owes.reduce((at, owes) => {
    const clauses = [...new Set([...action.clauses, ...(type.actions[owes]?.clauses ?? [])])];
    const owed = {
      action: owes,
      because: 'emergency' as const,
      since: work.input.now,
      clauses,
      ...(due === undefined || due === 'pending' ? {} : { due }),
    };
    return emit(work, at, { stream: at.id, type: 'record.owed', data: { type: type.name, action: owes, owed } });
  }, state);
}

/** Made good in place. Papers made up after an emergency count as the act; a renewed seal leaves the act as it was. */
function settle(work: Work, type: RecordType, action: Action, stage: Stage, votes: Vote[]): RecordState {
  const { state, changes } = stage;
  const owed = state.owed.find((one) => one.action === action.name);
  const data = {
    type: type.name,
    action: action.name,
    act: owed?.because === 'emergency' ? actOf(work, action, stage, votes) : undefined,
    values: changes.values,
    cleared: changes.cleared.length > 0 ? changes.cleared : undefined,
    for: stage.standing.for,
  };
  return emit(work, state, {
    stream: state.id,
    type: 'record.settled',
    data,
    gates: stage.judged.seen,
    clauses: action.clauses,
  });
}
