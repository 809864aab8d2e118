import { askedToConfirm, heldOn, mayConfirm } from '../../kernel/engine/marks.ts';
import { EMERGENCY, MARKS } from '../../kernel/engine/otherwise.ts';
import { couldAct } from '../../kernel/engine/standing.ts';
import type { Confirmed, Mark, RecordState, Seal } from '../../kernel/engine/types.ts';
import { begin, scopeOf, type Work } from '../../kernel/engine/work.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import type { Text } from '../../kernel/text.ts';
import type { HeldView, MarkedView, MarkView } from '../mark-views.ts';
import type { RecordRef, RecordView } from '../views.ts';
import { inputFor, type Look, settleLook } from './look.ts';
import { personNamed, refsOf } from './names.ts';

/** What carries a mark on a record, and what of it waits for a second person. */

type Carrier = { by: string; for?: string; at: string; mark: Mark; confirmed?: Confirmed };

/** A mark as people read it; exceptions lead to their record. */
export function markView(look: Look, carrier: Carrier, refs?: Map<string, RecordRef>): MarkView {
  const { mark, confirmed } = carrier;
  const principal = mark.kind === 'filled' ? mark.for : carrier.for;
  return {
    kind: mark.kind,
    label: MARKS[mark.kind],
    by: personNamed(look, carrier.by),
    ...(principal === undefined ? {} : { for: personNamed(look, principal) }),
    at: carrier.at,
    ...details(look, mark, refs),
    ...(confirmed ? { confirmed: confirmedView(look, confirmed) } : {}),
  };
}

const confirmedView = (look: Look, { by, at, words, signature }: Confirmed): NonNullable<MarkView['confirmed']> => ({
  by: personNamed(look, by),
  at,
  ...(words === undefined ? {} : { words }),
  signed: signature !== undefined,
});

function details(look: Look, mark: Mark, refs: Map<string, RecordRef> | undefined): Partial<MarkView> {
  switch (mark.kind) {
    case 'paper': {
      const { signedOn, kept, print, document } = mark;
      const number = document === undefined ? {} : { document };
      return { signedOn, kept, print, files: mark.scan, registrar: personNamed(look, mark.registrar), ...number };
    }
    case 'backfilled':
      return { doneAt: mark.doneAt, why: mark.why, files: mark.proof };
    case 'concurrent': {
      const exception = refs?.get(mark.exception);
      return exception ? { exception } : {};
    }
    case 'filled':
      return {};
    default:
      return mark satisfies never;
  }
}

/** Everything marked on a record: how it was opened and filled, and acts that left no seal to show it on. */
export async function markedOn(look: Look, type: RecordType, state: RecordState): Promise<MarkedView[]> {
  const entries = (state.marked ?? []).map((one) => ({ what: one.what as string, carrier: one as Carrier }));
  const acts = Object.entries(state.acts).flatMap(([what, { at, by, mark, confirmed, ...rest }]) => {
    if (!mark || by === undefined || type.actions[what]?.seal) return [];
    const carrier = { at, by, mark, ...(rest.for ? { for: rest.for } : {}), ...(confirmed ? { confirmed } : {}) };
    return [{ what, carrier: carrier as Carrier }];
  });
  const all = [...entries, ...acts];
  const refs = await exceptionsOf(
    look,
    all.map(({ carrier }) => carrier.mark),
  );
  const marked = all.map(({ what, carrier }) => ({
    id: carrier.mark.id,
    what,
    label: whatLabel(type, what),
    mark: markView(look, carrier, refs),
  }));
  return [...marked, ...emergenciesOn(look, type, state)];
}

