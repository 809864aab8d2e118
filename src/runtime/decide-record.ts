import { decide } from '../kernel/engine/decide.ts';
import { noting, readOf } from '../kernel/engine/read.ts';
import type { Command, Decision, EngineEvent, RecordState } from '../kernel/engine/types.ts';
import { noSuchRecord } from '../kernel/engine/words.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { Drafted } from './entries.ts';
import { answer, touchedBy } from './gather.ts';
import type { Module } from './module.ts';
import { filesFor } from './query/files.ts';
import { mayRead } from './query/reading.ts';
import { filesIn, noteAttached } from './store/files.ts';
import {
  type Answer,
  capacityOf,
  finish,
  flushProjections,
  inputOf,
  journal,
  noteNumbers,
  type Request,
  settled,
  touch,
  type Work,
} from './work.ts';

const MOST_EVENTS = 500;

/** Decides a command about a record, and enters what happened. */
export async function decideRecord(work: Work, request: Request): Promise<Answer> {
  const command = request.command as Command;
  const { known, looked, begin } = noting(work.known);
  const input = { ...inputOf(work, request), known };
  const outcome = await settled(work, () => {
    begin();
    return decide(input, command);
  });
  const hidden = await firstHidden(work, request, command);
  if (hidden !== undefined) return refused(noSuchRecord(hidden));
  const brought = filesBrought(work, request, command);
  if (!(await mayBring(work, request, brought))) return noSuchFile;
  if (isRefused(outcome)) return recordAttempt(work, request, outcome);
  if (outcome.events.length > MOST_EVENTS) return tooManyEvents;
  if (outcome.events.length === 0) {
    // A record that was woken and had nothing to do: whose turn it is and its next moment are worked out anew.
    if (command.do === 'tick') work.unplanned.add(command.record);
    return {
      pos: work.journal.head.nextPos,
      count: 0,
      response: {
        record: outcome.record,
        version: work.known.records.get(outcome.record)?.version ?? 0,
        warnings: outcome.warnings as never,
      },
      repeated: false,
    };
  }
  const effects = outcome.effects.flatMap((effect) => effectEvents(work, effect));
  const entered = await journal(
    work,
    request,
    [...outcome.events.map((event) => draft(event, outcome.states)), ...effects],
    capacityOf(work, request, decidedFor(command, outcome)),
    readOf(input, looked, work.asking.needs, outcome.states.values(), outsideFacts(work.parts.modules)),
  );
  if (isRefused(entered)) return entered;
  await remember(work, outcome, entered.pos);
  if (request.actor.kind === 'person' && brought.length > 0)
    await noteAttached(work.tx, work.organisation, request.actor.person, brought, work.asking.now);
  const response = {
    record: outcome.record,
    version: outcome.states.get(outcome.record)?.version ?? 0,
    warnings: outcome.warnings as never,
    waived: outcome.waived,
    waitingFor: outcome.waitingFor,
  };
  return finish(work, request, entered, response);
}

const outsideOf = new WeakMap<Module[], Set<string>>();

/** Facts that ask what no event tells, by name. */
function outsideFacts(modules: Module[]): Set<string> {
  const known = outsideOf.get(modules) ?? new Set(modules.flatMap(({ outside }) => outside ?? []));
  outsideOf.set(modules, known);
  return known;
}

/**
 * What somebody may not read is not there for them, to write on either. Acts are left out: an attempt at an act nobody gave them
 * is answered by the act's own rules, and stays on record.
 */
async function firstHidden(work: Work, { actor }: Request, command: Command): Promise<string | undefined> {
  if (actor.kind !== 'person' || command.do === 'tick') return undefined;
  const ids = idsNamed(command);
  if (ids.length === 0) return undefined;
  const { context, known, asking } = work;
  const reader = readerOf(work, actor);
  await answer(
    asking,
    known,
    ids.map((id) => ({ need: 'record', key: id, id })),
  );
  for (const id of ids) {
    const state = known.records.get(id);
    const type = state && context.definitions.get(state.definition)?.records[state.type];
    if (!state || !type || !(await mayRead(reader, state, type))) return id;
  }
  return undefined;
}

const readerOf = (
  { tx, organisation, context, asking }: Work,
  { person, account }: { person: string; account?: string },
) => ({
  ...{ tx, organisation, context, now: asking.now },
  viewer: { person, administrator: false, ...(account === undefined ? {} : { account }) },
});

/** Contents a command names that its record does not hold already. */
function filesBrought({ known }: Work, { actor }: Request, command: Command): string[] {
  if (actor.kind !== 'person' || command.do === 'tick') return [];
  const named = filesIn(command);
  if (named.length === 0) return [];
  const held = new Set('record' in command ? filesIn(known.records.get(command.record)) : []);
  return [...new Set(named)].filter((sha256) => !held.has(sha256));
}

