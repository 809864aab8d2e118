import { sql } from 'kysely';
import { remaining } from '../../kernel/calendar/remaining.ts';
import { type Preview, preview } from '../../kernel/engine/preview.ts';
import { isShown } from '../../kernel/engine/required.ts';
import { contentToday } from '../../kernel/engine/seals.ts';
import { mayFill } from '../../kernel/engine/standing.ts';
import type { ActionView, RecordState, Value } from '../../kernel/engine/types.ts';
import { wakes } from '../../kernel/engine/wakes.ts';
import { begin, scopeOf } from '../../kernel/engine/work.ts';
import type { Action, Definition, RecordType, Section, Who } from '../../kernel/pack/types.ts';
import type { Refused } from '../../kernel/refusal.ts';
import type { Text } from '../../kernel/text.ts';
import { englishOf } from '../audit-review.ts';
import { needsMore } from '../gather.ts';
import { lastLook } from '../last-look.ts';
import type { RecordRef, RecordView, SealView } from '../views.ts';
import { isLogged, shownOf } from './closed-sections.ts';
import { correctionViews, mayCorrect, proposalViews } from './corrections.ts';
import { fieldView, sectionViews } from './fields.ts';
import { badgesOf, gapsAbout } from './gaps.ts';
import { changesBetween } from './history.ts';
import { inputFor, type Look, noSuch, recordOf, settleLook } from './look.ts';
import { exceptionsOf, heldViews, isAfterwards, markedOn, markView, paperView } from './marks.ts';
import { namesIn, personNamed, refOf, refsAmong, unitNamed } from './names.ts';
import { confinedTo } from './outside.ts';
import { mayRead } from './reading.ts';
import { tagsIn } from './tags.ts';
import { sealedState } from './trail.ts';

const READS_ONLY: RecordView['may'] = { correct: [], erratum: false, propose: false, copy: false };
type RailStage = RecordView['rail'][number]['state'];
type Found = { state: RecordState; type: RecordType; title: string; pos: number };

/** Everything the record page shows: content, what may be done and why not, seals, what waits for whom, proof. */
export async function recordView(look: Look, id: string): Promise<RecordView | Refused> {
  const found = await recordOf(look, id);
  if (!found || !(await mayRead(look, found.state, found.type))) return noSuch('這筆紀錄', 'record');
  const { state: whole } = found;
  const past = look.asOf !== undefined;
  const shown = await shownOf(look, found);
  const { state, type } = shown;
  const seen: Preview = past
    ? { actions: [], waiting: [] }
    : await settleLook(look, () => preview(inputFor(look), whole) as never);
  const wake = past
    ? undefined
    : ((await settleLook(look, () => wakes(inputFor(look), whole) as never)) as { due?: string });
  const definition = look.context.definitions.get(state.definition) ?? look.context.definition;
  const sections = await sectionsOf(look, definition, shown, past);
  const refs = await relatedTo(look, state);
  const looked = past ? undefined : await lastLook(look, id);
  const exceptions = await exceptionsOf(
    look,
    state.seals.map(({ mark }) => mark),
  );
  return {
    ...refOf(look, { ...state, title: found.title }),
    typeLabel: type.label,
    badges: badgesOf(type, state),
    gaps: await gapsAbout(look, id),
    version: state.version,
    ...(isLogged(look, type) ? { logged: true as const } : {}),
    ...(looked ? { looked } : {}),
    since: state.since,
    openedAt: state.openedAt,
    changedAt: state.changedAt,
    ...(state.closedAt ? { closedAt: state.closedAt } : {}),
    ...(state.requester ? { requester: personNamed(look, state.requester) } : {}),
    ...(state.unit ? { unit: unitNamed(look, state.unit) } : {}),
    ...(state.origin && refs.byId.get(state.origin) ? { origin: refs.byId.get(state.origin)! } : {}),
    ...(wake?.due ? { due: wake.due, remaining: remaining(look.parts.calendar(), look.now, wake.due).text } : {}),
    late: wake?.due !== undefined && wake.due < look.now,
    rail: railOf(type, state),
    states: Object.fromEntries(Object.values(type.flow).map((one) => [one.name, one.label])),
    sections,
    values: state.values,
    names: {
      ...(await englishOf(look, state)),
      ...(await namesIn(look, [
        state.values,
        state.seals.map((seal) => seal.content),
        [...(state.corrections ?? []), ...(state.proposals ?? [])].map(({ changes }) => changes),
      ] as unknown as Value)),
    },
    rows: listRows(definition, type, state),
    actions: seen.actions,
    gates: gatesCard(seen.actions),
    seals: state.seals
      .filter((seal) => !seal.renewed)
      .map((seal) => ({ ...sealView(look, type, state, seal), ...carried(look, type, state, seal, exceptions) })),
    emptySeals: emptySeals(definition, type, state),
    owed: state.owed.map((owed) => ({
      action: owed.action,
      label: type.actions[owed.action]?.label ?? { zh: owed.action, en: owed.action },
      because: owed.because,
      ...(owed.due ? { due: owed.due } : {}),
      who: seen.waiting
        .filter((one) => one.owed && one.action === owed.action)
        .flatMap((one) => one.persons.map((person) => personNamed(look, person))),
    })),
    waiting: seen.waiting.map((one) => ({
      label: one.label,
      who: one.persons.map((person) => personNamed(look, person)),
      ...(one.role ? { role: definition.roles[one.role]?.label ?? { zh: one.role, en: one.role } } : {}),
      ...(one.due ? { due: one.due } : {}),
    })),
    children: refs.children,
    links: state.links.flatMap((link) =>
      refs.byId.get(link.to) ? [{ to: refs.byId.get(link.to)!, as: link.as }] : [],
    ),
    withheld: refs.withheld,
    notices: await noticesOf(look, id),
    clauses: clausesOf(definition, type),
    proof: await proofOf(look, id),
    held: past ? [] : await heldViews(look, type, state),
    marked: await markedOn(look, type, state),
    tags: tagsIn(type, state),
    corrections: correctionViews(look, type, state),
    proposals: await proposalViews(look, type, state),
    ...(state.copied && refs.byId.get(state.copied) ? { copied: refs.byId.get(state.copied)! } : {}),
    may: confinedTo(look) ? READS_ONLY : await mayCorrect(look, type, state),
    ...(past ? {} : { paper: await paperView(look, type, state) }),
    mayComment: !past && look.viewer.person !== undefined && !confinedTo(look),
    mayPrint: true,
    ...(look.asOf ? { asOf: look.asOf.date } : {}),
  };
}

