import type { TaskItem } from '../../src/http/contract/work.ts';
import type { Text } from '../../src/kernel/text.ts';
import type { ListItem, Notice, ProcedureView, TypeCard } from '../../src/runtime/views.ts';
import { ref } from './case.ts';
import { person, unit } from './people.ts';

const tx = (zh: string, en: string): Text => ({ zh, en });

export const tasks: TaskItem[] = [
  task(
    't1',
    ref('r40', 'room_round', '115-巡查-0231', '12 台主機；9 台已由監測帶入，3 台待現場確認', 'open', '進行中', 'Open'),
    '主機系統巡查',
    'Room round',
    'today',
    '2026-11-20T09:00:00.000Z',
    '今日',
    'today',
  ),
  {
    ...task(
      't2',
      ref('r31', 'go_live', '115-上線-0031', '線上繳費系統 2.4 上線', 'review', '審查', 'Review'),
      '上線審查',
      'Review',
      'soon',
      '2026-11-24T09:00:00.000Z',
      '尚餘 2 個工作日',
      '2 working days',
    ),
    requester: { ...person.wang, unit: '財政課' },
    gates: { passed: 4, all: 6 },
    asDeputyFor: person.lin,
  },
  task(
    't3',
    ref('r42', 'firewall_rule', 'FW-0113', '委外維護 VPN', 'live', '使用中', 'Live'),
    '防火牆規則到期',
    'Rule expires',
    'soon',
    '2026-11-23T09:00:00.000Z',
    '尚餘 1 個工作日',
    '1 working day',
  ),
  task(
    't4',
    ref('r43', 'firewall_review', '11511-FW', '每月防火牆政策覆核：48 條規則', 'open', '進行中', 'Open'),
    '覆核',
    'Review',
    'later',
    '2026-11-30T09:00:00.000Z',
    '尚餘 6 個工作日',
    '6 working days',
  ),
  task(
    't5',
    ref('r44', 'restore_test', '115-還原-0012', '戶政查詢資料庫', 'planned', '待安排', 'Planned'),
    '還原測試',
    'Restore test',
    'later',
    '2026-11-30T09:00:00.000Z',
    '尚餘 6 個工作日',
    '6 working days',
  ),
];

/** What waits for a unit head: two requests to endorse, one that a check holds back. */
export const headTasks: TaskItem[] = [
  {
    ...task(
      'h1',
      ref('r61', 'service_request', '115-服務-0032', '公文系統帳號異動', 'unit', '單位核可', 'Unit approval'),
      '單位核可',
      'Unit approval',
      'today',
      '2026-11-20T09:00:00.000Z',
      '今日',
      'today',
    ),
    action: 'endorse',
    requester: { ...person.wang, unit: '財政課' },
  },
  {
    ...task(
      'h2',
      ref('r62', 'service_request', '115-服務-0033', '開通採購網連線', 'unit', '單位核可', 'Unit approval'),
      '單位核可',
      'Unit approval',
      'soon',
      '2026-11-24T09:00:00.000Z',
      '尚餘 2 個工作日',
      '2 working days',
    ),
    action: 'endorse',
    requester: { ...person.huang, unit: '財政課' },
  },
  {
    ...task(
      'h3',
      ref('r31', 'go_live', '115-上線-0031', '線上繳費系統 2.4 上線', 'review', '審查', 'Review'),
      '審查',
      'Review',
      'soon',
      '2026-11-24T09:00:00.000Z',
      '尚餘 2 個工作日',
      '2 working days',
    ),
    action: 'accept',
  },
];

export const lateTasks: TaskItem[] = [
  {
    ...task(
      'l1',
      ref('r50', 'finding', '115-弱點-0098', 'NAS-02 SMB 簽章未強制', 'open', '處理中', 'Open'),
      '回報修正',
      'Report the fix',
      'overdue',
      '2026-11-18T09:00:00.000Z',
      '逾期 2 個工作日',
      '2 working days late',
    ),
    with: [person.chen],
  },
  {
    ...task(
      'l2',
      ref('r51', 'account_review', '115-帳號清查-03', '第三季帳號清查', 'open', '進行中', 'Open'),
      '清查',
      'Review',
      'overdue',
      '2026-11-13T09:00:00.000Z',
      '逾期 5 個工作日',
      '5 working days late',
    ),
    with: [person.lee, person.huang],
  },
];

function task(
  id: string,
  record: TaskItem['record'],
  zh: string,
  en: string,
  urgency: TaskItem['urgency'],
  due: string,
  left: string,
  leftEn: string,
): TaskItem {
  return {
    id,
    record,
    typeLabel: tx(zh, en),
    action: 'do',
    label: tx(zh, en),
    owed: false,
    due,
    urgency,
    remaining: tx(left, leftEn),
    since: '2026-11-17T00:00:00.000Z',
  };
}

