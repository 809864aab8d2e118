import type { ActionView, GateView } from '../../src/kernel/engine/types.ts';
import type { Text } from '../../src/kernel/text.ts';
import type { FieldView, RecordRef, RecordView } from '../../src/runtime/views.ts';
import { person, unit } from './people.ts';

/** One go-live case in review, the measure of the record page. */

export const tx = (zh: string, en: string): Text => ({ zh, en });
const field = (name: string, zh: string, en: string, type: string, more: Partial<FieldView> = {}): FieldView => ({
  name,
  label: tx(zh, en),
  type,
  required: [],
  computed: false,
  personal: false,
  hidden: false,
  clauses: [],
  ...more,
});
const answers = [
  { value: 'yes', label: tx('是', 'Yes') },
  { value: 'no', label: tx('否', 'No') },
  { value: 'na', label: tx('不適用', 'Does not apply') },
];

export const requestFields: FieldView[] = [
  field('system', '系統', 'System', 'ref', { to: 'system', required: ['*'] }),
  field('kind', '上線類別', 'Kind', 'choice', {
    required: ['*'],
    options: [
      { value: 'new_system', label: tx('新系統', 'New system') },
      { value: 'change', label: tx('變更', 'Change') },
      { value: 'patch', label: tx('修補', 'Patch') },
    ],
  }),
  field('planned', '預定上線時間', 'Planned window', 'period', { required: ['submit'] }),
  field('hosts', '安裝主機', 'Hosts', 'refs', { to: 'host', required: ['submit'] }),
  field('affects_users', '影響使用者', 'Users are affected', 'yes_no', { required: ['submit'] }),
  field('method', '作業方法', 'Method', 'text', { lines: 3, required: ['submit'] }),
  field('scope', '影響範圍', 'Scope of impact', 'text', { lines: 2, required: ['submit'] }),
  field('needs', '資源需求', 'Resources needed', 'table', {
    columns: [
      field('host', '主機', 'Host', 'ref', { to: 'host', required: ['*'] }),
      field('memory', '記憶體', 'Memory', 'number', { unit: 'GiB', required: ['*'] }),
      field('disk', '儲存空間', 'Disk', 'number', { unit: 'GiB', required: ['*'] }),
    ],
  }),
  field('documents', '檢附文件', 'Documents', 'files', {
    required: ['submit'],
    slots: [
      { id: 'install', label: tx('安裝手冊', 'Installation manual') },
      { id: 'diagram', label: tx('架構示意圖', 'Architecture diagram') },
      { id: 'recovery', label: tx('緊急復原程序', 'Emergency recovery') },
    ],
  }),
];
export const reviewFields: FieldView[] = [
  field('points', '審查事項', 'Review points', 'table', {
    drawn: true,
    columns: [
      field('answer', '結果', 'Answer', 'choice', { options: answers, required: ['accept'] }),
      field('remark', '意見', 'Remark', 'text'),
    ],
  }),
  field('reviewed_on', '審查日期', 'Reviewed on', 'date', { required: ['accept'] }),
  field('reviewer', '協助審查人員', 'Helper', 'person'),
  field('downtime', '預估停機', 'Downtime', 'number', { unit: '分鐘', required: ['accept'] }),
  field('source_net', '連線來源', 'Source network', 'address', {
    help: tx('維護連線的來源位址', 'Where maintenance comes from'),
  }),
  field('opinion', '審查意見', 'Review opinion', 'text', { lines: 3 }),
];

const gate = (
  name: string,
  zh: string,
  en: string,
  outcome: GateView['outcome'],
  items: string[],
  clause: string,
  more: Partial<GateView> = {},
): GateView => ({
  gate: name,
  label: tx(zh, en),
  outcome,
  advises: false,
  clauses: [clause],
  items,
  unknown: [],
  waive: 'exception',
  ...more,
});
const gates: GateView[] = [
  gate(
    'consistent',
    '作業說明與作業項目一致',
    'Description and items agree',
    'holds',
    ['陳怡君 11/19 10:12 確認'],
    'xiluo.5.2.2.2.1',
  ),
  gate(
    'documents',
    '附安裝手冊、架構示意圖、緊急復原程序',
    'Manual, diagram and recovery enclosed',
    'holds',
    ['3 份附件，SHA-256 已封存'],
    'xiluo.5.2.2.3.5',
  ),
  gate(
    'scan_recent',
    '安全檢測在 1 個月內',
    'Scanned within a month',
    'holds',
    ['OpenVAS 115/11/12，8 日前'],
    'xiluo.5.2.2.3.3',
  ),
  gate(
    'no_high',
    '高風險弱點須於上線前處理完',
    'No high finding open at go-live',
    'refuses',
    ['CVE-2026-31337（7.8）未結，期限 11/27，晚於預定上線 11/25'],
    'xiluo.5.2.2.3.3.b',
    {
      fix: { text: tx('前往弱點', 'Go to the findings'), go: 'finding.list' },
    },
  ),
  gate(
    'malware',
    '病毒與木馬偵測：工具、版本、結果',
    'Malware scan: tool, version, result',
    'holds',
    ['ClamAV 1.4.3 / 27821，0 件'],
    'xiluo.5.2.2.3.4',
  ),
  gate('neighbours', '對同機其他系統之影響評估', 'Effect on neighbouring systems', 'unknown', [], 'xiluo.5.2.2.3.2', {
    unknown: ['相依系統'],
    fix: { text: tx('填寫影響範圍', 'Fill in the scope'), go: 'field.scope' },
  }),
];