/** Sections with what is shown now and whether this viewer may write them. */
async function sectionsOf(
  look: Look,
  definition: Definition,
  { state, type }: Found,
  past: boolean,
): Promise<RecordView['sections']> {
  return settleLook(look, () => {
    const work = begin(inputFor(look), 'look');
    const scope = scopeOf(work, state);
    const shown = new Set(
      Object.values(type.fields)
        .filter((field) => isShown(type, field, scope))
        .map((field) => field.name),
    );
    const writable = (section: Section) => !past && mayFill(work, state, section.name, scope) === true;
    const views = sectionViews(definition, type, () => true, writable).map((section) => ({
      ...section,
      fields: section.fields.map((field) => ({ ...field, hidden: !shown.has(field.name) })),
    }));
    const noted =
      type.sections._base?.fields.flatMap((name) =>
        state.values[name] === undefined ? [] : [fieldView(definition, type.fields[name]!, false)],
      ) ?? [];
    if (noted.length > 0)
      views.push({ name: '_base', label: { zh: '意見', en: 'Remarks' }, editable: false, fields: noted });
    const needs = [...work.needs.values()];
    return (needs.length > 0 ? { needs } : views) as never;
  }).then((views) => (needsMore(views) ? [] : (views as RecordView['sections'])));
}

/** Stages where the flow declares them, else its states: what is done, where it is, what is to come. */
function railOf(type: RecordType, state: RecordState): RecordView['rail'] {
  const states = Object.values(type.flow).filter(
    ({ name }) => name === state.state || !(isSideEnd(type, name) || isSideWay(type, state, name)),
  );
  const at = states.findIndex((one) => one.name === state.state);
  return states.map((one, index) => ({
    name: one.name,
    label: one.label,
    state: stageOf(type, state, one.name, index - at),
    ...(index === at ? { at: state.since } : {}),
  }));
}

