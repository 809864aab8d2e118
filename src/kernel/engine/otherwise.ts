import { isDate, localDate } from '../calendar/date.ts';
import { canonicalHash, type Json } from '../ledger/canonical.ts';
import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import type { Doing } from './assess.ts';
import { sendNotice } from './follow-ups.ts';
import { askedToConfirm, heldOn, marking } from './marks.ts';
import type { Standing } from './standing.ts';
import type { Backfill, FileValue, Mark, Paper, RecordState, Values } from './types.ts';
import { isObject } from './values.ts';
import { isDuring } from './who.ts';
import type { Work } from './work.ts';

/** Doing an act otherwise than in person, then and there: on paper, or entered after it was done. */

/** Why an act cannot be entered this way; nothing for an ordinary one. */
export function otherwiseRefused(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  doing: Doing,
): Refusal[] {
  if (doing.paper) return paperRefused(work, type, state, action, doing.paper, doing.values);
  if (!doing.backfill) return [];
  if (action.seal) return [sealsAreSigned];
  return backfillRefused(work, doing.backfill, beganAt(state));
}

/** The mark a vote carries, with who vouches for its author. */
export function markFor(
  work: Work,
  stands: Standing & { may: true },
  { paper, backfill }: Doing,
): { mark: Mark; factor: string; role?: string } | undefined {
  const { actor } = work.input;
  const role = stands.role === undefined ? {} : { role: stands.role };
  const factor = actor.kind === 'person' ? (actor.factor ?? 'none') : 'none';
  if (paper) {
    const { signer: _signer, ...sheet } = paper;
    const registrar = actor.kind === 'clock' ? '' : (actor.person ?? '');
    return { mark: marking(work, { kind: 'paper', ...sheet, registrar }), factor: 'paper', ...role };
  }
  if (backfill) return { mark: backfilled(work, backfill), factor, ...role };
  if (stands.concurrent === undefined) return undefined;
  return { mark: marking(work, { kind: 'concurrent', exception: stands.concurrent }), factor, ...role };
}

/** Whoever may confirm is told, once. */
export function tellConfirmers(work: Work, type: RecordType, state: RecordState, mark: string): void {
  const held = heldOn(state).find((one) => one.mark.id === mark);
  if (!held) return;
  const persons = askedToConfirm(work, type, state, held);
  work.waitingFor.push(...persons);
  if (persons.length === 0) return;
  const how = MARKS[held.mark.kind];
  const what = type.actions[held.what]?.label;
  sendNotice(
    work,
    state.id,
    persons,
    text(
      `${type.label.zh} ${state.number}${what ? `「${what.zh}」` : ''}${how.zh}，請確認`,
      `${type.label.en} ${state.number}${what ? ` “${what.en}”` : ''} ${how.en}: please confirm`,
    ),
  );
}

/** What each mark is called wherever it is shown. */
export const MARKS: Record<Mark['kind'], Text> = {
  paper: text('登錄紙本核章', 'signed on paper'),
  backfilled: text('補登', 'entered afterwards'),
  filled: text('代填', 'filled in by somebody else'),
  concurrent: text('兼任', 'concurrent duties'),
};

/** Begun before its papers, which are owed since. */
export const EMERGENCY: Text = text('緊急先行', 'emergency, papers later');

// ── paper ──────────────────────────────────────────────────────────────────────────────────────────────────────────

/**
 * The code of what stands in a record, as a print of it carries and its QR code repeats: 60 bits in Crockford's base 32. It covers
 * what people filled in, not what acts wrote: one sheet may go round and collect several stamps; changed content makes it outdated.
 */
export function contentCode(type: RecordType, state: Pick<RecordState, 'id' | 'values'>): string {
  const written = Object.values(type.fields).filter(
    (field) => !field.is && field.section !== '_base' && type.sections[field.section]?.filled !== 'none',
  );
  const values: Values = {};
  for (const { name } of written) if (state.values[name] !== undefined) values[name] = state.values[name];
  const digest = BigInt(`0x${canonicalHash({ record: state.id, values } as Json).slice(0, 15)}`);
  const letters = Array.from({ length: 12 }, (_, i) => CROCKFORD[Number((digest >> BigInt(55 - 5 * i)) & 31n)]);
  return [letters.slice(0, 4), letters.slice(4, 8), letters.slice(8)].map((four) => four.join('')).join('-');
}
const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';

/** A code as people type it, without hyphens, in small letters, O for 0 and I or L for 1. */
export function readCode(typed: string): string {
  const plain = typed
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replaceAll('O', '0')
    .replace(/[IL]/g, '1');
  return plain.replace(/^(.{4})(.{4})(.{4})$/, '$1-$2-$3');
}

