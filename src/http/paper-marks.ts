import { localClock, localDate } from '../kernel/calendar/date.ts';
import { formatRocMoment } from '../kernel/calendar/roc.ts';
import type { Value } from '../kernel/engine/types.ts';
import type { Language } from '../kernel/text.ts';
import type { PrintSection } from '../print/types.ts';
import type { MarkView } from '../runtime/mark-views.ts';
import type { FieldView, RecordView, SealView } from '../runtime/views.ts';
import { written } from './paper.ts';

/** What paper shows of freedoms taken: 補登, 代填, 更正, 勘誤, and seals that came about otherwise. */

/** Openings, fillings and acts that came about otherwise, each with who stands for it. */
export function markedSection(view: RecordView, language: Language): PrintSection[] {
  if (view.marked.length === 0) return [];
  return [
    {
      title:
        language === 'zh' ? '補登、代填及緊急先行' : 'Entered afterwards, for somebody else, or begun in an emergency',
      table: {
        columns: HEADINGS.marked.map((heading) => ({ title: heading[language] })),
        rows: view.marked.map(({ label, mark }) => [
          `${label[language]}（${mark.label[language]}）`,
          [mark.by.name, mark.for?.name].filter(Boolean).join(language === 'zh' ? '，為' : ' for '),
          [mark.doneAt ? instant(mark.doneAt, language) : '', instant(mark.at, language)].filter(Boolean).join(' → '),
          standing(mark, language),
        ]),
      },
    },
  ];
}

/** Who stands for it by now: who confirmed it, or which papers of an emergency were made good and which are owed. */
function standing({ kind, confirmed, approver, madeGood = [], owed = [] }: MarkView, language: Language): string {
  const zh = language === 'zh';
  if (kind !== 'emergency')
    return confirmed ? `${confirmed.by.name} ${instant(confirmed.at, language)}` : AWAITED[language];
  return [
    ...(approver ? [zh ? `${approver.name} 口頭核准` : `approved verbally by ${approver.name}`] : []),
    ...madeGood.map(({ label, by, at }) => `${label[language]} ${by.name} ${instant(at, language)}`),
    ...owed.map(({ label }) => `${label[language]} ${zh ? '待補' : 'owed'}`),
  ].join('\n');
}

/** 更正 and 勘誤: before, after, why, by whom, and who objected. */
export function correctionsSection(view: RecordView, language: Language): PrintSection[] {
  if (view.corrections.length === 0) return [];
  const fields = new Map(view.sections.flatMap((section) => section.fields).map((field) => [field.name, field]));
  const words = (field: string, value: Value | undefined) =>
    [written(fields.get(field) ?? ANY, value, view.names, language)].flat().join('、');
  return [
    {
      title: language === 'zh' ? '更正與勘誤' : 'Corrections and errata',
      table: {
        columns: HEADINGS.corrections.map((heading) => ({ title: heading[language] })),
        rows: view.corrections
          .toReversed()
          .flatMap((one) =>
            one.changes.map((change) => [
              `${change.label[language]}（${KINDS[one.kind][language]}）`,
              words(change.field, change.before),
              words(change.field, change.after),
              [
                one.reason,
                ...one.objections.map(({ by, words: said }) => `${OBJECTION[language]}${by.name}：${said}`),
              ].join('\n'),
              `${one.by.name} ${instant(one.at, language)}`,
            ]),
          ),
      },
    },
  ];
}

const ANY = { type: 'any' } as FieldView;
const AWAITED = { zh: '待確認', en: 'awaited' };
const OBJECTION = { zh: '異議 ', en: 'Objection ' };
const KINDS = { correction: { zh: '更正', en: 'corrected' }, erratum: { zh: '勘誤', en: 'erratum' } };
const HEADINGS = {
  marked: [
    { zh: '事項', en: 'What' },
    { zh: '辦理人', en: 'By' },
    { zh: '實際 → 登錄', en: 'Done → entered' },
    { zh: '確認或補正', en: 'Confirmed or made good' },
  ],
  corrections: [
    { zh: '欄位', en: 'Field' },
    { zh: '原內容', en: 'Before' },
    { zh: '更正後', en: 'After' },
    { zh: '理由', en: 'Reason' },
    { zh: '更正人', en: 'By' },
  ],
};

export const instant = (at: string, language: Language): string =>
  language === 'zh' ? formatRocMoment(at) : `${localDate(at)} ${localClock(at)}`;

/** Who stamped for whom, and how the seal came about: 紙本, 兼任, with who entered and who confirmed it. */
export function noteOf(seal: SealView, language: Language): { note?: string } {
  const zh = language === 'zh';
  const { mark } = seal;
  const notes = [
    seal.for ? (zh ? `${seal.by.name} 代` : `${seal.by.name} as deputy`) : '',
    mark ? mark.label[language] : '',
    mark?.document ?? '',
    mark?.registrar ? (zh ? `${mark.registrar.name} 登錄` : `entered by ${mark.registrar.name}`) : '',
    mark?.confirmed ? (zh ? `${mark.confirmed.by.name} 副署` : `countersigned by ${mark.confirmed.by.name}`) : '',
    seal.signed || mark?.registrar ? '' : zh ? '未經金鑰簽章' : 'no passkey signature',
    seal.afterwards ? (zh ? '緊急先行後補簽' : 'given after an emergency') : '',
    seal.afterReset ? (zh ? '密碼重設後一週內簽核' : 'within a week of a password reset') : '',
    seal.corrected?.length ? (zh ? '簽核後有更正' : 'corrected since') : '',
  ].filter(Boolean);
  return notes.length > 0 ? { note: notes.join(zh ? '，' : ', ') } : {};
}
