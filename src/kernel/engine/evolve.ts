import { confirmVotes } from './marks.ts';
import type {
  ActState,
  Confirmed,
  Correction,
  EngineEvent,
  Marked,
  Moment,
  Owed,
  Proposal,
  RecordState,
  Row,
  Seal,
  Seed,
  Value,
  Values,
  Vote,
} from './types.ts';

/** An event as it is folded: what happened, when, and by whom (`person` is absent for the clock). */
export type Happened = Pick<EngineEvent, 'stream' | 'type' | 'data'> & {
  at: Moment;
  actor: { person?: string | undefined };
  organisation?: string | undefined;
};

/**
 * The state after an event. Pure: the same events always give the same state, and deciding uses nothing else to compute the
 * states it returns. The first event must be `record.opened`; anything else without a state is a defect.
 */
export function evolve(state: RecordState | undefined, event: Happened): RecordState {
  if (event.type === 'record.opened') return opened(event);
  if (!state) throw new Error(`${event.type} for a record that was never opened: ${event.stream}`);
  const next = { ...state, version: state.version + 1, changedAt: event.at };
  const data = event.data as Data;
  switch (event.type) {
    case 'record.filled':
      return filled(next, data);
    case 'record.acted':
      return acted(next, data, event);
    case 'record.voted':
      return { ...next, pending: { ...next.pending, [data.action]: data.votes } };
    case 'record.sealed':
      return sealed(next, data.seal, data.replaces ?? []);
    case 'record.voided':
      return voided(next, data, event);
    case 'record.owed':
      return { ...next, owed: [...next.owed.filter((owed) => owed.action !== data.owed.action), data.owed] };
    case 'record.settled':
      return settled(next, data, event);
    case 'record.violated':
      return {
        ...next,
        owed: next.owed.map((owed) => (owed.action === data.action ? { ...owed, violated: true } : owed)),
        ...marksOf(next.marked?.map((one) => (one.mark.id === data.mark ? { ...one, violated: true } : one))),
      };
    case 'record.late':
      return { ...next, late: [...next.late, data.rung] };
    case 'record.commented':
      return { ...next, comments: next.comments + 1 };
    case 'record.linked':
      return { ...next, links: [...next.links, { to: data.to, as: data.as, at: event.at, ...by(event) }] };
    case 'record.confirmed':
      return confirmed(next, event.data as unknown as { what: string; mark: string; confirmed: Confirmed });
    case 'record.declined':
      return declined(next, event.data as unknown as { what: string; mark: string });
    case 'record.corrected':
      return corrected(
        next,
        event.data as unknown as { correction: Correction; cleared?: string[]; dropped?: string[] },
      );
    case 'record.objected':
      return objected(next, event.data as unknown as Objected);
    case 'record.proposed':
      return {
        ...next,
        proposals: [...(next.proposals ?? []), (event.data as unknown as { proposal: Proposal }).proposal],
      };
    case 'record.decided':
      return decided(next, event.data as unknown as { proposal: string; decided: NonNullable<Proposal['decided']> });
    case 'record.handed':
      return handed(next, event.data as unknown as Handing, event.at);
    case 'record.told':
      return next;
    default:
      return event.type satisfies never;
  }
}

export type Handing = { from: string; to: string; handover: string; fields: string[]; requester?: boolean };

/**
 * The next person stands in the fields and columns (`table.column`) named, as requester and where the opener asked for the first;
 * seals keep what was signed.
 */
function handed(state: RecordState, { from, to, handover, fields, requester }: Handing, at: Moment): RecordState {
  const now = withNext(state.values, fields, from, to);
  const seals = state.seals.map((made) => {
    const covered = made.void ? {} : withNext({ ...made.content, ...made.corrected }, fields, from, to);
    return Object.keys(covered).length === 0 ? made : { ...made, corrected: { ...made.corrected, ...covered } };
  });
  const assigned = state.assigned && {
    ...state.assigned,
    persons: [...new Set(state.assigned.persons.map((person) => (person === from ? to : person)))],
  };
  return {
    ...state,
    values: { ...state.values, ...now },
    seals,
    ...(assigned ? { assigned } : {}),
    ...(requester ? { requester: to } : {}),
    handed: [...(state.handed ?? []), { from, to, at, handover, ...(requester ? { requester: true as const } : {}) }],
  };
}

