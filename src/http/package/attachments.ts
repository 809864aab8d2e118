import { type Blobs, wholeBlob } from '../../adapters/blobs/folder.ts';
import type { FileValue } from '../../kernel/engine/types.ts';
import type { Language } from '../../kernel/text.ts';
import { safeName } from '../../print/package/names.ts';
import type { IndexFile } from '../../print/package/types.ts';
import type { Press } from '../../print/pdf/press.ts';
import type { RecordView } from '../../runtime/views.ts';
import { type Zip, zippedWithin } from './zip.ts';

/** Every file a record holds, each once: in its fields, and behind its marks. */
export function filesOf(view: Pick<RecordView, 'values' | 'seals' | 'marked'>): FileValue[] {
  const found = new Map<string, FileValue>();
  const collect = (value: unknown): void => {
    if (typeof value !== 'object' || value === null) return;
    const { sha256, name } = value as Partial<FileValue>;
    if (typeof sha256 === 'string' && typeof name === 'string') found.set(sha256, value as FileValue);
    else for (const inside of Object.values(value)) collect(inside);
  };
  collect(view.values);
  for (const { mark } of [...view.seals, ...view.marked]) collect(mark?.files);
  return [...found.values()];
}

export type Packing = {
  zip: Zip;
  blobs: Blobs;
  press: Press;
  unique: (path: string) => string;
  language: Language;
  /** Largest file, bytes. */
  most?: number;
  /** Whether malware was found in a stored file. */
  infected(sha256: string): Promise<boolean>;
};

/** A PDF larger than this is not held in memory to be split by pages. */
const LARGEST_SPLIT = 60_000_000;
const DENSE = /\.(pdf|jpe?g|png|gif|webp|heic|zip|7z|rar|gz|xz|docx|xlsx|pptx|odt|ods|odp|mp[34]|m4a|mov|avi|mkv)$/i;

/**
 * An attachment as it is, or where it is too large: a PDF by pages, other content compressed, else pieces that make it again when joined. What
 * cannot be included is told in its place.
 * @param stem path without the attachment's own name: `001 5.4/115-上線-0007 附件1 `
 */
export async function packFile(packing: Packing, file: FileValue, stem: string): Promise<IndexFile> {
  const { blobs, zip, most, language } = packing;
  const label = file.name;
  const blob = await blobs.get(file.sha256);
  if (!blob) return { label, parts: [], remark: GONE[language] };
  if (await packing.infected(file.sha256)) return { label, parts: [], remark: INFECTED[language] };
  const path = packing.unique(stem + safeName(file.name));
  if (most === undefined || blob.size <= most) {
    await zip.pour(path, blob.stream());
    return { label, parts: [{ path, bytes: blob.size }] };
  }
  return (
    (await byPages(packing, file, path, blob.size)) ??
    (await compressed(packing, file, path)) ??
    pieces(packing, file, path)
  );
}

async function byPages(packing: Packing, file: FileValue, path: string, size: number): Promise<IndexFile | undefined> {
  if (!/\.pdf$/i.test(path) || size > LARGEST_SPLIT) return undefined;
  const bytes = await wholeBlob(packing.blobs, file.sha256);
  if (!bytes) return undefined;
  const outcome = await packing.press.work({ do: 'split', bytes, most: packing.most! });
  if (!outcome || 'refused' in outcome) return undefined;
  const parts = await addParts(packing, path, outcome.files);
  return { label: file.name, parts, remark: BY_PAGES[packing.language](file.sha256) };
}

/** Volumes of one PDF: `x 第1冊共3冊.pdf`. */
export async function addParts(
  { zip, unique, language }: Pick<Packing, 'zip' | 'unique' | 'language'>,
  path: string,
  files: Uint8Array[],
): Promise<IndexFile['parts']> {
  const parts: IndexFile['parts'] = [];
  for (const [at, bytes] of files.entries()) {
    const volume = language === 'zh' ? ` 第${at + 1}冊共${files.length}冊` : ` part ${at + 1} of ${files.length}`;
    const own = files.length === 1 ? path : unique(path.replace(/\.pdf$/i, `${volume}.pdf`));
    parts.push({ path: own, bytes: await zip.add(own, bytes) });
  }
  return parts;
}

async function compressed(
  { blobs, zip, most, unique }: Packing,
  file: FileValue,
  path: string,
): Promise<IndexFile | undefined> {
  if (DENSE.test(file.name)) return undefined;
  const blob = await blobs.get(file.sha256);
  const bytes = blob && (await zippedWithin(safeName(file.name), blob.stream(), most!));
  if (!bytes) return undefined;
  const own = unique(`${path}.zip`);
  return { label: `${file.name}.zip`, parts: [{ path: own, bytes: await zip.add(own, bytes) }] };
}

/** `x.mp4.001`, `x.mp4.002` …: `copy /b`, `cat` and archivers join them. */
async function pieces({ blobs, zip, most, language }: Packing, file: FileValue, path: string): Promise<IndexFile> {
  const blob = await blobs.get(file.sha256);
  const parts: IndexFile['parts'] = [];
  if (!blob) return { label: file.name, parts, remark: GONE[language] };
  for await (const piece of cut(blob.stream(), most!)) {
    const own = `${path}.${String(parts.length + 1).padStart(3, '0')}`;
    parts.push({ path: own, bytes: await zip.add(own, piece) });
  }
  return {
    label: file.name,
    parts,
    joins: { name: path.split('/').at(-1)!, sha256: file.sha256 },
    remark: PIECES[language],
  };
}

async function* cut(content: AsyncIterable<Uint8Array>, most: number): AsyncGenerator<Uint8Array> {
  let held: Uint8Array[] = [];
  let size = 0;
  for await (let chunk of content) {
    while (size + chunk.length >= most) {
      const room = most - size;
      yield Buffer.concat([...held, chunk.subarray(0, room)]);
      chunk = chunk.subarray(room);
      held = [];
      size = 0;
    }
    if (chunk.length > 0) held.push(chunk);
    size += chunk.length;
  }
  if (size > 0) yield Buffer.concat(held);
}

const GONE = {
  zh: '檔案已依規定銷毀或不存在，未能附上',
  en: 'destroyed by rule or no longer there; not included',
};
const INFECTED = { zh: '檔案驗出惡意程式，未附上', en: 'malware was found in it; not included' };
const BY_PAGES = {
  zh: (sha256: string) => `依頁分冊；原檔 SHA-256 ${sha256}`,
  en: (sha256: string) => `split by pages; SHA-256 of the original ${sha256}`,
};
const PIECES = {
  zh: '無法再縮小（單頁過大、已簽章、已加密或本為壓縮格式），依大小切割',
  en: 'cannot be made smaller (one page too large, signed, encrypted or dense already); cut by size',
};