function paperRefused(
  work: Work,
  type: RecordType,
  state: RecordState,
  action: Action,
  paper: Paper,
  values: Values,
): Refusal[] {
  const { actor, directory, now } = work.input;
  if (actor.kind !== 'person') return [onlyPeople];
  if (!action.seal) return [notASeal(action)];
  if (paper.signer === actor.person) return [registrarIsSigner];
  const signer = Object.hasOwn(directory.persons, paper.signer) ? directory.persons[paper.signer] : undefined;
  if (!signer || !isDuring(signer, now)) return [wrong('signer', '沒有這位簽核人', 'There is no such signer')];
  const besides = Object.keys(values).filter((name) => !action.asks.includes(name));
  if (besides.length > 0)
    return [wrong(besides[0]!, '登錄紙本時不能另改內容', 'Paper is entered without other changes')];
  if (readCode(String(paper.print)) !== contentCode(type, state)) return [outdatedPrint];
  return [
    ...dateProblem(paper.signedOn, localDate(state.openedAt), localDate(now)),
    ...fileProblem('scan', paper.scan, '請附紙本掃描檔', 'Attach the scan of the paper'),
    ...wordsProblem('kept', paper.kept, '請填正本存放處', 'Say where the original lies'),
    ...(paper.document === undefined
      ? []
      : wordsProblem('document', paper.document, '公文文號有誤', 'No such document number')),
  ];
}

const wrong = (field: string, zh: string, en: string): Refusal => ({ code: 'invalid', field, message: text(zh, en) });

const onlyPeople: Refusal = { code: 'by', message: text('只有人員可以登錄紙本', 'Only people enter paper') };
const notASeal = (action: Action): Refusal => ({
  code: 'invalid',
  message: text(`「${action.label.zh}」不需核章，請直接辦理`, `“${action.label.en}” asks for no seal; just do it`),
});
const registrarIsSigner: Refusal = {
  code: 'never',
  message: text('登錄人不得是核章人本人', 'Whoever enters the paper may not be its signer'),
  fix: { text: text('請直接於系統簽核，或由他人登錄', 'Seal it here, or have somebody else enter it') },
};
const sealsAreSigned: Refusal = {
  code: 'invalid',
  message: text('簽核不能補登', 'A seal cannot be entered afterwards'),
  fix: { text: text('已在紙本核章者，請登錄紙本核章', 'If it was signed on paper, enter the paper') },
};
const outdatedPrint: Refusal = {
  code: 'conflict',
  field: 'print',
  message: text(
    '紙本上的代碼與現在的內容不符：這是舊版或他案的紙本',
    'The code on the paper is not that of the present content: it shows an older version, or another case',
  ),
  fix: { text: text('請重新列印現在的版本核章', 'Print the present version and have it signed') },
};

function dateProblem(on: unknown, first: string, last: string): Refusal[] {
  if (typeof on !== 'string' || !isDate(on))
    return [wrong('signedOn', '請填核章日期', 'Say on which day it was signed')];
  if (on < first || on > last)
    return [
      wrong(
        'signedOn',
        '核章日期須在建立之後、今天以前',
        'It was signed after the case was opened and not later than today',
      ),
    ];
  return [];
}

const LONGEST = 1_000;
function wordsProblem(field: string, words: unknown, zh: string, en: string): Refusal[] {
  const fine = typeof words === 'string' && words.trim() !== '' && words.length <= LONGEST && words.isWellFormed();
  return fine ? [] : [wrong(field, zh, en)];
}

function fileProblem(field: string, files: FileValue[], zh: string, en: string): Refusal[] {
  const fine =
    Array.isArray(files) &&
    files.length > 0 &&
    files.every(
      (file) => isObject(file) && [file.id, file.name, file.sha256].every((part) => typeof part === 'string'),
    );
  return fine ? [] : [wrong(field, zh, en)];
}

// ── afterwards ─────────────────────────────────────────────────────────────────────────────────────────────────────

/** A case entered afterwards began when it says, not when it was entered. */
function beganAt(state: RecordState): string {
  const opening = state.marked?.find(({ what }) => what === 'open')?.mark;
  return opening?.kind === 'backfilled' ? opening.doneAt : state.openedAt;
}

export const backfilled = (work: Work, { doneAt, why, proof }: Backfill): Mark =>
  marking(work, { kind: 'backfilled', doneAt: new Date(doneAt).toISOString(), why: why.trim(), proof });

/** When it was done must lie behind, and after what it was done to began; why it comes late and what shows it must be said. */
export function backfillRefused(work: Work, backfill: Backfill, notBefore: string | undefined): Refusal[] {
  const { actor, now } = work.input;
  if (actor.kind !== 'person') return [onlyPeople];
  const at = Date.parse(backfill.doneAt);
  const fine = Number.isFinite(at) && at < Date.parse(now) && (notBefore === undefined || at >= Date.parse(notBefore));
  return [
    ...(fine
      ? []
      : [
          wrong(
            'doneAt',
            '實際時間須早於現在，且不早於本案建立',
            'It was done before now, and not before the case was opened',
          ),
        ]),
    ...wordsProblem('why', backfill.why, '請說明為何事後補登', 'Say why it is entered only now'),
    ...fileProblem('proof', backfill.proof, '請附照片或佐證', 'Attach a photo or other evidence'),
  ];
}