/** Of some values, those that change when `to` takes the place of `from` in the fields and columns named. */
function withNext(values: Values, fields: string[], from: string, to: string): Values {
  const changed: Values = {};
  for (const path of fields) {
    const [field, column] = path.split('.') as [string, string?];
    const value = changed[field] ?? values[field];
    if (column === undefined) {
      if (value === from) changed[field] = to;
    } else if (Array.isArray(value) && (value as Row[]).some((row) => row[column] === from)) {
      changed[field] = (value as Row[]).map((row) => (row[column] === from ? { ...row, [column]: to } : row)) as Value;
    }
  }
  return changed;
}

type Data = {
  action: string;
  mark?: string;
  marked?: Marked;
  values?: Values;
  cleared?: string[];
  dropped?: string[];
  fired?: Record<string, boolean>;
  sampled?: Seed;
  votes: Vote[];
  seal: Seal;
  replaces?: string[];
  fields: string[];
  owed: Owed;
  rung: string;
  to: string;
  as: string;
};

function opened({ stream, data, at, organisation }: Happened): RecordState {
  const given = data as unknown as Partial<RecordState> & {
    type: string;
    number: string;
    state: string;
    values: Values;
  };
  const { unit, requester, origin, edition, assigned, sampled, marked, copied } = given;
  return {
    organisation: organisation ?? '',
    id: stream,
    type: given.type,
    number: given.number,
    definition: given.definition ?? '',
    version: 1,
    state: given.state,
    since: at,
    openedAt: at,
    changedAt: at,
    ...(unit === undefined ? {} : { unit }),
    ...(requester === undefined ? {} : { requester }),
    ...(origin === undefined ? {} : { origin }),
    ...(edition === undefined ? {} : { edition }),
    ...(assigned === undefined ? {} : { assigned }),
    ...(sampled === undefined ? {} : { sampled }),
    ...(marked === undefined ? {} : { marked }),
    ...(copied === undefined ? {} : { copied }),
    values: given.values,
    acts: given.acts ?? {},
    pending: {},
    seals: [],
    owed: [],
    fired: {},
    late: [],
    links: [],
    comments: 0,
  };
}

const by = (event: Happened): { by?: string } => (event.actor.person === undefined ? {} : { by: event.actor.person });

/** Fields changed, emptied; votes that no longer agree with the content dropped; clock actions re-armed. */
function filled(state: RecordState, data: Data): RecordState {
  const values = { ...state.values, ...data.values };
  for (const name of data.cleared ?? []) delete values[name];
  let { pending } = state;
  if (data.dropped)
    pending = Object.fromEntries(Object.entries(pending).filter(([action]) => !data.dropped!.includes(action)));
  const fired = data.fired ? { ...state.fired, ...data.fired } : state.fired;
  return {
    ...state,
    values,
    pending,
    fired,
    ...(data.sampled ? { sampled: data.sampled } : {}),
    ...joined(state, data),
  };
}

/** A filling for somebody: one mark, however often its writer comes back. */
function joined(state: RecordState, { marked }: Data): Pick<RecordState, 'marked'> {
  if (!marked) return {};
  return { marked: [...(state.marked ?? []).filter(({ mark }) => mark.id !== marked.mark.id), marked] };
}

const marksOf = (marked: Marked[] | undefined): Pick<RecordState, 'marked'> => (marked ? { marked } : {});

/** A second person stands for what carries a mark: a vote on an action, else the opening or a filling. */
function confirmed(state: RecordState, data: { what: string; mark: string; confirmed: Confirmed }): RecordState {
  const votes = state.pending[data.what];
  const pending = votes
    ? { ...state.pending, [data.what]: confirmVotes(votes, data.mark, data.confirmed) }
    : state.pending;
  const marked = state.marked?.map((one) => (one.mark.id === data.mark ? { ...one, confirmed: data.confirmed } : one));
  return { ...state, pending, ...marksOf(marked) };
}

