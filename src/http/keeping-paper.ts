import { formatRoc, formatRocMoment } from '../kernel/calendar/roc.ts';
import type { RecordState } from '../kernel/engine/types.ts';
import type { Language } from '../kernel/text.ts';
import type { PrintDocument } from '../print/types.ts';

/** Papers of the page for keeping: the list of what is destroyed, and the sheet of the recovery key. */

export type CatalogueRow = { number: string; kind: string; closed: string; ends: string };

/** Rows of a disposal as its form holds them; dates written the ROC way. */
export function catalogueRows({ values }: RecordState): CatalogueRow[] {
  const rows = (values.items ?? []) as unknown as Record<string, string>[];
  const day = (date: string | undefined) => (date ? formatRoc(date, 'slash') : '');
  return rows.map(({ number = '', kind = '', closed, ends }) => ({
    number,
    kind,
    closed: day(closed),
    ends: day(ends),
  }));
}

/**
 * 檔案銷毀目錄 as a paper: what is to go, on whose approval, with room for those who carry it out. For whoever is no public body it
 * is the list of what is destroyed.
 */
export function cataloguePaper(
  state: RecordState,
  { organisation, language, now }: { organisation: string; language: Language; now: string },
): PrintDocument {
  const zh = language === 'zh';
  const rows = catalogueRows(state);
  const { archive, title, approval_number: approval, approved_on: on } = state.values;
  const none = zh ? '（尚未核准）' : '(not approved yet)';
  return {
    language,
    organisation,
    title:
      archive === true
        ? zh
          ? '檔案銷毀目錄'
          : 'Catalogue of archives to be destroyed'
        : zh
          ? '紀錄銷毀清冊'
          : 'List of records to be destroyed',
    serial: state.number,
    header: [
      { label: zh ? '案由' : 'Subject', value: String(title ?? '') },
      { label: zh ? '件數' : 'Records', value: String(rows.length) },
      ...(archive === true
        ? [
            { label: zh ? '檔案主管機關核准文號' : "Archives authority's approval", value: String(approval ?? none) },
            { label: zh ? '核准日期' : 'Approved on', value: typeof on === 'string' ? formatRoc(on, 'slash') : none },
          ]
        : []),
    ],
    sections: [
      {
        title: zh ? '目錄' : 'Catalogue',
        table: {
          columns: [
            { title: zh ? '序號' : 'No.', width: 1, align: 'right' },
            { title: zh ? '編號' : 'Number', width: 3 },
            { title: zh ? '種類' : 'Kind', width: 4 },
            { title: zh ? '結案日期' : 'Closed', width: 2 },
            { title: zh ? '保存屆滿' : 'Kept until', width: 2 },
          ],
          rows: rows.map(({ number, kind, closed, ends }, at) => [String(at + 1), number, kind, closed, ends]),
        },
      },
    ],
    seals: (zh
      ? ['承辦人', '核定人', '執行人', '監毀人']
      : ['Drafted by', 'Approved by', 'Carried out by', 'Witnessed by']
    ).map((label) => ({ label, byHand: true })),
    printedAt: zh ? formatRocMoment(now) : now.slice(0, 16).replace('T', ' '),
  };
}

/** The recovery key on paper: large enough to type from, and as a QR code. */
export function recoveryPaper(
  sheet: string,
  { organisation, installation, now }: { organisation: string; installation: string; now: string },
): PrintDocument {
  const key = /AGE-SECRET-KEY-1[A-Z0-9]+/.exec(sheet)?.[0] ?? '';
  const signer = /signed-by: (\S+)/.exec(sheet)?.[1] ?? '';
  return {
    language: 'zh',
    organisation,
    title: '備份復原金鑰',
    classification: '機密',
    serialLabel: '安裝代號',
    serial: installation,
    header: [{ label: '製作時間', value: formatRocMoment(now) }],
    sections: [
      {
        title: '復原金鑰 Recovery key（逐字輸入，大小寫與空格不拘）',
        fields: [
          { label: '金鑰', value: inGroups(key) },
          { label: '簽署者 signed-by', value: signer },
        ],
      },
      {
        title: '保管',
        fields: [
          {
            label: '請注意',
            value: [
              '請列印兩份，分置兩處上鎖保管，其中一處在本場所以外；印妥後刪除電子檔。',
              '沒有這把金鑰，任何備份都無法還原，也沒有人能補發。遺失或外洩時請立即更換，舊備份仍需舊金鑰。',
              'Print it twice, lock the copies away in two places, then delete the file. Without this key no backup can be restored.',
            ],
          },
          { label: '保管地點', value: '　' },
        ],
      },
    ],
    seals: ['製作人', '保管人甲', '保管人乙'].map((label) => ({ label, byHand: true })),
    proofUrl: key,
    codeLabel: '金鑰條碼',
    printedAt: formatRocMoment(now),
  };
}

/** Its beginning, then what is to be typed in groups of eight. */
function inGroups(key: string): string[] {
  const beginning = 'AGE-SECRET-KEY-1';
  const groups = key.slice(beginning.length).match(/.{1,8}/g) ?? [];
  const lines = Array.from({ length: Math.ceil(groups.length / 3) }, (_, line) =>
    groups.slice(line * 3, line * 3 + 3).join('　'),
  );
  return [beginning, ...lines];
}
