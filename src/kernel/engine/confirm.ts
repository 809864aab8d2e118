import { confirmation } from '../ledger/approvals.ts';
import type { Json } from '../ledger/canonical.ts';
import type { RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { complete } from './act.ts';
import { assess } from './assess.ts';
import { sendNotice } from './follow-ups.ts';
import { counts, type Held, heldOn, mayConfirm } from './marks.ts';
import { MARKS } from './otherwise.ts';
import { tally } from './quorum.ts';
import { unsigned } from './signing.ts';
import type { Command, Confirmed, RecordState, Vote } from './types.ts';
import { factorWanted, noSuchRecord } from './words.ts';
import { emit, recordOf, scopeOf, typeOf, type Work } from './work.ts';

/**
 * A second person stands for something marked (登錄紙本核章, 補登, 代填, 兼任), or declines it and says why. One mechanism for all
 * four (decision 0060): never by who did it, entered it, or whose case it is; a factor is given again. A confirmed vote counts, and
 * when it was the last one wanting, the act is done now, through its gates as they stand now.
 */
export function confirm(work: Work, command: Extract<Command, { do: 'confirm' }>): Refusal[] {
  const state = recordOf(work, command.record);
  if (!state || 'thing' in state) return state ? [] : [noSuchRecord(command.record)];
  const type = typeOf(work, state);
  const held = heldOn(state).find((one) => one.mark.id === command.mark);
  if (!type || !held) return [nothingHeld];
  const { actor, now } = work.input;
  if (actor.kind !== 'person') return [notYoursToConfirm(held)];
  const may = mayConfirm(work, type, state, held, actor.person);
  if (may === 'pending') return [];
  if (!may) return [notYoursToConfirm(held)];
  const words = command.words?.trim() ?? '';
  if (!command.agree) return decline(work, state, held, words);
  const factor = actor.factor ?? 'none';
  if (factor === 'none') return [factorWanted];
  const { organisation } = work.input;
  const mark = held.mark as unknown as Json;
  const about = { ...confirmation({ organisation, record: state.id, what: held.what, mark }), without: [] };
  const missing = unsigned(actor, about);
  if (missing) return [missing];
  const { written, without } = about;
  const confirmed: Confirmed = {
    by: actor.person,
    at: now,
    factor,
    ...(actor.signed ? { signature: { ...actor.signed.signature, written, without } } : {}),
    ...(words === '' ? {} : { words }),
  };
  const done = emit(work, state, {
    stream: state.id,
    type: 'record.confirmed',
    data: { type: type.name, what: held.what, mark: held.mark.id, kind: held.mark.kind, confirmed },
  });
  return goOn(work, type, done, held);
}

/** The act itself, when nothing but this was wanting. */
function goOn(work: Work, type: RecordType, state: RecordState, held: Held): Refusal[] {
  const action = type.actions[held.what];
  const votes = (state.pending[held.what] ?? []).filter(counts);
  const last = votes.find(({ mark }) => mark?.id === held.mark.id);
  if (!action || !last) return [];
  const counted = tally(work, action, votes, scopeOf(work, state));
  if (work.needs.size > 0) return [];
  if (!counted.met) {
    work.waitingFor.push(...counted.waitingFor);
    return [];
  }
  const stage = assess(work, type, state, action, {
    record: state.id,
    action: action.name,
    values: {},
    waive: [],
    nested: false,
    counted: { may: true, ballots: [], ...(last.for === undefined ? {} : { for: last.for }) },
  });
  if ('stopped' in stage) return [stage.stopped];
  if (work.needs.size > 0) return [];
  if (stage.refusals.length > 0) return stage.refusals;
  return inTheirName(work, last, () =>
    complete(work, type, action, stage, [...votes.filter((one) => one !== last), last]),
  );
}

/** What the act sets off is set off by who signed, not by who confirmed: other records' acts are weighed by the signer's standing. */
function inTheirName(work: Work, vote: Vote, run: () => Refusal[]): Refusal[] {
  const { world } = work;
  work.world = { ...world, actor: vote.by };
  work.behalf = vote;
  const refusals = run();
  work.world = world;
  delete work.behalf;
  return refusals;
}

function decline(work: Work, state: RecordState, held: Held, words: string): Refusal[] {
  if (words === '' || words.length > 1_000 || !words.isWellFormed()) return [sayWhy];
  const { what, mark, by } = held;
  emit(work, state, {
    stream: state.id,
    type: 'record.declined',
    data: { type: state.type, what, mark: mark.id, kind: mark.kind, words },
  });
  const told = [...new Set([by, ...(mark.kind === 'paper' ? [mark.registrar] : [])])];
  const how = MARKS[mark.kind];
  sendNotice(
    work,
    state.id,
    told,
    text(`${state.number} ${how.zh}未獲確認：${words}`, `${state.number}, ${how.en}: not confirmed. ${words}`),
  );
  return [];
}

const nothingHeld: Refusal = {
  code: 'state',
  message: text('這一項已確認或已撤回', 'This has been confirmed or taken back already'),
  fix: { text: text('請重新整理', 'Reload') },
};
const notYoursToConfirm = ({ mark }: Held): Refusal => ({
  code: 'never',
  message:
    mark.kind === 'filled'
      ? text('代填內容由本人確認', 'What was filled in for somebody is theirs to confirm')
      : text(
          '須由另一人確認：不得是辦理人、登錄人或申請人',
          'Another person confirms: not who did it, entered it or asked for it',
        ),
});
const sayWhy: Refusal = {
  code: 'required',
  field: 'words',
  message: text('請說明為何不確認', 'Say why you do not confirm it'),
};
