import { type Origins, said } from './build/build.ts';
import { own } from './own.ts';
import type { Action, Allowed, Definition, Group, RecordType, Section, State } from './types.ts';

/** What the merged packs leave to rules: first state, `from: any`, who opens, what a seal covers, what kind of record it is. */
export function derive(types: Record<string, RecordType>, origins: Origins): void {
  for (const type of Object.values(types)) {
    type.flow = flowOf(type, origins);
    const first = initialState(type);
    const open = Object.values(type.flow)
      .filter((state) => !state.final)
      .map((state) => state.name);
    type.sections = mapValues(type.sections, (section) => filledByDefault(section, { first, open }, origins));
    type.actions = withOpen(type, origins);
    type.actions = mapValues(type.actions, (action) => settled(action, type, origins));
    if (type.retention) type.retention = { ...type.retention, from: kept(type, origins) };
    type.role = roleOf(type);
  }
}

const mapValues = <T>(map: Record<string, T>, change: (value: T) => T): Record<string, T> =>
  Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value)]));

function copyOf<T extends object>(origins: Origins, from: object, copy: T): T {
  const origin = origins.get(from);
  if (origin) origins.set(copy, origin);
  return copy;
}

/** A register without a flow has one state. The first state named is where records begin, unless `open` leads elsewhere. */
function flowOf(type: RecordType, origins: Origins): Record<string, State> {
  const names = Object.keys(type.flow);
  if (names.length === 0) return { on_record: ON_RECORD };
  const opensTo = own(type.actions, 'open')?.to;
  const first = opensTo && names.includes(opensTo) ? opensTo : names[0]!;
  return mapValues(type.flow, (state) => copyOf(origins, state, { ...state, initial: state.name === first }));
}

const ON_RECORD: State = {
  name: 'on_record',
  label: { zh: '登錄中', en: 'On record' },
  final: false,
  initial: true,
  late: [],
  pack: 'base',
};

export const initialState = (type: RecordType): string =>
  Object.values(type.flow).find((state) => state.initial)?.name ?? Object.keys(type.flow)[0]!;

type Begin = { first: string; open: string[] };

/** A section that says nothing is written by the requester where the record begins; `in: any` is every open state. */
function filledByDefault(section: Section, { first, open }: Begin, origins: Origins): Section {
  const { filled } = section;
  if (filled === 'none') {
    if (said(origins, section, 'filled')) return section;
    const by: Group = { pack: '', any: [{ who: { kind: 'path', path: ['requester'] } }], quorum: 1 };
    return copyOf(origins, section, { ...section, filled: { by: [by], in: [first] } });
  }
  const states = filled.in.includes('any') ? open : filled.in.length > 0 ? filled.in : [first];
  return copyOf(origins, section, { ...section, filled: { ...filled, in: states } });
}

/** Without an `open` of its own, whoever writes the first sections opens the record; the requester may be anyone. */
function withOpen(type: RecordType, origins: Origins): Record<string, Action> {
  const known = own(type.actions, 'open');
  if (!known) return { open: openAction(type, writersAtFirst(type)), ...type.actions };
  const label = known.label.zh || known.label.en ? known.label : OPEN_LABEL;
  const by = known.by.length > 0 ? known.by : writersAtFirst(type);
  return { ...type.actions, open: copyOf(origins, known, { ...known, label, by, from: [], clock: false }) };
}

const OPEN_LABEL = { zh: '建立', en: 'Open' };

function writersAtFirst(type: RecordType): Group[] {
  const first = initialState(type);
  const any = Object.values(type.sections).flatMap((section) =>
    section.filled !== 'none' && section.filled.in.includes(first)
      ? section.filled.by.flatMap((group) => group.any)
      : [],
  );
  const anyone: Allowed = { who: { kind: 'anyone' } };
  const opens = any.length === 0 || any.some(isRequester) ? [anyone] : any.filter((each) => each.who.kind !== 'acted');
  return [{ pack: type.packs[0] ?? '', any: dedupe(opens), quorum: 1 }];
}

const isRequester = ({ who }: Allowed): boolean => who.kind === 'path' && who.path.join('.') === 'requester';

const dedupe = <T>(all: T[]): T[] => [...new Map(all.map((each) => [JSON.stringify(each), each])).values()];

const openAction = (type: RecordType, by: Group[]): Action => ({
  name: 'open',
  label: OPEN_LABEL,
  clauses: [],
  from: [],
  by,
  never: [],
  asks: [],
  deputy: true,
  opens: [],
  does: [],
  tell: [],
  clock: false,
  pack: type.packs[0] ?? '',
});

/** `any` is every state that is not final; a seal covers what the rule of the language page says. */
function settled(action: Action, type: RecordType, origins: Origins): Action {
  const states = Object.values(type.flow);
  const from = action.from.includes('any') ? states.filter((s) => !s.final).map((s) => s.name) : action.from;
  const entry = action.name !== 'open' && from.length === 0 ? states.filter((s) => !s.final).map((s) => s.name) : from;
  const copy: Action = copyOf(origins, action, { ...action, from: action.name === 'open' ? [] : entry });
  if (action.seal?.includes('*')) copy.seal = sealedSections(copy, type);
  return copy;
}

/** The sections writable in `from` or an earlier state of the flow, except those writable in `to`. */
function sealedSections(action: Action, type: RecordType): string[] {
  const order = Object.keys(type.flow);
  const reach = Math.max(-1, ...action.from.map((state) => order.indexOf(state)));
  const before = action.name === 'open' ? [initialState(type)] : order.slice(0, reach + 1);
  return Object.values(type.sections)
    .filter(({ filled }) => filled !== 'none' && filled.in.some((state) => before.includes(state)))
    .filter(({ filled }) => filled !== 'none' && !(action.to && filled.in.includes(action.to)))
    .map((section) => section.name);
}

/** `from: closed`, `from: filed` (a state) or CEL giving a moment. */
function kept(type: RecordType, origins: Origins): { cel: string } {
  const from = type.retention!.from;
  const state = own(type.flow, from.cel.trim());
  if (from.cel.trim() === 'closed' || state?.final) return copyOf(origins, from, { cel: 'closed_at' });
  return state ? copyOf(origins, from, { cel: 'since' }) : from;
}

/** child: only acts of other records open it; form: somebody asks and it runs its course; register: an inventory. */
function roleOf(type: RecordType): RecordType['role'] {
  const opens = type.actions.open?.by.flatMap((group) => group.any) ?? [];
  if (opens.length > 0 && opens.every(({ who }) => who.kind === 'act')) return 'child';
  const actions = Object.values(type.actions).filter((action) => action.name !== 'open');
  const ends = Object.values(type.flow).some((state) => state.final);
  const asked = opens.some(({ who }) => who.kind === 'anyone' || isRequester({ who }));
  const sealed = actions.some((action) => action.seal !== undefined);
  return ends && (asked || sealed) ? 'form' : 'register';
}

/** Roles that seal or approve anywhere: two people grant them. */
export function markApproving(definition: Pick<Definition, 'records' | 'roles'>): void {
  const seals = Object.values(definition.records).flatMap((type) =>
    Object.values(type.actions).filter((action) => action.seal && !action.clock),
  );
  for (const { who } of seals.flatMap((action) => action.by.flatMap((group) => group.any))) {
    const role = who.kind === 'role' || who.kind === 'role_of' ? own(definition.roles, who.role) : undefined;
    if (role) role.approving = true;
  }
}
