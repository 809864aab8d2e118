import type { HistoryItem } from '../../src/runtime/views.ts';
import { tx } from './case.ts';
import { person } from './people.ts';

/** What happened in the case, newest first. */

const happened = (
  pos: number,
  at: string,
  zh: string,
  en: string,
  by: HistoryItem['by'],
  more: Partial<HistoryItem> = {},
): HistoryItem => ({
  pos,
  at,
  type: 'record.acted',
  label: tx(zh, en),
  ...(by && { by }),
  changes: [],
  gates: [],
  sealed: true,
  ...more,
});
export const history: HistoryItem[] = [
  happened(
    48_190,
    '2026-11-19T02:20:00.000Z',
    '匯入弱點掃描 openvas-1112.xml：18 筆，2 高',
    'Scan imported: 18, 2 high',
    person.chen,
  ),
  happened(
    48_188,
    '2026-11-19T02:00:00.000Z',
    '影響範圍變更，單位核可的章失效',
    'Scope changed; a seal is void',
    person.wang,
    {
      type: 'record.voided',
      changes: [
        {
          field: 'scope',
          label: tx('影響範圍', 'Scope of impact'),
          before: '規費收繳約 10 分鐘不可用',
          after: '規費收繳約 30 分鐘不可用；已公告 11/22',
        },
      ],
    },
  ),
  happened(48_150, '2026-11-18T09:10:00.000Z', '留言', 'Comment', person.lin, {
    type: 'record.commented',
    comment: '請補上 11/22 的公告連結。',
  }),
  happened(48_102, '2026-11-18T08:40:00.000Z', '單位主管核可', 'Unit head approved', person.lee, { for: person.chang }),
  happened(48_096, '2026-11-18T07:02:00.000Z', '提出申請，附件 5 份', 'Handed in with 5 files', person.wang),
];
