import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { applied, compute, draw, emptyTables } from './compute.ts';
import { followUp } from './follow-ups.ts';
import { gapClauses } from './gap.ts';
import { judgeAll } from './judge-all.ts';
import { marking } from './marks.ts';
import { numberFor } from './number.ts';
import { backfilled, backfillRefused, tellConfirmers } from './otherwise.ts';
import { planOf } from './plan.ts';
import { missingFields } from './required.ts';
import { notForThem } from './save.ts';
import { askingOf, coversAll, mayFill, notAllowed, type Standing, standing } from './standing.ts';
import type { Backfill, Confirmed, Marked, RecordState, Values } from './types.ts';
import { readValues } from './values.ts';
import { noSuchRecord } from './words.ts';
import { asIf, emit, moment, nextId, recordOf, scopeOf, type Work } from './work.ts';

export type Opened = {
  type: string;
  values: Values;
  /** Given for records other acts open: whoever is to take it, and what was asked of them. */
  by?: 'act';
  id?: string;
  unit?: string | undefined;
  requester?: string | undefined;
  origin?: string | undefined;
  edition?: number;
  assigned?: RecordState['assigned'];
  /** 代填: whose case it is, if not the writer's; they confirm it before it goes on. */
  owner?: string | undefined;
  backfill?: Backfill | undefined;
  copies?: string | undefined;
  /** Who prepared it, when the actor confirmed it: what they may count together. */
  prepared?: string | undefined;
};

/**
 * Creates a record: who (unless another act opens it), values read, tables drawn, fields computed, then required fields and gates
 * together; a number; the event; then what `open` sets off. What an act or the clock opens may be incomplete: people fill it.
 */
export function open(work: Work, wanted: Opened): Refusal[] {
  const type = work.input.current.records[wanted.type];
  if (!type) return [noSuchType(wanted.type)];
  const id = wanted.id ?? nextId(work);
  if (wanted.id !== undefined && work.world.record(wanted.id) && work.input.known.records.get(wanted.id))
    return [exists(wanted.id)];
  const otherwise = openedOtherwise(work, type, wanted);
  if (otherwise.length > 0) return otherwise;
  const draft = draftOf(work, type, id, wanted);
  const read = readValues(type.fields, withoutComputed(type, wanted.values), {
    definition: work.input.current,
    directory: work.input.directory,
    before: {},
  });
  if (read.refusals.length > 0) return read.refusals;
  const filled = { ...draft, values: { ...emptyTables(type, read.values), ...read.values } };
  const stopped =
    wanted.by === 'act'
      ? undefined
      : asIf(work, wanted.owner, () => foreignUnit(work, wanted.unit) ?? whoOpens(work, type, filled, wanted.prepared));
  if (stopped) return [stopped];
  const candidate = completed(work, type, filled);
  const personal = wanted.by !== 'act' && work.input.actor.kind !== 'clock';
  const missing = personal ? missingFields(type, candidate, 'open', { all: true }, scopeOf(work, candidate)) : [];
  const judged = judgeAll(work, type, candidate, ['open'], candidate.state, []);
  const refusals = [...missing, ...judged.refusals];
  const numbered = numberFor(work, type, candidate);
  if (work.needs.size > 0 || numbered === 'pending') return [];
  if (refusals.length > 0) return refusals;
  judged.note(work);
  const marked = marksOfOpening(work, wanted);
  const acts = actsOfOpening(work, type, filled, wanted);
  emitOpened(
    work,
    type,
    { ...candidate, acts, number: numbered.number, marked },
    numbered.sequence,
    judged.seen,
    wanted,
  );
  for (const { mark } of marked) tellConfirmers(work, type, recordOf(work, id) as RecordState, mark.id);
  return followUp(work, id, type, type.actions.open, 'open');
}

/** What opens at once changes what others rely on: only forms are filled in for somebody else. */
function openedOtherwise(work: Work, type: RecordType, { owner, backfill, copies }: Opened): Refusal[] {
  const stranger = owner === undefined ? undefined : notForThem(work, owner);
  if (stranger) return [stranger];
  if (owner !== undefined && type.role !== 'form') return [notForOthers(type)];
  if (copies !== undefined && work.world.record(copies) === undefined) return [noSuchRecord(copies)];
  return backfill ? backfillRefused(work, backfill, undefined) : [];
}

