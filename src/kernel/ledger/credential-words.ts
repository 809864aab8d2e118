import { localClock, localDate } from '../calendar/date.ts';
import { type Text, text } from '../text.ts';
import type { CredentialKind } from './credential-mark.ts';

/** What verification says of passwords, one-time codes and passkeys, with what to do. */

type Use = { id: string; at: string };
type Change = { position: number; until: string };

const NAMES: Record<CredentialKind, Text> = {
  password: text('密碼', 'password'),
  totp: text('驗證器', 'authenticator'),
  backup_codes: text('備援碼', 'set of backup codes'),
  passkey: text('通行金鑰', 'passkey'),
};

const moment = (at: string): string => `${localDate(at)} ${localClock(at)}`;

const CAUSE = text(
  '有人把它放回資料庫，或資料庫由較早的備份還原過',
  'somebody put it back into the database, or the database came from an older backup',
);
const MEND = text(
  '請查明該時段的登入與作為；結束其登入，並由兩人核可重設（連同第二因素），本人另設密碼',
  'look into what was done then; end its sessions and have two people reset it, second factors too, so that its owner sets a new password',
);

export const earlierUsed = (kind: CredentialKind, { id, at }: Use, left: Change): Text =>
  text(
    `帳號 ${id} 於 ${moment(at)} 用了先前的${NAMES[kind].zh}，該${NAMES[kind].zh}已於第 ${left.position} 筆（${moment(left.until)}）失效：${CAUSE.zh}。${MEND.zh}。`,
    `account ${id} used an earlier ${NAMES[kind].en} at ${moment(at)}, out of force since entry ${left.position} (${moment(left.until)}): ${CAUSE.en}; ${MEND.en}`,
  );

export const unknownUsed = (kind: CredentialKind, { id, at }: Use): Text =>
  text(
    `帳號 ${id} 於 ${moment(at)} 用了軌跡從未登錄的${NAMES[kind].zh}。${MEND.zh}。`,
    `account ${id} used a ${NAMES[kind].en} at ${moment(at)} that the ledger never had; ${MEND.en}`,
  );

export const withoutSecondFactor = (id: string, at: string, since: number): Text =>
  text(
    `帳號 ${id} 於 ${moment(at)} 只憑密碼登入，而其驗證器自第 ${since} 筆起有效：有人在資料庫把第二因素關掉。${MEND.zh}。`,
    `account ${id} signed in at ${moment(at)} with its password alone, though its authenticator was in force since entry ${since}: somebody switched it off in the database; ${MEND.en}`,
  );

export const earlierFound = (kind: CredentialKind, id: string, left: Change): Text =>
  text(
    `資料庫裡帳號 ${id} 的${NAMES[kind].zh}是先前的，已於第 ${left.position} 筆（${moment(left.until)}）失效：${CAUSE.zh}。${MEND.zh}。`,
    `the ${NAMES[kind].en} account ${id} has in the database is an earlier one, out of force since entry ${left.position} (${moment(left.until)}): ${CAUSE.en}; ${MEND.en}`,
  );

export const unknownFound = (kind: CredentialKind, id: string): Text =>
  text(
    `資料庫裡帳號 ${id} 有軌跡從未登錄的${NAMES[kind].zh}。${MEND.zh}。`,
    `account ${id} has a ${NAMES[kind].en} in the database that the ledger never had; ${MEND.en}`,
  );

export const gone = (kind: CredentialKind, id: string, entered: { position: number; at: string }): Text =>
  text(
    `帳號 ${id} 的${NAMES[kind].zh}（第 ${entered.position} 筆，${moment(entered.at)}）在資料庫裡不見了、或被關掉：有人刪除，或資料庫由較早的備份還原過。請由兩人核可重設，連同第二因素。`,
    `the ${NAMES[kind].en} of account ${id} (entry ${entered.position}, ${moment(entered.at)}) is gone from the database or switched off: somebody deleted it, or the database came from an older backup; have two people reset it, second factors too`,
  );
