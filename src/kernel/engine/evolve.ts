import type { ActState, EngineEvent, Moment, Owed, RecordState, Seal, Seed, Value, Values, Vote } from './types.ts';

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
      };
    case 'record.late':
      return { ...next, late: [...next.late, data.rung] };
    case 'record.commented':
      return { ...next, comments: next.comments + 1 };
    case 'record.linked':
      return { ...next, links: [...next.links, { to: data.to, as: data.as, at: event.at, ...by(event) }] };
    case 'record.told':
      return next;
    default:
      return event.type satisfies never;
  }
}

type Data = {
  action: string;
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
  const { unit, requester, origin, edition, assigned, sampled } = given;
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
  return { ...state, values, pending, fired, ...(data.sampled ? { sampled: data.sampled } : {}) };
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
  const mark = { at: event.at, ...by(event), fields: data.fields };
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