/** Nobody gets hold of a content by attaching it: it must be theirs to have already. */
async function mayBring(work: Work, { actor }: Request, brought: string[]): Promise<boolean> {
  if (actor.kind !== 'person' || brought.length === 0) return true;
  await flushProjections(work); // what earlier commands of the group attached counts
  return (await filesFor(readerOf(work, actor), brought)).length === brought.length;
}

const noSuchFile = refused({
  code: 'missing',
  field: 'files',
  message: text('找不到附件的檔案，請重新上傳。', 'No such file is there to attach; upload it again.'),
});

/** What of other people's a command looks at; entering paper looks at the whole case, an ordinary act does not. */
function idsNamed(command: Exclude<Command, { do: 'tick' }>): string[] {
  switch (command.do) {
    case 'open':
      return command.copies === undefined ? [] : [command.copies];
    case 'act':
      return command.paper ? [command.record] : [];
    case 'link':
      return [command.record, command.to];
    default:
      return [command.record];
  }
}

/** The record's type stands in each of its events, so that an event can be read without its stream's first one. */
const draft = (event: EngineEvent, states: Map<string, RecordState>): Drafted => ({
  stream: event.stream,
  type: event.type,
  data: {
    ...event.data,
    type: states.get(event.stream)?.type ?? '',
    ...(event.clauses ? { clauses: event.clauses } : {}),
  },
  personal: event.personal,
  ...(event.gates ? { gates: event.gates } : {}),
});

/** Whose deputy the actor was; whoever enters paper or confirms is nobody's, whatever the signer was. */
function decidedFor(command: Command, outcome: Decision): string | undefined {
  if (command.do === 'confirm' || (command.do === 'act' && command.paper)) return undefined;
  return outcome.events.map((event) => event.data.for).find((principal) => typeof principal === 'string') as
    | string
    | undefined;
}

function effectEvents(work: Work, effect: Decision['effects'][number]): Drafted[] {
  const module = work.parts.modules.find(({ name }) => name === effect.module);
  const make = module?.effects?.[effect.name];
  // What no module does yet is still on record as asked for.
  return make
    ? make(effect.args, effect.record)
    : [
        {
          stream: effect.record,
          type: 'effect.asked',
          data: { module: effect.module, name: effect.name, args: effect.args },
        },
      ];
}

/** After a decision: later commands of the group see the new states, and what those states answered is asked again. */
async function remember(work: Work, outcome: Decision, firstPos: number) {
  const positions = new Map<string, number>();
  outcome.events.forEach((event, index) => {
    positions.set(event.stream, firstPos + index);
  });
  const changedTypes = new Set<string>();
  const moved: Parameters<typeof touch>[1] = [];
  for (const [id, state] of outcome.states) {
    const before = work.known.records.get(id);
    changedTypes.add(state.type);
    work.known.records.set(id, state);
    moved.push({ after: state, pos: positions.get(id) ?? firstPos, ...(before ? { before } : {}) });
  }
  touch(work, moved);
  forgetAnswers(work, changedTypes);
  noteNumbers(work, outcome.events);
  work.news.records.push(...outcome.states.keys());
}

function forgetAnswers(work: Work, changedTypes: Set<string>) {
  const { known, context } = work;
  for (const key of [...known.sets.keys()]) {
    const need = work.asking.needs.get(key);
    const touched = need?.need === 'set' ? touchedBy(context.definition, need.query) : 'any';
    if (touched === 'any' || [...changedTypes].some((type) => touched.has(type))) known.sets.delete(key);
  }
  known.taken.clear();
  if ([...changedTypes].some((type) => work.parts.modules.some((module) => module.reads?.includes(type))))
    known.facts.clear();
}

/** Somebody tried what the rules do not allow them: the attempt itself is on record (xiluo.5.4.1.1). */
async function recordAttempt(work: Work, request: Request, outcome: Refused): Promise<Refused> {
  const command = request.command as Command;
  if (command.do !== 'act' || request.actor.kind !== 'person') return outcome;
  const telling = outcome.refused.filter((refusal) => ['by', 'never', 'gate'].includes(refusal.code));
  if (telling.length === 0) return outcome;
  const state = work.known.records.get(command.record);
  if (!state) return outcome;
  const event: Drafted = {
    stream: `attempt:${command.record}`,
    type: 'attempt.refused',
    data: {
      record: command.record,
      type: state.type,
      action: command.action,
      codes: telling.map((refusal) => refusal.gate ?? refusal.code),
      clauses: [...new Set(telling.flatMap((refusal) => refusal.clauses ?? []))],
    },
  };
  await journal(work, request, [event], capacityOf(work, request, undefined));
  return outcome;
}

/** One act writes no more than people can follow. */
export const tooManyEvents = refused({
  code: 'limit',
  message: text(
    `一次作業最多寫入 ${MOST_EVENTS} 筆紀錄，請分批辦理。`,
    `One act writes at most ${MOST_EVENTS} events; do it in parts.`,
  ),
});