/** A stage before the present one that no act led to was skipped, as by an emergency: never shown as done. */
function stageOf(type: RecordType, state: RecordState, name: string, from: number): RailStage {
  if (from > 0) return 'todo';
  if (from === 0) return type.flow[name]?.final ? 'done' : 'now';
  const wasThere =
    Object.keys(type.flow)[0] === name || Object.keys(state.acts).some((act) => type.actions[act]?.to === name);
  return wasThere || !state.acts.open ? 'done' : 'skipped';
}

/** What only an emergency, or a turning aside that must be given a reason for, leads to shows when the record went there. */
function isSideWay(type: RecordType, state: RecordState, name: string): boolean {
  if (Object.keys(type.flow)[0] === name) return false;
  const ways = Object.values(type.actions).filter((action) => action.to === name && !action.from.includes(name));
  const aside = (action: Action) => action.emergency !== undefined || action.asks.includes('reason');
  return ways.length > 0 && ways.every((action) => aside(action) && !state.acts[action.name]);
}

/** Ends off the main way (withdrawn, refused) show only when the record went there: every final state but the last declared on the way. */
function isSideEnd(type: RecordType, name: string): boolean {
  const finals = Object.values(type.flow).filter((one) => one.final);
  return type.flow[name]?.final === true && finals.length > 1 && finals[0]?.name !== name;
}

/** The gates of the next forward action this viewer could do, else of the first one. */
function gatesCard(actions: ActionView[]): RecordView['gates'] {
  const forward = actions.filter((action) => action.kind === 'forward' && action.gates.length > 0);
  const next =
    forward.find((action) => action.allowed) ??
    forward.find((action) => !action.refusals.some(({ code }) => code === 'by')) ??
    forward[0];
  const list = next?.gates.filter((gate) => gate.outcome !== 'off') ?? [];
  const passed = list.filter((gate) => gate.outcome === 'holds' || gate.outcome === 'waived' || gate.advises).length;
  return { ...(next ? { action: next.action, label: next.label } : {}), passed, all: list.length, list };
}

function sealView(look: Look, type: RecordType, state: RecordState, seal: RecordState['seals'][number]): SealView {
  const { definition } = look.context;
  return {
    id: seal.id,
    action: seal.action,
    label: type.actions[seal.action]?.label ?? { zh: seal.action, en: seal.action },
    by: personNamed(look, seal.by),
    ...(seal.for ? { for: personNamed(look, seal.for) } : {}),
    ...(seal.role ? { role: definition.roles[seal.role]?.label ?? { zh: seal.role, en: seal.role } } : {}),
    at: seal.at,
    factor: seal.factor,
    signed: seal.signature !== undefined,
    ...(seal.void
      ? {
          void: {
            at: seal.void.at,
            ...(seal.void.objection ? { objection: seal.void.objection } : {}),
            ...(seal.void.by ? { by: personNamed(look, seal.void.by).name } : {}),
            changes: changesBetween(
              type,
              contentToday(seal),
              pick(state.values, Object.keys(seal.content).concat(seal.void.fields)),
            ),
          },
        }
      : {}),
    owed: state.owed.some((owed) => owed.action === seal.action && owed.because === 'voided'),
  };
}

/** A seal given otherwise than in person, and slips corrected under it. */
function carried(
  look: Look,
  type: RecordType,
  state: RecordState,
  seal: RecordState['seals'][number],
  exceptions: Map<string, RecordRef>,
): Pick<SealView, 'mark' | 'corrected' | 'afterReset' | 'afterwards'> {
  const { mark } = seal;
  const corrected = seal.corrected && changesBetween(type, seal.content, contentToday(seal));
  return {
    ...(mark ? { mark: markView(look, { ...seal, at: seal.signedAt ?? seal.at, mark }, exceptions) } : {}),
    ...(isAfterwards(type, state, seal) ? { afterwards: true } : {}),
    ...(seal.afterReset ? { afterReset: true } : {}),
    ...(corrected?.length ? { corrected } : {}),
  };
}

const pick = (values: RecordState['values'], names: string[]): RecordState['values'] =>
  Object.fromEntries(names.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]!]])));

