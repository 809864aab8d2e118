import { implement } from '@orpc/server';
import type { contract as Contract } from '../../src/http/contract.ts';
import type { TrailItem } from '../../src/runtime/views.ts';
import { goLive, ref } from './case.ts';
import { person } from './people.ts';

const tx = (zh: string, en: string) => ({ zh, en });
const SIZE = 48_211;
const kinds = [
  ['record.sealed', '簽核：單位核可', 'Sealed: unit approval'],
  ['record.filled', '填寫', 'Filled in'],
  ['attempt.refused', '嘗試未獲准', 'Attempt refused'],
  ['grant.given', '授予角色', 'Role given'],
  ['scan.imported', '匯入掃描', 'Scan imported'],
  ['parameter.set', '設定參數', 'Parameter set'],
  ['record.late', '逾期', 'Late'],
] as const;

function entry(pos: number): TrailItem {
  const [type, zh, en] = kinds[pos % kinds.length]!;
  const who = Object.values(person)[pos % 6]!;
  const ofRecord = type.startsWith('record') || type === 'attempt.refused';
  return {
    pos,
    at: new Date(Date.parse('2026-11-20T04:20:00.000Z') - (SIZE - pos) * 17 * 60_000).toISOString(),
    stream: ofRecord ? 'r31' : `${type.split('.')[0]}:x${pos}`,
    type,
    label: tx(zh, en),
    ...(type !== 'record.late' && { by: who }),
    ...(ofRecord && {
      record: ref('r31', 'go_live', '115-上線-0031', '線上繳費系統 2.4 上線', 'review', '審查', 'Review'),
    }),
    sealed: pos < SIZE - 2,
    leaf: goLive.proof.root,
  };
}

export function proofAnswers(contract: typeof Contract) {
  const os = implement(contract).$context<{ persona: string }>();
  return {
    trail: {
      list: os.trail.list.handler(({ input }) => {
        const from = Number(input.after ?? SIZE) - 1;
        const limit = input.limit ?? 50;
        const all = Array.from({ length: 400 }, (_, n) => entry(from - n)).filter(
          ({ type, by }) =>
            (!input.filter?.type || type.startsWith(input.filter.type)) &&
            (!input.filter?.person || by?.id === input.filter.person),
        );
        const items = all.slice(0, limit);
        return {
          items,
          ...(items.length > 0 && { next: String(items.at(-1)!.pos) }),
          size: SIZE,
          sealedSize: SIZE - 2,
          root: goLive.proof.root,
          checkpointAt: new Date(Date.now() - 40_000).toISOString(),
        };
      }),
      verify: os.trail.verify.handler(async ({ context }) => {
        await new Promise((done) => setTimeout(done, 1500));
        const broken = context.persona === 'head';
        return {
          ok: !broken,
          at: new Date().toISOString(),
          size: SIZE,
          findings: [
            { level: 'L0', ok: true, message: tx('封存點的簽章有效', 'The checkpoint is signed by the key') },
            { level: 'L1', ok: true, message: tx('樹與封存點相符', 'The tree matches the checkpoint') },
            broken
              ? {
                  level: 'L2',
                  ok: false,
                  position: 31_007,
                  message: tx('資料庫的內容與封存內容不同', 'The database differs from what was sealed'),
                }
              : { level: 'L2', ok: true, message: tx('資料庫與封存內容一致', 'The database equals what was sealed') },
            { level: 'L3', ok: true, message: tx('每筆的節點驗證碼有效', 'Every mark of the node holds') },
          ],
        };
      }),
      proof: os.trail.proof.handler(({ input }) => ({
        format: 'c2sp.org/tlog-proof@v1',
        pos: input.pos,
        checkpoint: 'xihe.example/ancheng\n48209\n…',
      })),
    },
    scans: {
      list: os.scans.list.handler(() => ({ items: scans })),
      preview: os.scans.preview.handler(({ input }) => preview(input.file)),
      import: os.scans.import.handler(() => ({
        id: 'scan9',
        pos: 48_240,
        counts: { new: 2, same: 11, targets: 4, covered: 3, unmatched: 1 },
      })),
    },
    registers: {
      export: os.registers.export.handler(() => ({ name: '清冊.csv', csv: '編號,名稱\n1,甲', rows: 1 })),
      readTable: os.registers.readTable.handler(() => sheet),
      check: os.registers.check.handler(({ input }) => judged(input.rows)),
      draft: os.registers.draft.handler(({ input }) => ({
        id: 'opening1',
        pos: 48_241,
        version: 1,
        entries: input.rows.length,
        problems: 0,
      })),
    },
  };
}

