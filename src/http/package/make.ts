import { isRefused, type Refusal, type Refused } from '../../kernel/refusal.ts';
import type { Language } from '../../kernel/text.ts';
import { howPage, howPath } from '../../print/package/how-page.ts';
import { indexPages } from '../../print/package/index-page.ts';
import { safeName, uniquePaths } from '../../print/package/names.ts';
import type { IndexRecord, PackageIndex } from '../../print/package/types.ts';
import { openPress } from '../../print/pdf/press.ts';
import type { Caller } from '../caller.ts';
import { isInfected } from '../files.ts';
import type { HttpParts } from '../parts.ts';
import { addParts, type Packing, packFile } from './attachments.ts';
import { type Asked, dayIn, lookAt, type Plan, type Progress, planned } from './plan.ts';
import { PLACES, packProofs } from './proofs.ts';
import { contentOf } from './record.ts';
import { zipInto } from './zip.ts';

/** What authorities’ upload forms take. */
const SMALL_BYTES = 3_000_000;

export type Made = { sha256: string; size: number; records: number; files: number; title: string; remarks: number };

/**
 * Makes a package into the shelf, one record after the other, all as they stood at one position of the ledger. Refuses a scope without
 * sections or with too many records; throws the signal’s reason when it is called off, and leaves nothing behind.
 */
export async function makePackage(
  http: HttpParts,
  caller: Caller,
  asked: Asked,
  signal: AbortSignal,
  tell: Progress,
): Promise<Made | Refused> {
  const plan = await planned(http, caller, asked);
  if (isRefused(plan)) return plan;
  const zip = zipInto(http.shelf.store, signal);
  const press = openPress();
  const unique = uniquePaths();
  const { language } = asked;
  const packing: Packing = {
    ...{ zip, press, unique, language, blobs: http.blobs },
    ...(asked.small ? { most: SMALL_BYTES } : {}),
    infected: (sha256) => isInfected(http, caller.organisation, sha256),
  };
  try {
    const { records, positions, remarks } = await packRecords(http, caller, asked, plan, packing, signal, tell);
    const proved = await packProofs(http, caller, plan, records, positions, packing, signal, tell);
    tell('finishing', 0, 1);
    const index = indexOf(asked, plan, records, [...remarks, ...proved.remarks]);
    for (const { path, html } of indexPages(index, howPath(language))) await zip.add(path, html);
    const { proofs, policy } = PLACES[language];
    await zip.add(
      howPath(language),
      howPage({ ...proved.how, language, organisation: plan.organisation, proofs, policy, sums: SUMS }),
    );
    await zip.add(SUMS, zip.sums.map(({ path, sha256 }) => `${sha256}  ${path}\n`).join(''));
    const files = zip.sums.length;
    const { sha256, size } = await zip.end();
    return { sha256, size, records: records.size, files, title: plan.title, remarks: index.remarks.length };
  } catch (error) {
    await zip.abandon(error as Error);
    throw error;
  } finally {
    await press.close();
  }
}