/** Acts begun before their papers: who approved by word of mouth, why, what has been made good since. */
function emergenciesOn(look: Look, type: RecordType, state: RecordState): MarkedView[] {
  return Object.entries(state.acts).flatMap(([what, done]) => {
    const { emergency, label } = type.actions[what] ?? {};
    if (!emergency || !label || done.by === undefined) return [];
    const approver = Object.entries(done.asked).find(([field]) => type.fields[field]?.type.is === 'person')?.[1];
    const { reason } = done.asked;
    const owed = state.owed.filter(({ action, because }) => because === 'emergency' && emergency.owes.includes(action));
    const made = emergency.owes.flatMap((action) => {
      const act = state.acts[action];
      if (!act?.by || act.at < done.at || owed.some((one) => one.action === action)) return [];
      return [{ label: whatLabel(type, action), by: personNamed(look, act.by), at: act.at }];
    });
    const mark: MarkView = {
      kind: 'emergency',
      label: EMERGENCY,
      by: personNamed(look, done.by),
      at: done.at,
      ...(done.for ? { for: personNamed(look, done.for) } : {}),
      ...(typeof approver === 'string' ? { approver: personNamed(look, approver) } : {}),
      ...(typeof reason === 'string' ? { why: reason } : {}),
      madeGood: made,
      owed: owed.map(({ action, due }) => ({ label: whatLabel(type, action), ...(due ? { due } : {}) })),
    };
    return [{ id: `${what} ${done.at}`, what, label, mark }];
  });
}

/** Whether a seal was given after the act it should have come before: the papers of an emergency. */
export const isAfterwards = (type: RecordType, state: RecordState, seal: Pick<Seal, 'action' | 'at'>): boolean =>
  Object.entries(state.acts).some(
    ([name, { at }]) => type.actions[name]?.emergency?.owes.includes(seal.action) && at <= seal.at,
  );

/** The records of the exceptions some marks rest on. */
export const exceptionsOf = (look: Look, marks: (Mark | undefined)[]): Promise<Map<string, RecordRef>> =>
  refsOf(
    look,
    marks.flatMap((mark) => (mark?.kind === 'concurrent' ? [mark.exception] : [])),
  );

function whatLabel(type: RecordType, what: string): Text {
  if (what === 'fill') return { zh: '填寫', en: 'Filling in' };
  if (what === 'open' && !type.actions.open) return { zh: '建立', en: 'Opening' };
  return type.actions[what]?.label ?? { zh: what, en: what };
}

/** What waits for a second person, who that may be, and whether it may be this viewer. */
export async function heldViews(look: Look, type: RecordType, state: RecordState): Promise<HeldView[]> {
  const all = heldOn(state);
  if (all.length === 0) return [];
  const refs = await exceptionsOf(
    look,
    all.map(({ mark }) => mark),
  );
  const { person } = look.viewer;
  return settled(look, (work) =>
    all.map((held): HeldView => {
      const { due } = held.mark;
      return {
        id: held.mark.id,
        what: held.what,
        label: whatLabel(type, held.what),
        mark: markView(look, held, refs),
        ...(due === undefined ? {} : { due }),
        late: due !== undefined && due < look.now,
        who: askedToConfirm(work, type, state, held).map((one) => personNamed(look, one)),
        mayConfirm: person !== undefined && mayConfirm(work, type, state, held, person) === true,
      };
    }),
  );
}

/** The seals of this state that somebody else may have put on paper. */
export function paperView(look: Look, type: RecordType, state: RecordState): Promise<NonNullable<RecordView['paper']>> {
  return settled(look, (work) => {
    const open = Object.values(type.actions).filter(
      (action) =>
        action.seal &&
        !action.clock &&
        (action.from.includes(state.state) || state.owed.some((owed) => owed.action === action.name)),
    );
    const actions = open.map((action) => ({
      action: action.name,
      label: action.label,
      asks: action.asks,
      signers: couldAct(work, action, scopeOf(work, state))
        .persons.filter((person) => person !== look.viewer.person)
        .map((person) => personNamed(look, person)),
    }));
    return actions.filter(({ signers }) => signers.length > 0);
  });
}

/** Asks the engine with everything it needs answered. */
export function settled<T>(look: Look, ask: (work: Work) => T): Promise<T> {
  return settleLook<T>(look, () => {
    const work = begin(inputFor(look), 'look');
    const answer = ask(work);
    return (work.needs.size > 0 ? { needs: [...work.needs.values()] } : answer) as never;
  }) as Promise<T>;
}