const scans = [
  {
    id: 'scan8',
    tool: 'nmap',
    toolVersion: '7.95',
    finishedAt: '2026-11-12T03:20:00.000Z',
    importedAt: '2026-11-12T06:01:00.000Z',
    importedBy: person.chen,
    by_hand: false,
    complete: true,
    targets: [
      { id: 'h1', name: 'WEB-02' },
      { id: 'h2', name: 'DB-01' },
    ],
    counts: { high: 2, medium: 7, low: 3 },
    file: { name: 'nmap-1112.xml', sha256: goLive.proof.root },
  },
  {
    id: 'scan7',
    tool: 'clamav',
    importedAt: '2026-11-03T01:40:00.000Z',
    importedBy: person.lin,
    by_hand: false,
    complete: false,
    targets: [{ id: 'h3', name: 'NAS-02' }],
    counts: {},
  },
];

const preview = (_file: string) => ({
  tool: 'nmap',
  toolVersion: '7.95',
  finishedAt: '2026-11-19T08:12:00.000Z',
  targets: [
    { name: '10.1.2.11', host: { id: 'h1', name: 'WEB-02' }, counts: { findings: 9 } },
    { name: '10.1.2.12', host: { id: 'h2', name: 'DB-01' }, counts: { findings: 4 } },
    { name: '10.1.2.40', counts: { findings: 5 } },
    { name: '10.1.2.41', counts: { findings: 0 } },
  ],
  counts: { high: 2, medium: 9, low: 5, info: 2 },
  observations: [
    {
      target: '10.1.2.11',
      title: 'OpenSSL 緩衝區溢位',
      severity: 'high',
      cve: ['CVE-2026-31337'],
      outcome: 'new' as const,
    },
    { target: '10.1.2.11', title: 'TLS 1.0 仍啟用', severity: 'medium', outcome: 'same' as const },
    { target: '10.1.2.40', title: 'SMB 簽章未強制', severity: 'high', outcome: 'reopened' as const },
    { target: '10.1.2.12', title: '資料庫埠對外開放', severity: 'medium', outcome: 'closed' as const },
  ],
  refused: [
    {
      code: 'unready' as const,
      message: tx('掃描未完成，不得作為通過依據。', 'The scan did not finish; it is never a pass.'),
    },
  ],
});

/** Rows without a name are refused; enough to see every outcome. */
const hostField = (name: string, zh: string, en: string) => ({
  name,
  label: tx(zh, en),
  type: 'text',
  required: name === 'name' ? ['*'] : [],
  computed: false,
  personal: false,
  hidden: false,
  clauses: [],
});

const sheet = {
  format: 'xlsx' as const,
  sheet: 0,
  sheets: [
    { name: '主機', hidden: false, rows: 4 },
    { name: '停用', hidden: true, rows: 2 },
  ],
  headings: ['主機名稱', 'IP', '備註'],
  rows: ['WEB-01', 'WEB-02', '', 'DB-01'].map((name, n) => ({
    line: n + 2,
    cells: { 主機名稱: name, IP: `10.1.1.${n + 5}`, 備註: '' },
  })),
  notes: [tx('有合併儲存格：合併的內容已填入其下 2 格，請核對。', 'Joined cells were repeated in 2 cells below.')],
};

const judged = (
  rows: { id: string; line: number; type: string; cells: Record<string, string>; decided?: string | undefined }[],
) => ({
  mapping: { 主機名稱: 'name', IP: 'address' },
  second: [],
  fields: [
    hostField('name', '主機名稱', 'Name'),
    hostField('address', '位址', 'Address'),
    hostField('note', '備註', 'Note'),
  ],
  rows: rows.map(({ id, line, type, cells, decided }) => {
    const missing = (cells.主機名稱 ?? '') === '';
    const outcome = decided === 'out' ? ('left' as const) : missing ? ('refused' as const) : ('new' as const);
    const refused = missing
      ? [{ code: 'required' as const, field: 'name', line, message: tx('「主機名稱」未填。', 'Name is missing.') }]
      : [];
    return {
      id,
      line,
      type,
      outcome,
      title: cells.主機名稱 ?? '',
      refused: outcome === 'left' ? [] : refused,
      unknown: [],
    };
  }),
});
