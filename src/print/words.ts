import type { Language } from '../kernel/text.ts';

const words = {
  documentNumber: { zh: '文件編號', en: 'Document no.' },
  classification: { zh: '機密等級', en: 'Classification' },
  version: { zh: '版次', en: 'Version' },
  page: { zh: '頁次', en: 'Page' },
  serial: { zh: '紀錄編號', en: 'Record no.' },
  seals: { zh: '簽核', en: 'Approval' },
  history: { zh: '歷程', en: 'History' },
  at: { zh: '時間', en: 'Time' },
  who: { zh: '人員', en: 'Person' },
  what: { zh: '事項', en: 'Event' },
  void: { zh: '已失效', en: 'void' },
  waiting: { zh: '待簽核', en: 'awaited' },
  printedAt: { zh: '產製時間', en: 'Printed' },
  code: { zh: '本版代碼', en: 'Code of this version' },
  none: { zh: '（無）', en: '(none)' },
  verify: { zh: '掃描 QR 碼可驗證本紀錄：', en: 'Scan the code to verify this record:' },
};

/** The words a renderer adds to a paper of its own accord. */
export const word = (key: keyof typeof words, language: Language): string => words[key][language];