const SUMS = 'SHA256SUMS.txt';
/** Every record once, in the folder of the first section that has it. */
async function packRecords(
  http: HttpParts,
  caller: Caller,
  asked: Asked,
  plan: Plan,
  packing: Packing,
  signal: AbortSignal,
  tell: Progress,
) {
  const { language, zip, unique, press } = packing;
  const records = new Map<string, IndexRecord>();
  const positions = new Map<string, number[]>();
  const gone = new Set<string>();
  const all = new Set(plan.sections.flatMap((section) => section.records)).size;
  tell('records', 0, all);
  for (const [at, section] of plan.sections.entries()) {
    const head = safeName(
      `${String(at + 1).padStart(3, '0')} ${section.number} ${[...section.text].slice(0, 12).join('')}`,
      36,
    );
    const folder = `${PLACES[language].evidence}/${head}`;
    for (const id of section.records) {
      if (records.has(id) || gone.has(id)) continue;
      signal.throwIfAborted();
      const about = { language, organisation: plan.organisation, baseUrl: http.baseUrl, blobs: http.blobs };
      const content = await lookAt(http, caller, plan, (looking) => contentOf(looking, id, about));
      if (isRefused(content)) {
        gone.add(id);
        continue;
      }
      const { entry, paper, files } = content;
      const stem = `${folder}/${safeName(entry.number, 30)}`;
      const form = { label: paper.title, parts: [] as IndexRecord['files'][number]['parts'] };
      const printed = await press.work({ do: 'print', paper, ...(packing.most ? { most: packing.most } : {}) });
      const path = unique(`${stem} ${safeName(paper.title, 36)}.pdf`);
      const record: IndexRecord = {
        ...entry,
        files: [
          printed && !isRefused(printed)
            ? { ...form, parts: await addParts({ zip, unique, language }, path, printed.files) }
            : { ...form, remark: unprinted(printed?.refused ?? [], language) },
        ],
      };
      for (const [n, file] of files.entries()) {
        const which = language === 'zh' ? `附件${n + 1}` : `att${n + 1}`;
        const packed = await packFile(packing, file, `${stem} ${which} `);
        record.files.push({ ...packed, label: `${which} ${packed.label}` });
      }
      records.set(id, record);
      positions.set(id, content.positions);
      tell('records', records.size + gone.size, all);
    }
  }
  for (const section of plan.sections) section.records = section.records.filter((id) => records.has(id));
  return { records, positions, remarks: leftOut(asked, plan.hidden, gone.size, [...records.values()]) };
}

const unprinted = (why: Refusal[], language: Language): string =>
  language === 'zh'
    ? `未能製成 PDF：${why.map(({ message }) => message.zh).join('；')}`
    : `no PDF: ${why.map(({ message }) => message.en).join('; ')}`;

function leftOut({ small, language }: Asked, hidden: number, gone: number, records: IndexRecord[]): string[] {
  const zh = language === 'zh';
  const files = records.flatMap((record) => record.files);
  const missing = files.filter(({ parts }) => parts.length === 0).length;
  const pieces = files.filter(({ joins }) => joins).length;
  return [
    hidden + gone > 0
      ? zh
        ? `範圍內另有 ${hidden + gone} 筆紀錄不在製作人可檢視的範圍，未納入。`
        : `${hidden + gone} more records of this scope may not be seen by whoever made the package; they are not included.`
      : '',
    missing > 0
      ? zh
        ? `${missing} 個檔案未能附上，原因列在各筆紀錄。`
        : `${missing} files could not be included; the reason stands beside each.`
      : '',
    small && pieces > 0
      ? zh
        ? `${pieces} 個附件無法縮小到 3 MB 以內，已切割為數片，合併後即為原檔（見「如何驗證」）。`
        : `${pieces} attachments could not be made smaller than 3 MB and are cut into pieces that make the original when joined (see “How to verify”).`
      : '',
  ].filter(Boolean);
}

function indexOf(asked: Asked, plan: Plan, records: Map<string, IndexRecord>, remarks: string[]): PackageIndex {
  const { language, from, until, small } = asked;
  const zh = language === 'zh';
  const period = [from, until].map((day) => (day ? dayIn(day, language) : '')).join(zh ? '～' : ' – ');
  return {
    language,
    organisation: plan.organisation,
    title: plan.title,
    asOf: dayIn(plan.date, language),
    ...(from || until ? { period } : {}),
    madeBy: plan.madeBy,
    madeAt: plan.madeAt,
    ...(small ? { limit: '3 MB' } : {}),
    sections: plan.sections.map(
      ({ key, number, own, text: said, light, starts, pending, explanations, records: of }) => {
        const begins =
          starts &&
          (zh ? `依採用計畫自 ${dayIn(starts, language)} 起實施` : `begins on ${starts} by the adoption plan`);
        const grey = begins ?? pending;
        return { key, number, own, text: said, light, ...(grey ? { grey } : {}), explanations, records: of };
      },
    ),
    records,
    remarks,
  };
}
