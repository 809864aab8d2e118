import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { unconfirmed } from './marks.ts';
import type { Directory, RecordState } from './types.ts';

/** Tasks that no pack declares: names no action can have. */
export const CONFIRM = '@confirm';
export const COUNTERSIGN = '@countersign';
export const DECIDE = '@decide';
export const BUILT_IN: Record<string, Text> = {
  [CONFIRM]: text('確認', 'Confirm'),
  [COUNTERSIGN]: text('副署', 'Countersign'),
  [DECIDE]: text('決定更正申請', 'Decide about a correction'),
};

export const noSuchRecord = (id: string): Refusal => ({
  code: 'missing',
  message: text(`沒有編號 ${id} 的紀錄`, `There is no record ${id}`),
});
export const noSuchAction = (name: string): Refusal => ({
  code: 'missing',
  message: text(`沒有「${name}」這個動作`, `There is no action "${name}"`),
});

/** Two marks on one vote would let the second person be the first. */
export const concurrentInPerson = (action: Action): Refusal => ({
  code: 'never',
  message: text(
    `兼任辦理「${action.label.zh}」者須親自於系統簽核，不得以紙本登錄或補登`,
    `Whoever does “${action.label.en}” in concurrent duties does it here in person, not on paper or afterwards`,
  ),
  fix: { text: text('請本人登入簽核，再由另一人副署', 'They sign in and seal; another person countersigns') },
  clauses: action.clauses,
});

export function notInThisState(type: RecordType, state: RecordState, action: Action): Refusal {
  const now = type.flow[state.state]?.label ?? text(state.state, state.state);
  return {
    code: 'state',
    message: text(
      `目前為「${now.zh}」，不能「${action.label.zh}」`,
      `“${action.label.en}” is not possible while “${now.en}”`,
    ),
    clauses: action.clauses,
  };
}

export function papersOwed(type: RecordType, state: RecordState): Refusal {
  const owed = state.owed.map((one) => type.actions[one.action]?.label ?? text(one.action, one.action));
  return {
    code: 'owed',
    message: text(
      `須先補齊簽核：${owed.map((one) => one.zh).join('、')}`,
      `First make good: ${owed.map((one) => one.en).join(', ')}`,
    ),
    fix: { text: text('請原簽核人重新簽核', 'Have the signers seal again'), go: `action.${state.owed[0]!.action}` },
    clauses: [...new Set(state.owed.flatMap((one) => one.clauses))],
  };
}

/** What was filled for somebody or entered afterwards waits for a second person. */
export function awaitsConfirmation(directory: Directory, state: RecordState): Refusal {
  const name = (person: string) => directory.persons[person]?.name ?? person;
  const whats = unconfirmed(state).map(({ mark, by }) =>
    mark.kind === 'filled'
      ? text(`${name(mark.for)}確認${name(by)}代填的內容`, `${name(mark.for)} confirms what ${name(by)} filled in`)
      : text(`他人副署${name(by)}的補登`, `somebody else countersigns what ${name(by)} entered afterwards`),
  );
  return {
    code: 'owed',
    message: text(
      `須先由${whats.map(({ zh }) => zh).join('、')}，本案才能往下辦`,
      `First ${whats.map(({ en }) => en).join(', ')}; the case goes on after that`,
    ),
    fix: { text: text('請其於本頁確認', 'Have it confirmed on this page'), go: 'marks' },
  };
}

export const notYours = (field: string, label: { zh: string; en: string }): Refusal => ({
  code: 'forbidden',
  message: text(`您現在不能填寫「${label.zh}」`, `You cannot write “${label.en}” now`),
  field,
});

const proving = { text: text('請再次輸入密碼或使用通行金鑰', 'Enter your password again or use your passkey') };

export const factorWanted: Refusal = {
  code: 'factor',
  message: text('簽核須再次驗證身分', 'Sealing asks you to prove yourself again'),
  fix: proving,
};

/** The same of decisions that are no seal. */
export const proofWanted: Refusal = {
  code: 'factor',
  message: text('請再次驗證身分後辦理', 'Prove again who you are before doing this'),
  fix: proving,
};
