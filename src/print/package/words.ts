import type { Language } from '../../kernel/text.ts';

const words = {
  title: { zh: '佐證資料', en: 'Evidence package' },
  asOf: { zh: '基準日', en: 'As of' },
  period: { zh: '紀錄期間', en: 'Records from' },
  madeBy: { zh: '製作人', en: 'Made by' },
  madeAt: { zh: '製作時間', en: 'Made at' },
  limit: { zh: '單一檔案上限', en: 'Largest file' },
  how: { zh: '如何驗證', en: 'How to verify' },
  contents: { zh: '總覽', en: 'Overview' },
  sections: { zh: '逐條佐證', en: 'Evidence, one by one' },
  remarks: { zh: '製作說明', en: 'Remarks' },
  number: { zh: '編號', en: 'Number' },
  clause: { zh: '要求', en: 'Requirement' },
  light: { zh: '燈號', en: 'Light' },
  records: { zh: '紀錄', en: 'Records' },
  record: { zh: '紀錄', en: 'Record' },
  dates: { zh: '建立／結案', en: 'Opened / closed' },
  state: { zh: '狀態', en: 'State' },
  marks: { zh: '註記', en: 'Marks' },
  files: { zh: '檔案', en: 'Files' },
  own: { zh: '本機關條號', en: 'Own number' },
  explained: { zh: '說明及改善', en: 'Explanation and improvement' },
  cause: { zh: '原因', en: 'Cause' },
  measure: { zh: '改善措施', en: 'Measure' },
  due: { zh: '預定完成', en: 'Due' },
  none: { zh: '此範圍與期間內沒有紀錄。', en: 'No records within this scope and period.' },
  proofs: { zh: '證明', en: 'Proofs' },
  join: { zh: '須合併後開啟', en: 'opens once joined' },
  elsewhere: { zh: '附件與證明列於', en: 'attachments and proofs under' },
  back: { zh: '回總覽', en: 'Overview' },
  skip: { zh: '跳到內容', en: 'Skip to content' },
  page: { zh: '索引', en: 'Index' },
} as const;

export const word = (key: keyof typeof words, language: Language): string => words[key][language];

const lights = {
  ok: { zh: '佐證齊備', en: 'Evidence complete', sign: '●' },
  partial: { zh: '佐證待補', en: 'Incomplete', sign: '◐' },
  late: { zh: '逾期', en: 'Late', sign: '▲' },
  off: { zh: '尚未觸發', en: 'Not triggered', sign: '○' },
} as const;

/** The light in words, with a sign that tells it apart without colour. */
export const lightWords = (light: keyof typeof lights, language: Language): string =>
  `${lights[light].sign} ${lights[light][language]}`;

/** 1,234,567 bytes as people say it. */
export const sizeWords = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} KB` : `${(bytes / 1_000_000).toFixed(1)} MB`;