/** Seals still to come on the way forward. */
function emptySeals(definition: Definition, type: RecordType, state: RecordState): RecordView['emptySeals'] {
  if (type.flow[state.state]?.final) return [];
  const order = Object.keys(type.flow);
  const at = order.indexOf(state.state);
  return Object.values(type.actions)
    .filter(
      (action) =>
        action.seal &&
        action.to &&
        order.indexOf(action.to) > at &&
        action.from.some((from) => order.indexOf(from) >= at),
    )
    .filter((action) => !state.seals.some((seal) => seal.action === action.name && !seal.void && !seal.renewed))
    .filter((action) => !isSideEnd(type, action.to!))
    .filter((action) => action.from.some((from) => from === state.state || !isSideWay(type, state, from)))
    .map((action) => ({
      action: action.name,
      label: action.label,
      role: whoLabel(definition, action.by[0]?.any[0]?.who),
    }));
}

function whoLabel(definition: Definition, who: Who | undefined): Text {
  if (who?.kind === 'role' || who?.kind === 'role_of')
    return definition.roles[who.role]?.label ?? { zh: who.role, en: who.role };
  if (who?.kind === 'path' && who.path[0] === 'requester') return { zh: '申請人', en: 'Requester' };
  return { zh: '承辦', en: 'In charge' };
}

/** Labels of list rows that table rows were drawn from: `source` holds the row's id. */
function listRows(definition: Definition, type: RecordType, state: RecordState): Record<string, Text> {
  const labels: Record<string, Text> = {};
  for (const field of Object.values(type.fields)) {
    if (field.from?.from.kind !== 'list' || !Array.isArray(state.values[field.name])) continue;
    const rows = definition.lists[field.from.from.list]?.rows ?? {};
    for (const [id, row] of Object.entries(rows)) labels[id] = row.label;
  }
  return labels;
}

async function relatedTo(look: Look, state: RecordState) {
  const found = await sql<{
    id: string;
  }>`select id from record where organisation = ${look.organisation} and origin = ${state.id} order by opened_at, id limit 200`.execute(
    look.tx,
  );
  const children = found.rows.map((row) => row.id);
  const { refs, hidden } = await refsAmong(look, [
    ...children,
    ...state.links.map((link) => link.to),
    ...(state.origin ? [state.origin] : []),
    ...(state.copied ? [state.copied] : []),
  ]);
  return { byId: refs, children: children.flatMap((id) => refs.get(id) ?? []), withheld: hidden.size };
}

async function noticesOf(look: Look, id: string): Promise<RecordView['notices']> {
  const found = await sql<{
    id: string;
    person: string;
    message: Text;
    at: Date;
    read_at: Date | null;
    ack_until: Date | null;
    ack_at: Date | null;
  }>`
    select id, person, message, at, read_at, ack_until, ack_at from notice where organisation = ${look.organisation} and record = ${id} order by at desc limit 200`.execute(
    look.tx,
  );
  return [...Map.groupBy(found.rows, (row) => row.id).values()].map((rows) => ({
    to: rows.map((row) => personNamed(look, row.person)),
    message: rows[0]!.message,
    at: rows[0]!.at.toISOString(),
    read: rows.flatMap((row) =>
      row.read_at ? [{ by: personNamed(look, row.person), at: row.read_at.toISOString() }] : [],
    ),
    ...(rows[0]!.ack_until
      ? {
          ack: {
            until: rows[0]!.ack_until.toISOString(),
            ...(rows[0]!.ack_at ? { at: rows[0]!.ack_at.toISOString() } : {}),
          },
        }
      : {}),
  }));
}

function clausesOf(definition: Definition, type: RecordType): RecordView['clauses'] {
  const ids = new Set([
    ...type.clauses,
    ...Object.values(type.gates).flatMap((gate) => gate.clauses),
    ...Object.values(type.actions).flatMap((action) => action.clauses),
  ]);
  return [...ids].flatMap((id) => {
    const clause = definition.clauses[id];
    return clause ? [{ id, ...(clause.ref ? { ref: clause.ref } : {}), text: { zh: clause.zh, en: clause.en } }] : [];
  });
}

async function proofOf(look: Look, id: string): Promise<RecordView['proof']> {
  const sealed = await sealedState(look);
  const found = await sql<{
    n: string;
    sealed: string;
  }>`select count(*) as n, count(*) filter (where pos < ${sealed.size}) as sealed from event
    where organisation = ${look.organisation} and stream = ${id}`.execute(look.tx);
  const row = found.rows[0];
  return {
    events: Number(row?.n ?? 0),
    sealed: Number(row?.sealed ?? 0),
    size: sealed.size,
    root: sealed.root,
    ...(sealed.at ? { sealedAt: sealed.at } : {}),
  };
}
