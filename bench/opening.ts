/**
 * `node bench/opening.ts [rows]`: 期初建檔 of so many hosts: checked row by row, kept, signed and entered as a whole. Wall time, and the
 * program's own processor time, which what else the machine does hardly moves.
 */

import { keepList } from '../src/http/opening/kept.ts';
import { judgeRows } from '../src/http/opening/rows.ts';
import { isRefused } from '../src/kernel/refusal.ts';
import { look } from '../src/runtime/query/look.ts';
import { BENCH, benchId, COORDINATOR, foundBench, openBench } from './server.ts';

const ROWS = Number(process.argv[2] ?? 5_000);
const { organisation } = BENCH;
const viewer = { person: benchId('coordinator'), administrator: false };
const HEADINGS = ['主機名稱', '種類', '環境', '負責人', '位址', '使用階段', '資產種類'];
const FIELDS = ['name', 'kind', 'environment', 'owner', 'address', 'phase', 'asset_kind'];
const mapping = Object.fromEntries(HEADINGS.map((heading, at) => [heading, FIELDS[at]!]));
const rows = Array.from({ length: ROWS }, (_, n) => {
  const cells = [
    `主機 ${n}`,
    '伺服器',
    '正式',
    '量測者',
    `10.${n >> 14}.${(n >> 7) & 127}.${n & 127}`,
    '維運',
    '伺服器',
  ];
  const named = Object.fromEntries(HEADINGS.map((heading, at) => [heading, cells[at]!]));
  return { id: benchId(`row ${n}`), line: n + 2, type: 'host', cells: named };
});

const { platform, close } = await openBench();
try {
  await foundBench(platform, ['xiluo']);
  const { judged } = await timed('check', () =>
    look(platform.parts, platform.cache, organisation, viewer, async (looking) => ({
      judged: (await judgeRows(looking, rows, mapping, [])).rows,
    })),
  );
  const bad = judged.find(({ outcome }) => outcome !== 'new');
  if (bad) throw new Error(bad.refused[0]?.message.en);
  const draft = { type: 'host', headings: HEADINGS, mapping, resolved: [], rows };
  const http = { blobs: platform.blobs, parts: platform.parts } as never;
  const file = await timed('keep', () => keepList(http, { organisation, viewer } as never, draft, judged));
  const values = { title: '主機', register: '主機', entries: ROWS, left_out: 0, open_problems: 0, list: [file] };
  await act({ do: 'open', type: 'opening_list', record: benchId('list'), values });
  await timed('sign and enter', () => act({ do: 'act', record: benchId('list'), action: 'enter', with: {} }));
} finally {
  await close();
}

async function act(command: { do: string; [name: string]: unknown }): Promise<void> {
  const id = benchId(JSON.stringify(command).slice(0, 200));
  const outcome = await platform.dispatch({ organisation, actor: COORDINATOR, command: { id, ...command } as never });
  if (isRefused(outcome)) throw new Error(outcome.refused[0]?.message.en);
}

async function timed<T>(what: string, work: () => Promise<T>): Promise<Exclude<T, { refused: unknown }>> {
  const [begun, processor] = [performance.now(), process.cpuUsage()];
  const done = await work();
  if (isRefused(done as never)) throw new Error(`${what} was refused`);
  const { user, system } = process.cpuUsage(processor);
  const wall = ((performance.now() - begun) / 1000).toFixed(1);
  console.log(`${what} ${ROWS} rows: ${wall} s, of which the program ${((user + system) / 1e6).toFixed(1)} s`);
  return done as never;
}
