import type { Text } from '../../kernel/text.ts';

/** What was tried, of commands that are no act on a record: in the ledger a refused one stands by its name. */
const WORDS: Record<string, Text> = {
  'backups.note': { zh: '備份', en: 'back up' },
  'compliance.adopt': { zh: '採用程序書', en: 'adopt procedures' },
  'compliance.decide_plan': { zh: '核定採用計畫', en: 'decide an adoption plan' },
  'compliance.explain': { zh: '說明燈號', en: 'explain a light' },
  'compliance.propose_plan': { zh: '擬訂採用計畫', en: 'propose an adoption plan' },
  'compliance.set_parameter': { zh: '設定參數', en: 'set a parameter' },
  'identity.add_deputy': { zh: '指定代理人', en: 'name a deputy' },
  'identity.add_person': { zh: '新增人員', en: 'add a person' },
  'identity.add_unit': { zh: '新增單位', en: 'add a unit' },
  'identity.admit_auditor': { zh: '開放外部稽核', en: 'admit an auditor from elsewhere' },
  'identity.confirm_role': { zh: '確認授予角色', en: 'confirm a role' },
  'identity.edit_person': { zh: '修改人員', en: 'change a person' },
  'identity.edit_setting': { zh: '變更設定', en: 'change a setting' },
  'identity.edit_unit': { zh: '修改單位', en: 'change a unit' },
  'identity.end_deputy': { zh: '終止代理', en: 'end a deputyship' },
  'identity.end_person': { zh: '辦理人員離職', en: 'end a person' },
  'identity.end_unit': { zh: '裁撤單位', en: 'close a unit' },
  'identity.give_role': { zh: '授予角色', en: 'give a role' },
  'identity.invite': { zh: '邀請建立帳號', en: 'invite to an account' },
  'identity.resume_person': { zh: '恢復人員', en: 'resume a person' },
  'identity.revoke_role': { zh: '取消角色', en: 'revoke a role' },
  'identity.suspend_person': { zh: '停權', en: 'suspend a person' },
  'procedures.import': { zh: '匯入程序書', en: 'import a procedure' },
  'procedures.import_checklist': { zh: '匯入檢核題庫', en: 'import a checklist' },
  'procedures.link': { zh: '對照條文', en: 'map clauses' },
  'procedures.withdraw': { zh: '撤下程序書', en: 'withdraw a procedure' },
  'retention.erase': { zh: '刪除個資', en: 'erase personal values' },
  'retention.hold': { zh: '列入保全', en: 'place a legal hold' },
  'retention.release': { zh: '解除保全', en: 'lift a legal hold' },
  'retention.state_archives': { zh: '聲明檔案法適用', en: 'state whether the Archives Act applies' },
  'tokens.make': { zh: '建立權杖', en: 'make a token' },
  'tokens.revoke': { zh: '撤銷權杖', en: 'revoke a token' },
};

export const commandWords = (name: string): Text => WORDS[name] ?? { zh: name, en: name };