const action = (name: string, zh: string, en: string, more: Partial<ActionView>): ActionView => ({
  action: name,
  label: tx(zh, en),
  kind: 'forward',
  allowed: false,
  refusals: [],
  gates: [],
  missing: [],
  asks: [],
  seals: false,
  renews: false,
  clauses: [],
  ...more,
});
export const ref = (
  id: string,
  type: string,
  number: string,
  title: string,
  state: string,
  zh: string,
  en: string,
): RecordRef => ({
  id,
  type,
  number,
  title,
  state,
  stateLabel: tx(zh, en),
});

export const goLive: RecordView = {
  rows: {},
  ...ref('r31', 'go_live', '115-上線-0031', '線上繳費系統 2.4 上線', 'review', '審查', 'Review'),
  typeLabel: tx('資訊系統上線作業紀錄表', 'Go-live record'),
  badges: [],
  gaps: [],
  version: 14,
  since: '2026-11-18T08:40:00.000Z',
  openedAt: '2026-11-18T06:30:00.000Z',
  changedAt: '2026-11-19T02:20:00.000Z',
  requester: person.wang,
  unit: unit.finance,
  origin: ref('r30', 'service_request', '115-服務-0031', '線上繳費系統改版', 'running', '辦理中', 'Running'),
  due: '2026-11-24T09:00:00.000Z',
  remaining: tx('尚餘 2 個工作日', '2 working days left'),
  late: false,
  rail: [
    { name: 'draft', label: tx('提出申請', 'Request'), state: 'done', at: '2026-11-18T07:02:00.000Z' },
    { name: 'unit', label: tx('單位核可', 'Unit approval'), state: 'done', at: '2026-11-18T08:40:00.000Z' },
    { name: 'review', label: tx('審查', 'Review'), state: 'now' },
    { name: 'testing', label: tx('安全性檢測', 'Security test'), state: 'todo' },
    { name: 'install', label: tx('安裝上線', 'Installation'), state: 'todo' },
    { name: 'filed', label: tx('文件歸檔', 'Filed'), state: 'todo' },
  ],
  states: {},
  sections: [
    { name: 'review', label: tx('審查', 'Review'), editable: true, fields: reviewFields },
    {
      name: 'request',
      label: tx('申請內容', 'Request'),
      editable: false,
      why: tx('審查階段由申請人以外的人處理', 'Not editable during review'),
      fields: requestFields,
    },
  ],
  values: {
    system: 's1',
    kind: 'change',
    planned: { start: '2026-11-25T10:30:00.000Z', end: '2026-11-25T12:00:00.000Z' },
    hosts: ['h1', 'h2'],
    affects_users: true,
    method: '藍綠部署；舊版 2.3 保留於 /srv/releases，可於 10 分鐘內切回',
    scope: '規費收繳約 30 分鐘不可用；已公告 11/22',
    needs: [
      { id: 'n1', host: 'h1', memory: 16, disk: 120 },
      { id: 'n2', host: 'h2', memory: 32, disk: 500 },
    ],
    documents: [
      {
        id: 'f1',
        name: '安裝手冊 2.4.pdf',
        sha256: '8f3c0d2a91e4b7c68f3c0d2a91e4b7c68f3c0d2a91e4b7c68f3c0d2a91e4b7c6',
        size: 812_331,
        media: 'application/pdf',
        slot: 'install',
      },
      {
        id: 'f2',
        name: '架構示意圖.png',
        sha256: '17aa0d2a91e4b7c68f3c0d2a91e4b7c68f3c0d2a91e4b7c68f3c0d2a91e4b7c6',
        size: 1_442_871,
        media: 'image/png',
        slot: 'diagram',
      },
    ],
    points: [
      { id: 'q1', source: 'lists.points/1', answer: 'yes' },
      { id: 'q2', source: 'lists.points/2', answer: 'no', remark: '缺舊版資料庫還原步驟' },
      { id: 'q3', source: 'lists.points/3' },
    ],
    reviewed_on: '2026-11-20',
    downtime: 30,
  },
  names: {
    s1: '線上繳費系統',
    h1: 'WEB-02',
    h2: 'DB-01',
    'lists.points/1': '作業說明與作業項目是否一致',
    'lists.points/2': '緊急復原程序是否完整可行',
    'lists.points/3': '是否影響同機其他系統',
  },
  actions: [
    action('accept', '審查合格', 'Accept', {
      to: 'preparation',
      gates,
      asks: ['opinion'],
      seals: true,
      refusals: [{ code: 'gate', message: tx('檢核未通過', 'A check refuses') }],
    }),
    action('send_back', '退回補正', 'Send back', { kind: 'back', allowed: true, asks: ['reason'] }),
    action('ask_help', '請求協助', 'Ask for help', { kind: 'entry', allowed: true, asks: ['reviewer', 'reason'] }),
    action('withdraw', '撤回', 'Withdraw', {
      kind: 'end',
      refusals: [{ code: 'by', message: tx('由申請人 王雅婷 撤回', 'The requester withdraws') }],
    }),
  ],
  gates: { action: 'accept', label: tx('審查合格', 'Accept'), passed: 4, all: 6, list: gates },
  seals: [
    {
      id: 'x1',
      action: 'submit',
      label: tx('提出', 'Submit'),
      by: person.wang,
      role: tx('申請人', 'Requester'),
      at: '2026-11-18T07:02:00.000Z',
      factor: 'password',
      signed: false,
      owed: false,
    },
    {
      id: 'x2',
      action: 'endorse',
      label: tx('單位核可', 'Unit approval'),
      by: person.lee,
      for: person.chang,
      role: tx('單位主管', 'Unit head'),
      at: '2026-11-18T08:40:00.000Z',
      factor: 'totp',
      signed: false,
      owed: true,
      void: {
        at: '2026-11-19T02:00:00.000Z',
        by: '王雅婷',
        changes: [
          {
            field: 'scope',
            label: tx('影響範圍', 'Scope'),
            before: '規費收繳約 10 分鐘不可用',
            after: '規費收繳約 30 分鐘不可用；已公告 11/22',
          },
        ],
      },
    },
  ],
  emptySeals: [
    { action: 'accept', label: tx('審查', 'Review'), role: tx('主機房管理人員', 'Machine-room manager') },
    { action: 'confirm', label: tx('確認上線', 'Confirm'), role: tx('資安專責人員', 'Security officer') },
  ],
  owed: [
    {
      action: 'endorse',
      label: tx('單位核可', 'Unit approval'),
      because: 'voided',
      due: '2026-11-24T09:00:00.000Z',
      who: [person.chang],
    },
  ],
  waiting: [
    {
      label: tx('審查', 'review'),
      who: [person.chen],
      role: tx('主機房管理人員', 'Machine-room manager'),
      due: '2026-11-24T09:00:00.000Z',
    },
  ],
  children: [ref('r32', 'finding', '115-弱點-0107', 'OpenSSL 緩衝區溢位', 'open', '處理中', 'Open')],
  links: [],
  notices: [
    {
      to: [person.wang],
      message: tx(
        '影響範圍已變更，單位核可的章失效，請通知主管補簽。',
        'The scope changed; the unit head must seal again.',
      ),
      at: '2026-11-19T02:00:00.000Z',
      read: [{ by: person.wang, at: '2026-11-19T03:00:00.000Z' }],
    },
  ],
  clauses: [
    {
      id: 'xiluo.5.2.2.2.1',
      ref: '伍、二、(二)2.(1)',
      text: tx('審查作業說明與作業項目是否一致。', 'Check that description and items agree.'),
    },
    {
      id: 'xiluo.5.2.2.3.3',
      ref: '伍、二、(二)3.(3)',
      text: tx('安全性檢測須於一個月內完成，高風險者須於上線前處理。', 'The security test is at most a month old.'),
    },
  ],
  proof: {
    events: 5,
    sealed: 5,
    size: 48_211,
    root: '8f3c55d01b7ce2f4a91e8f3c55d01b7ce2f4a91e8f3c55d01b7ce2f4a91ea91e',
    sealedAt: '2026-11-20T03:52:00.000Z',
  },
  mayComment: true,
  held: [],
  marked: [],
  tags: [],
  corrections: [],
  proposals: [],
  may: { correct: [], erratum: false, propose: false, copy: false },
  mayPrint: true,
  withheld: 0,
};

/** What a request looks like to the unit head it waits for. */
export const endorsable: Partial<RecordView> = {
  actions: [action('endorse', '單位核可', 'Endorse', { allowed: true, seals: true })],
  gates: { action: 'endorse', label: tx('單位核可', 'Endorse'), passed: 3, all: 3, list: [] },
  sections: [{ name: 'request', label: tx('申請內容', 'Request'), editable: false, fields: requestFields }],
  emptySeals: [{ action: 'endorse', label: tx('單位核可', 'Unit approval'), role: tx('單位主管', 'Unit head') }],
  seals: goLive.seals.slice(0, 1),
  owed: [],
};
