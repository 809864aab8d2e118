import type { Refusal } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

const lockClause = 'annex10.ia.authenticator_management.3';

/** The same for a wrong password and a name nobody has; how many attempts are left is counted alike. */
export const wrong = (left: number): Refusal => ({
  code: 'by',
  message: text(`帳號或密碼不正確，還可再試 ${left} 次`, `Name or password is wrong; ${left} attempts left`),
  fix: {
    text: text('請再輸入一次；忘記密碼請按「重設密碼」', 'Type it again, or reset the password'),
    go: 'sign_in.reset',
  },
  clauses: [lockClause],
});

export const wrongCode = (left: number): Refusal => ({
  code: 'factor',
  message: text(`驗證碼不正確或已用過，還可再試 ${left} 次`, `The code is wrong or was used; ${left} attempts left`),
  fix: { text: text('請等下一組驗證碼再輸入', 'Wait for the next code') },
  clauses: [lockClause],
});

export const locked = (until: Date): Refusal => ({
  code: 'by',
  message: text(
    `連續失敗次數過多，${localClock(until)} 以前不能登入`,
    `Too many failures in a row; no sign-in before ${localClock(until)}`,
  ),
  fix: { text: text(`請於 ${localClock(until)} 以後再試`, `Try again after ${localClock(until)}`) },
  clauses: [lockClause],
});

export const forged: Refusal = {
  code: 'forbidden',
  message: text(
    '此登入憑證不是系統寫入的，不予採認',
    'This credential was not written by the system and does not count',
  ),
  fix: { text: text('請通報資安承辦人', 'Tell the security officer') },
};

export const unverifiedUser: Refusal = {
  code: 'factor',
  message: text('通行密鑰裝置未確認使用者本人', 'The passkey device did not check who uses it'),
  fix: { text: text('請在裝置上啟用指紋、臉部或 PIN', 'Turn on fingerprint, face or PIN on the device') },
};

export const tooMany: Refusal = {
  code: 'limit',
  message: text('來自此網路位址的登入請求過多', 'Too many sign-in requests from this network address'),
  fix: { text: text('請一分鐘後再試', 'Try again in a minute') },
  clauses: ['annex10.ia.authenticator_management.7'],
};

/** 14:05 in Taipei, to the next full minute: nobody comes back a few seconds early. */
function localClock(at: Date): string {
  const local = new Date(Math.ceil(at.getTime() / 60_000) * 60_000 + 8 * 3_600_000);
  return local.toISOString().slice(11, 16);
}
