import type { RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { changesWanted, enterCorrection, keepersOf, notASlip, sayWhy } from './correct.ts';
import { sendNotice } from './follow-ups.ts';
import { save } from './save.ts';
import { countsInAll, mayFill, personsIn } from './standing.ts';
import type { Command, Proposal, RecordState, Values } from './types.ts';
import { noSuchRecord } from './words.ts';
import { emit, nextId, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/** A correction case for a register entry: anybody asks, whoever keeps the register decides, both stand in its history. */

/** Asks for a correction; nothing changes yet. */
export function propose(work: Work, command: Extract<Command, { do: 'propose' }>): Refusal[] {
  const found = entry(work, command.record);
  if ('refusals' in found) return found.refusals;
  const { state, type } = found;
  const { actor, now } = work.input;
  if (actor.kind !== 'person') return [noSuchRecord(command.record)];
  const wanted = changesWanted(work, type, state, command.changes);
  if ('refusals' in wanted) return wanted.refusals;
  const refusals = sayWhy(command.reason);
  if (refusals.length > 0) return refusals;
  const { changes } = wanted;
  const proposal: Proposal = { id: nextId(work), at: now, by: actor.person, reason: command.reason.trim(), changes };
  const keepers = keepersFor(work, type, state, proposal).filter((person) => person !== actor.person);
  if (work.needs.size > 0) return [];
  emit(work, state, { stream: state.id, type: 'record.proposed', data: { type: type.name, proposal } });
  if (keepers.length > 0)
    sendNotice(
      work,
      state.id,
      keepers,
      text(
        `${type.label.zh} ${state.number}：有人申請更正，請決定`,
        `${type.label.en} ${state.number}: a correction is asked for; please decide`,
      ),
    );
  return [];
}

/**
 * Whoever keeps the register agrees, and it is written as their own hand would write it, through the same gates; or does not, and
 * says why. Never whoever asked for it.
 */
export function decideProposal(work: Work, command: Extract<Command, { do: 'decide' }>): Refusal[] {
  const found = entry(work, command.record);
  if ('refusals' in found) return found.refusals;
  const { state, type } = found;
  const proposal = state.proposals?.find(({ id, decided }) => id === command.proposal && !decided);
  const { actor, now } = work.input;
  if (!proposal || actor.kind !== 'person') return [decidedAlready];
  if (proposal.by === actor.person) return [notOwn];
  const keeps = proposal.changes.map(({ field }) =>
    countsInAll(work, keepersOf(type, type.fields[field]!), scopeOf(work, state)),
  );
  if (keeps.includes(false)) return [notTheKeeper];
  if (keeps.includes('pending')) return [];
  const words = command.words?.trim() ?? '';
  if (!command.agree && (words === '' || words.length > 2_000 || !words.isWellFormed())) return [sayWhyNot];
  const decided = { by: actor.person, at: now, agree: command.agree, ...(words === '' ? {} : { words }) };
  const done = emit(work, state, {
    stream: state.id,
    type: 'record.decided',
    data: { type: type.name, proposal: proposal.id, decided },
  });
  const refusals = command.agree ? carryOut(work, type, done, proposal) : [];
  if (refusals.length > 0 || work.needs.size > 0) return refusals;
  const answer = command.agree ? text('已更正', 'corrected') : text(`未更正：${words}`, `not corrected: ${words}`);
  sendNotice(
    work,
    state.id,
    [proposal.by],
    text(`${type.label.zh} ${state.number} ${answer.zh}`, `${type.label.en} ${state.number} ${answer.en}`),
  );
  return [];
}

/** What the keeper may write now is saved; what only papers move is a slip, or has its own procedure. */
function carryOut(work: Work, type: RecordType, state: RecordState, proposal: Proposal): Refusal[] {
  const scope = scopeOf(work, state);
  const writes = proposal.changes.every(
    ({ field }) => mayFill(work, state, type.fields[field]!.section, scope) === true,
  );
  if (writes) {
    const values: Values = Object.fromEntries(proposal.changes.map(({ field, after }) => [field, after ?? '']));
    return save(work, state.id, values);
  }
  const bound = proposal.changes.flatMap((change) => notASlip(work, type, state, change));
  if (bound.length > 0) return bound;
  const reason = `${proposal.reason}`;
  enterCorrection(work, type, state, proposal.changes, reason, type.flow[state.state]?.final ?? false);
  return [];
}

function entry(work: Work, id: string): { state: RecordState; type: RecordType } | { refusals: Refusal[] } {
  const state = recordOf(work, id);
  if (!state || 'thing' in state) return { refusals: state ? [] : [noSuchRecord(id)] };
  const type = typeOf(work, state);
  if (!type) return { refusals: [noSuchRecord(id)] };
  return type.role === 'register' ? { state, type } : { refusals: [notARegister] };
}

/** Who decides about a proposal: whoever writes every field it names. */
export function keepersFor(work: Work, type: RecordType, state: RecordState, proposal: Proposal): string[] {
  const scope = scopeOf(work, state);
  const each = proposal.changes.map(({ field }) => personsIn(work, keepersOf(type, type.fields[field]!), scope));
  const [first = [], ...rest] = each;
  return first.filter((person) => person !== proposal.by && rest.every((persons) => persons.includes(person)));
}

const notARegister: Refusal = {
  code: 'invalid',
  message: text('更正申請只用於簿冊', 'Corrections are asked for in registers only'),
  fix: { text: text('案件請由填寫人更正', 'In a case, whoever wrote it corrects it') },
};
const decidedAlready: Refusal = { code: 'state', message: text('這項申請已有決定', 'This has been decided already') };
const notOwn: Refusal = {
  code: 'never',
  message: text('申請人不得自行決定', 'Nobody decides about what they asked for'),
};
const notTheKeeper: Refusal = {
  code: 'by',
  message: text('由簿冊管理人決定', 'Whoever keeps the register decides'),
};
const sayWhyNot: Refusal = { code: 'required', field: 'words', message: text('請說明不更正的理由', 'Say why not') };