const groups: Record<string, Text> = {
  change: tx('系統異動與上線', 'Changes and go-live'),
  access: tx('帳號與權限', 'Access'),
  room: tx('機房與設備', 'Room and equipment'),
  incident: tx('事件與弱點', 'Incidents and findings'),
  governance: tx('文件與治理', 'Documents and governance'),
  asset: tx('資產', 'Assets'),
  supplier: tx('廠商與契約', 'Suppliers'),
};
const card = (
  type: string,
  zh: string,
  en: string,
  group: string,
  role: TypeCard['role'],
  open = 0,
  total = 0,
): TypeCard => ({
  type,
  label: tx(zh, en),
  role,
  group,
  groupLabel: groups[group] ?? tx(group, group),
  mayOpen: true,
  packs: ['xiluo'],
  clauses: ['xiluo.5.2.2', 'xiluo.5.2.3'],
  open,
  total,
});
export const types: TypeCard[] = [
  card('service_request', '資訊服務申請表', 'Information service request', 'change', 'form', 4, 61),
  card('go_live', '資訊系統上線作業紀錄表', 'Go-live record', 'change', 'form', 2, 18),
  {
    ...card('change_request', '變更申請', 'Change request', 'change', 'form', 1, 9),
    mayOpen: false,
    why: tx('由資訊服務申請表帶出，不單獨開立。', 'Opened by a service request.'),
  },
  card('maintenance_notice', '停機維護公告', 'Maintenance notice', 'change', 'form'),
  card('access_request', '帳號權限申請表', 'Access request', 'access', 'form', 3, 44),
  card('room_entry', '機房進出登記', 'Room entry', 'room', 'form', 0, 210),
  card('equipment_movement', '設備攜出入', 'Equipment movement', 'room', 'form'),
  card('incident', '資通安全事件通報', 'Incident report', 'incident', 'form', 0, 2),
  card('exception', '例外申請', 'Exception', 'governance', 'form', 1, 5),
  card('finding', '弱點', 'Finding', 'incident', 'register', 14, 132),
  card('system', '資訊系統清冊', 'Systems', 'asset', 'register', 12, 15),
  card('host', '主機清冊', 'Hosts', 'asset', 'register', 28, 40),
  card('software_licence', '軟體授權', 'Software licences', 'asset', 'register', 0, 0),
  card('supplier', '廠商', 'Suppliers', 'supplier', 'register', 6, 9),
];

const item = (n: number): ListItem => ({
  tags: [],
  ...ref(
    `r${30 + n}`,
    'go_live',
    `115-上線-${String(31 - n).padStart(4, '0')}`,
    ['線上繳費系統 2.4 上線', '公文附件服務修補', '官網前台改版', '戶政查詢資料庫移轉'][n % 4]!,
    'review',
    ['審查', '草稿', '檢測', '待安裝'][n % 4]!,
    ['Review', 'Draft', 'Testing', 'Ready'][n % 4]!,
  ),
  typeLabel: tx('資訊系統上線作業紀錄表', 'Go-live record'),
  badges: [],
  requester: [person.wang, person.huang, person.lin][n % 3]!,
  unit: unit.finance,
  openedAt: '2026-11-10T02:00:00.000Z',
  changedAt: `2026-11-${String(19 - (n % 15)).padStart(2, '0')}T02:20:00.000Z`,
  since: '2026-11-18T08:40:00.000Z',
  due: `2026-11-${String(24 - (n % 9)).padStart(2, '0')}T09:00:00.000Z`,
  late: n % 9 > 5,
  columns: {
    system: 's1',
    kind: 'change',
    planned: { start: '2026-11-25T10:30:00.000Z', end: '2026-11-25T12:00:00.000Z' },
  },
  names: { s1: '線上繳費系統' },
});
export const items: ListItem[] = Array.from({ length: 64 }, (_, n) => item(n));

export const procedures: Omit<ProcedureView, 'clauses'>[] = [
  {
    pack: 'xiluo',
    title: tx('資訊系統開發與維護程序書', 'System development and maintenance'),
    version: '3.0',
    asOf: '2026-11-20',
    counts: { ok: 89, partial: 6, late: 2, off: 4 },
  },
  {
    pack: 'taoyuan',
    title: tx('資通系統開發及營運原則', 'Development and operation principles'),
    version: '1.2',
    asOf: '2026-11-20',
    counts: { ok: 42, partial: 3, late: 1, off: 6 },
  },
];

export const notices: Notice[] = [
  {
    id: 'n1',
    at: '2026-11-20T00:30:00.000Z',
    record: ref('r31', 'go_live', '115-上線-0031', '線上繳費系統 2.4 上線', 'review', '審查', 'Review'),
    message: tx('單位核可的章因內容變更失效。', 'A seal is void after a change.'),
    read: false,
  },
  {
    id: 'n2',
    at: '2026-11-19T01:00:00.000Z',
    message: tx('資訊安全政策 4.0 版已發布，請於期限內確認知悉。', 'Policy 4.0 is in force; please acknowledge.'),
    read: false,
    ack: { until: '2026-11-27T09:00:00.000Z' },
  },
  {
    id: 'n3',
    at: '2026-11-12T01:00:00.000Z',
    message: tx('九月份還原測試通過。', 'The restore test passed.'),
    read: true,
  },
];
