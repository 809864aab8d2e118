import type { PrintDocument } from './types.ts';

/** A go-live review of a township office with everything a paper can have; tests and font previews print it. */
export const samplePaper: PrintDocument = {
  language: 'zh',
  organisation: '西螺鎮公所',
  title: '系統上線審查表',
  documentNumber: 'XL-ISMS-04-012',
  classification: '限閱',
  version: '1.2',
  serial: '115-上線-0007',
  header: [
    { label: '申請人', value: '王小明' },
    { label: '申請單位', value: '資訊課' },
    { label: '申請日期', value: '115年11月20日' },
    { label: '系統名稱', value: '線上繳費系統（Pay）' },
  ],
  sections: [
    {
      title: '一、申請內容',
      fields: [
        { label: '上線類別', value: '新系統' },
        { label: '預定上線日', value: '115年12月1日' },
        {
          label: '目的說明',
          value: '提供民眾線上繳納各項規費，與現行帳務系統介接；上線前已完成功能、壓力測試及弱點掃描。',
        },
        { label: '影響範圍', value: ['帳務系統', '民眾服務入口網'] },
      ],
    },
    {
      title: '二、檢測結果',
      table: {
        columns: [
          { title: '項次', align: 'center' },
          { title: '檢測項目' },
          { title: '工具' },
          { title: '結果', align: 'center' },
          { title: '說明' },
        ],
        rows: [
          ['1', '主機弱點掃描', 'Nmap 7.93', '符合', '高風險 0、中風險 2，均已排定修補'],
          ['2', '惡意程式掃描', 'ClamAV 1.4.3', '符合', '掃描 12,034 個檔案，無感染'],
        ],
      },
    },
  ],
  seals: [
    { label: '申請人', name: '王小明', role: '技士', at: '115年11月20日 10:02' },
    { label: '單位主管', name: '陳大文', role: '資訊課課長', at: '115年11月20日 11:15', note: '代理' },
    { label: '資安長', name: '歐陽靜宜', role: '主任秘書', at: '115年11月20日 13:40', void: true },
    { label: '機房管理員' },
  ],
  history: [
    { at: '115年11月20日 10:02', who: '王小明', what: '送審' },
    { at: '115年11月20日 11:15', who: '陳大文（代理）', what: '核准' },
  ],
  footnote: '保存期限三年。',
  proofUrl: 'https://isms.example.gov.tw/p/xiluo/go_live/115-0007?pos=48213&h=9f2ab34c',
  printedAt: '115年11月20日 14:30',
};