/** A declined vote was never one; what was filled or entered stays, waiting. */
function declined(state: RecordState, { what, mark }: { what: string; mark: string }): RecordState {
  const { [what]: votes, ...pending } = state.pending;
  const left = (votes ?? []).filter((vote) => vote.mark?.id !== mark);
  return { ...state, pending: left.length > 0 ? { ...pending, [what]: left } : pending };
}

// ── corrections ────────────────────────────────────────────────────────────────────────────────────────────────────

/** 更正 changes values and notes in each seal that covers them what now stands there; 勘誤 only stands beside. */
function corrected(
  state: RecordState,
  { correction, dropped }: { correction: Correction; dropped?: string[] },
): RecordState {
  const corrections = [...(state.corrections ?? []), correction];
  if (correction.kind === 'erratum') return { ...state, corrections };
  const values = { ...state.values };
  for (const { field, after } of correction.changes) {
    if (after === undefined) delete values[field];
    else values[field] = after;
  }
  const now = Object.fromEntries(correction.changes.map(({ field, after }) => [field, after ?? '']));
  const seals = state.seals.map((made) =>
    correction.seals.includes(made.id) ? { ...made, corrected: { ...made.corrected, ...now } } : made,
  );
  const pending = Object.fromEntries(Object.entries(state.pending).filter(([action]) => !dropped?.includes(action)));
  return { ...state, values, seals, pending, corrections };
}

type Objected = { correction: string; objection: Correction['objections'][number] };

function objected(state: RecordState, { correction, objection }: Objected): RecordState {
  const corrections = state.corrections?.map((one) =>
    one.id === correction ? { ...one, objections: [...one.objections, objection] } : one,
  );
  return corrections ? { ...state, corrections } : state;
}

function decided(
  state: RecordState,
  data: { proposal: string; decided: NonNullable<Proposal['decided']> },
): RecordState {
  const proposals = state.proposals?.map((one) => (one.id === data.proposal ? { ...one, decided: data.decided } : one));
  return proposals ? { ...state, proposals } : state;
}

function acted(state: RecordState, data: Data, event: Happened): RecordState {
  const given = event.data as { act?: ActState; to?: string; final?: boolean };
  const { [data.action]: _votes, ...pending } = state.pending;
  const next = { ...filled(state, data), pending };
  if (given.act) next.acts = { ...next.acts, [data.action]: given.act };
  return given.to === undefined ? next : entered(next, given.to, given.final === true, event.at);
}

/** A new stay: lateness of the old one is over; what the opener asked for stays. */
function entered(state: RecordState, to: string, final: boolean, at: Moment): RecordState {
  const { closedAt: _closed, ...open } = state;
  const late = state.late.filter((rung) => rung.startsWith(ASSIGNED));
  return { ...open, state: to, since: at, late, ...(final ? { closedAt: at } : {}) };
}

/** Rungs of what the opening act asked for outlast the state they began in. */
export const ASSIGNED = 'assigned.';

function sealed(state: RecordState, seal: Seal, replaces: string[]): RecordState {
  const seals = state.seals.map((older) => (replaces.includes(older.id) ? { ...older, renewed: seal.id } : older));
  return { ...state, seals: [...seals, seal] };
}

function voided(state: RecordState, data: Data, event: Happened): RecordState {
  const seal = (data as { seal: unknown }).seal as string;
  const { objection } = data as { objection?: string };
  const mark = { at: event.at, ...by(event), fields: data.fields, ...(objection === undefined ? {} : { objection }) };
  return { ...state, seals: state.seals.map((older) => (older.id === seal ? { ...older, void: mark } : older)) };
}

function settled(state: RecordState, data: Data, event: Happened): RecordState {
  const { [data.action]: _votes, ...pending } = state.pending;
  const act = (event.data as { act?: ActState }).act;
  return {
    ...filled(state, data),
    pending,
    owed: state.owed.filter((owed) => owed.action !== data.action),
    acts: act ? { ...state.acts, [data.action]: act } : state.acts,
  };
}

/** A record's state after all its events, oldest first; undefined when there are none. */
export function replay(events: Happened[]): RecordState | undefined {
  return events.reduce<RecordState | undefined>((state, event) => evolve(state, event), undefined);
}

/** A value as JSON carries it: undefined members left out. */
export const plain = (value: unknown): Value => JSON.parse(JSON.stringify(value)) as Value;
