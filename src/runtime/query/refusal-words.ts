import type { Envelope } from '../../kernel/ledger/envelope.ts';
import type { Text } from '../../kernel/text.ts';

/** What failed, by kind of a counted refusal (`adapters/auth/failures.ts`). */
const KINDS: Record<string, Text> = {
  name: { zh: '帳號不存在', en: 'no such account' },
  'sign_in.password': { zh: '密碼不正確', en: 'wrong password' },
  'sign_in.passkey': { zh: '通行金鑰不符', en: 'passkey did not match' },
  'sign_in.locked': { zh: '鎖定期間嘗試', en: 'tried while locked' },
  'sign_in.closed': { zh: '不在可使用期間', en: 'outside the days allowed' },
  'factor.refused.totp': { zh: '驗證碼不正確', en: 'wrong one-time code' },
  'factor.refused.backup_code': { zh: '備援碼不正確', en: 'wrong backup code' },
  'factor.refused.password': { zh: '簽核時密碼不正確', en: 'wrong password at signing' },
  'factor.refused.passkey': { zh: '簽核時通行金鑰不符', en: 'passkey did not match at signing' },
  'factor.refused.locked': { zh: '鎖定期間簽核', en: 'signing while locked' },
  'factor.forged.password': { zh: '密碼非系統寫入', en: 'password not written by the system' },
  'factor.forged.totp': { zh: '驗證器非系統寫入', en: 'authenticator not written by the system' },
  'factor.forged.backup_code': { zh: '備援碼非系統寫入', en: 'backup codes not written by the system' },
  'factor.forged.passkey': { zh: '通行金鑰非系統寫入', en: 'passkey not written by the system' },
  'token.unknown': { zh: '無此權杖', en: 'no such token' },
  'token.revoked': { zh: '權杖已撤銷', en: 'token revoked' },
  'token.expired': { zh: '權杖已到期', en: 'token expired' },
  'token.unfounded': { zh: '權杖無軌跡可據', en: 'token not on record' },
  'token.closed': { zh: '持有人已不在職', en: 'its person is not here' },
  'token.read_only': { zh: '唯讀權杖要求寫入', en: 'a read-only token tried to write' },
};

/** What the entries of counted refusals say (`modules/trail/refusals.ts`). */
export type RefusalWindow = {
  person?: string;
  from: string;
  until: string;
  count: number;
  locks: number;
  kinds: { kind: string; count: number }[];
  addresses: { address: string; count: number }[];
  others?: { addresses: number; count: number };
};

/** `37 次（密碼不正確 32、鎖定期間嘗試 5），鎖定 1 次，來自 2 個網路位址`; undefined for other entries. */
export function refusalWords({ type, data }: Pick<Envelope, 'type' | 'data'>): Text | undefined {
  if (!/^(sign_in\.(refused|unknown_names)|token\.refused)$/.test(type)) return undefined;
  const { count = 0, locks = 0, kinds = [], addresses = [], others } = data as unknown as Partial<RefusalWindow>;
  const listed = kinds.map(({ kind, count: many }) => ({ ...failureLabel(kind), many }));
  const from = addresses.length + (others?.addresses ?? 0);
  const zh = [
    `${count} 次（${listed.map((one) => `${one.zh} ${one.many}`).join('、')}）`,
    ...(locks > 0 ? [`鎖定 ${locks} 次`] : []),
    ...(from > 0 ? [`來自 ${from} 個網路位址`] : []),
  ];
  const en = [
    `${count} × (${listed.map((one) => `${one.en} ${one.many}`).join(', ')})`,
    ...(locks > 0 ? [`locked ${locks} ×`] : []),
    ...(from > 0 ? [`from ${from} network address${from === 1 ? '' : 'es'}`] : []),
  ];
  return { zh: zh.join('，'), en: en.join(', ') };
}

/** What failed, by kind. */
export const failureLabel = (kind: string): Text => KINDS[kind] ?? { zh: kind, en: kind };