const notForOthers = (type: RecordType): Refusal => ({
  code: 'invalid',
  field: 'owner',
  message: text(`${type.label.zh}不能代填`, `${type.label.en} is not filled in for somebody else`),
});

function marksOfOpening(work: Work, { owner, backfill, values }: Opened): Marked[] {
  const { actor, now } = work.input;
  const by = actor.kind === 'clock' ? '' : (actor.person ?? '');
  const filled =
    owner === undefined ? [] : [marking(work, { kind: 'filled', for: owner, fields: Object.keys(values) })];
  const marks = [...filled, ...(backfill ? [backfilled(work, backfill)] : [])];
  return marks.map((mark) => ({ what: 'open', by, at: now, mark }));
}

function draftOf(work: Work, type: RecordType, id: string, wanted: Opened): RecordState {
  const { actor, directory } = work.input;
  const person = actor.kind === 'clock' ? undefined : actor.person;
  const author = wanted.prepared ?? person;
  const requester = wanted.requester ?? wanted.owner ?? (wanted.by === 'act' ? undefined : author);
  const unit = wanted.unit ?? (requester === undefined ? undefined : directory.persons[requester]?.unit);
  const { at, organisation } = moment(work);
  return {
    organisation,
    id,
    type: type.name,
    number: '',
    definition: work.input.current.hash,
    version: 0,
    state: planOf(type).initial,
    since: at,
    openedAt: at,
    changedAt: at,
    ...(unit === undefined ? {} : { unit }),
    ...(requester === undefined ? {} : { requester }),
    ...(wanted.origin === undefined ? {} : { origin: wanted.origin }),
    ...(wanted.edition === undefined ? {} : { edition: wanted.edition }),
    values: {},
    acts: {
      open: { at, ...(author === undefined ? {} : { by: author }), count: 1, asked: {}, ...confirmedBy(work, wanted) },
    },
    pending: {},
    seals: [],
    owed: [],
    fired: {},
    late: [],
    links: [],
    comments: 0,
  };
}

/** The second signature of a list both signed. */
function confirmedBy({ input: { actor, now } }: Work, { prepared }: Opened): { confirmed?: Confirmed } {
  if (prepared === undefined || actor.kind !== 'person' || actor.person === prepared) return {};
  return { confirmed: { by: actor.person, at: now, factor: actor.factor ?? 'none' } };
}

const withoutComputed = (type: RecordType, values: Values): Values =>
  Object.fromEntries(Object.entries(values).filter(([name]) => !type.fields[name]?.is));

/** Drawn and computed; what is computed may feed what is drawn, so computing comes first and last. */
function completed(work: Work, type: RecordType, state: RecordState): RecordState {
  const first = { ...state, values: applied(state.values, compute(work, type, state)) };
  const drawn = { ...first, values: { ...first.values, ...answered(draw(work, type, first, 'open'), state.values) } };
  return { ...drawn, values: applied(drawn.values, compute(work, type, drawn)) };
}

/** Rows drawn, with what the caller already answered about some of them. */
function answered(drawn: Values, given: Values): Values {
  return Object.fromEntries(
    Object.entries(drawn).map(([name, rows]) => {
      const answers = (given[name] ?? []) as { source?: string }[];
      const merged = (rows as { id: string; source?: string }[]).map((row) => ({
        ...answers.find((answer) => answer.source === row.source),
        ...row,
      }));
      return [name, merged as never];
    }),
  );
}

/** The unit decides who approves: people open for their own unit, or one they hold a role in. */
function foreignUnit(work: Work, unit: string | undefined): Refusal | undefined {
  const { actor, directory } = work.input;
  if (unit === undefined) return undefined;
  if (!Object.hasOwn(directory.units, unit)) return unitRefused('invalid', '沒有這個單位', 'There is no such unit');
  if (actor.kind !== 'person' || directory.persons[actor.person]?.unit === unit) return undefined;
  const holds = directory.grants.some((grant) => grant.person === actor.person && grant.unit === unit);
  return holds
    ? undefined
    : unitRefused('forbidden', '您不能以其他單位的名義建立', 'You cannot open this for another unit');
}

