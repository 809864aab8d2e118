import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import type { RecordState } from './types.ts';

export const noSuchRecord = (id: string): Refusal => ({
  code: 'missing',
  message: text(`沒有編號 ${id} 的紀錄`, `There is no record ${id}`),
});
export const noSuchAction = (name: string): Refusal => ({
  code: 'missing',
  message: text(`沒有「${name}」這個動作`, `There is no action "${name}"`),
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

export const notYours = (field: string, label: { zh: string; en: string }): Refusal => ({
  code: 'forbidden',
  message: text(`您現在不能填寫「${label.zh}」`, `You cannot write “${label.en}” now`),
  field,
});

export const factorWanted: Refusal = {
  code: 'factor',
  message: text('簽核須再次驗證身分', 'Sealing asks you to prove yourself again'),
  fix: { text: text('請再次輸入密碼或使用通行金鑰', 'Enter your password again or use your passkey') },
};
