import { type Refusal, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { act } from './act.ts';
import { confirm } from './confirm.ts';
import { correct, object } from './correct.ts';
import { handOver } from './hand-over.ts';
import { open } from './open.ts';
import { decideProposal, propose } from './propose.ts';
import { save } from './save.ts';
import { tick } from './tick.ts';
import type { Command, Input, Outcome, RecordState } from './types.ts';
import { isRevision, revise } from './versions.ts';
import { begin, emit, recordOf, typeOf, type Work } from './work.ts';

/**
 * Decides one command, purely: the same input and command give the same outcome on every pass and replay. Returns what must be
 * asked first (`needs`, as many at once as possible), why not (`refused`), or the events with the states they fold to. The caller
 * answers needs into `input.known` and decides again; a refusal that stands whatever else is asked comes at once.
 */
export function decide(input: Input, command: Command): Outcome {
  const work = begin(input, command.id);
  const record = 'record' in command && command.record !== undefined ? command.record : undefined;
  const refusals = run(work, command);
  if (refusals.length > 0) return refused(...refusals);
  if (work.needs.size > 0) return { needs: [...work.needs.values()] };
  return {
    events: work.events,
    states: work.states,
    effects: work.effects,
    warnings: work.warnings,
    waived: work.waived,
    waitingFor: [...new Set(work.waitingFor)],
    record: record ?? work.events[0]?.stream ?? '',
  };
}

function run(work: Work, command: Command): Refusal[] {
  switch (command.do) {
    case 'open':
      return open(work, {
        type: command.type,
        values: command.values,
        ...(command.record === undefined ? {} : { id: command.record }),
        unit: command.unit,
        origin: command.origin,
        owner: command.owner,
        backfill: command.backfill,
        copies: command.copies,
        prepared: command.prepared,
      });
    case 'save':
      return stale(work, command) ?? save(work, command.record, command.values, command.owner);
    case 'act':
      return stale(work, command) ?? doAct(work, command);
    case 'confirm':
      return stale(work, command) ?? confirm(work, command);
    case 'correct':
      return stale(work, command) ?? correct(work, command);
    case 'object':
      return object(work, command);
    case 'propose':
      return propose(work, command);
    case 'decide':
      return stale(work, command) ?? decideProposal(work, command);
    case 'comment':
      return comment(work, command);
    case 'link':
      return link(work, command);
    case 'hand_over':
      return handOver(work, command);
    case 'tick':
      tick(work, command.record);
      return [];
    default:
      return command satisfies never;
  }
}

function doAct(work: Work, command: Extract<Command, { do: 'act' }>): Refusal[] {
  const state = recordOf(work, command.record);
  const type = state && !('thing' in state) ? typeOf(work, state) : undefined;
  if (type && isRevision(type, state as RecordState, command.action)) return revise(work, type, state as RecordState);
  return act(work, {
    record: command.record,
    action: command.action,
    values: command.with,
    waive: command.waive ?? [],
    nested: false,
    backfill: command.backfill,
    paper: command.paper,
  });
}

/** Somebody else changed it meanwhile. */
function stale(work: Work, command: { record: string; version?: number }): Refusal[] | undefined {
  if (command.version === undefined) return undefined;
  const state = recordOf(work, command.record);
  if (!state || 'thing' in state || state.version === command.version) return undefined;
  return [
    {
      code: 'conflict',
      message: text(
        '這筆紀錄已被他人更新，請重新整理後再試',
        'Somebody else changed this record; reload and try again',
      ),
      fix: { text: text('重新整理', 'Reload') },
    },
  ];
}

const LONGEST_COMMENT = 10_000;

function comment(work: Work, command: Extract<Command, { do: 'comment' }>): Refusal[] {
  const state = existing(work, command.record);
  if (!('id' in state)) return state.refusals;
  const written = command.text.trim();
  if (written === '' || written.length > LONGEST_COMMENT || !written.isWellFormed()) {
    return [
      {
        code: 'invalid',
        message: text(`意見須為 1 至 ${LONGEST_COMMENT} 字`, `A comment has 1 to ${LONGEST_COMMENT} characters`),
        field: 'text',
      },
    ];
  }
  const { actor } = work.input;
  const author = actor.kind === 'clock' ? undefined : actor.person;
  emit(work, state, { stream: state.id, type: 'record.commented', data: { type: state.type, text: written, author } });
  return [];
}

function link(work: Work, command: Extract<Command, { do: 'link' }>): Refusal[] {
  const state = existing(work, command.record);
  const other = existing(work, command.to);
  if (!('id' in state)) return state.refusals;
  if (!('id' in other)) return other.refusals;
  if (state.links.some((one) => one.to === command.to && one.as === command.as)) return [];
  emit(work, state, {
    stream: state.id,
    type: 'record.linked',
    data: { type: state.type, to: command.to, as: command.as },
  });
  return [];
}

function existing(work: Work, id: string): RecordState | { refusals: Refusal[] } {
  const state = recordOf(work, id);
  if (state && !('thing' in state)) return state;
  if (state) return { refusals: [] };
  return { refusals: [{ code: 'missing', message: text(`沒有編號 ${id} 的紀錄`, `There is no record ${id}`) }] };
}