const unitRefused = (code: 'invalid' | 'forbidden', zh: string, en: string): Refusal => ({
  code,
  message: text(zh, en),
  field: 'unit',
});

/** Whoever opens it alone must count in every pack's group; who prepared and who confirmed a list count together. */
function whoOpens(work: Work, type: RecordType, draft: RecordState, prepared: string | undefined): Refusal | undefined {
  const { actor } = work.input;
  if (actor.kind === 'setup') return undefined;
  const action = type.actions.open;
  const scope = scopeOf(work, draft);
  const signers = prepared === undefined ? [undefined] : [undefined, prepared];
  if (action)
    return mayTogether(
      signers.map((one) => asIf(work, one, () => standing(work, askingOf(action), scope))),
      action,
    );
  if (actor.kind === 'clock' || type.role === 'form') return undefined;
  const fills =
    type.role === 'register' &&
    signers.some((one) =>
      Object.keys(type.sections).some(
        (section) => asIf(work, one, () => mayFill(work, draft, section, scope)) !== false,
      ),
    );
  return fills ? undefined : notOpenedByHand(type);
}

/** Whoever opens as somebody's deputy says so, as with any act. */
function actsOfOpening(work: Work, type: RecordType, draft: RecordState, wanted: Opened): RecordState['acts'] {
  const { open: action } = type.actions;
  const alone = wanted.by !== 'act' && wanted.owner === undefined && wanted.prepared === undefined;
  if (!action || !alone || work.input.actor.kind !== 'person') return draft.acts;
  const stands = standing(work, askingOf(action), scopeOf(work, draft));
  if (stands.may !== true || stands.for === undefined) return draft.acts;
  return { ...draft.acts, open: { ...draft.acts.open!, for: stands.for } };
}

function mayTogether(signers: Standing[], action: Action): Refusal | undefined {
  if (signers.some(({ may }) => may === 'pending')) return undefined;
  const barred = signers.find((one) => one.may === false && one.refusal.code === 'never');
  if (barred?.may === false) return barred.refusal;
  const ballots = signers.flatMap((one) => (one.may === true ? one.ballots : []));
  if (ballots.length > 0 && coversAll(action.by, ballots)) return undefined;
  const refused = signers.find((one) => one.may === false);
  return ballots.length === 0 && refused?.may === false ? refused.refusal : notAllowed(askingOf(action)).refusal;
}

function emitOpened(
  work: Work,
  type: RecordType,
  state: RecordState,
  sequence: { type: string; prefix: string; next: number } | undefined,
  gates: Parameters<typeof emit>[2]['gates'],
  wanted: Opened,
): void {
  const { number, definition, unit, requester, origin, edition, values, acts } = state;
  const lacking = gapClauses(work, type, state);
  const data = {
    type: type.name,
    number,
    definition,
    state: state.state,
    unit,
    requester,
    origin,
    edition,
    values,
    acts,
  };
  emit(work, undefined, {
    stream: state.id,
    type: 'record.opened',
    data: {
      ...data,
      sequence,
      assigned: wanted.assigned,
      marked: state.marked?.length ? state.marked : undefined,
      gap: lacking.length > 0 ? lacking : undefined,
      copied: wanted.copies,
      for: acts.open?.for,
    },
    gates: gates ?? [],
  });
}

const noSuchType = (name: string): Refusal => ({
  code: 'missing',
  message: text(`沒有「${name}」這種表單`, `There is no record type "${name}"`),
});
const exists = (id: string): Refusal => ({
  code: 'duplicate',
  message: text(`編號 ${id} 已經使用`, `The id ${id} is in use`),
});
const notOpenedByHand = (type: RecordType): Refusal => ({
  code: 'by',
  message: text(`您不能建立${type.label.zh}`, `You cannot open ${type.label.en}`),
  fix: {
    text: text('請有此權責的人，或由相關作業自動建立', 'Ask somebody who may; some are opened by other records only'),
  },
  clauses: type.clauses,
});
