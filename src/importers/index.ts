import { isRefused, type Refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import { clamav } from './clamav/read.ts';
import { type Bytes, decodeHead } from './decode.ts';
import { nmap } from './nmap/read.ts';
import { sha256sum } from './sha256sum/read.ts';
import type { Imported, Importer } from './types.ts';
import { unreadable } from './unreadable.ts';

/** Every format this installation reads; order matters only where two would claim one file. */
export const importers: Importer[] = [nmap, clamav, sha256sum];

const HEAD_BYTES = 16 * 1024;

/**
 * Recognises a file by its beginning and reads it. Answers which importer read it and what it found, or a refusal with
 * line and remedy; throws only when the source itself breaks off.
 */
export async function detectAndRead(
  bytes: Bytes | Uint8Array,
  name: string,
): Promise<{ importer: string; imported: Imported } | Refused> {
  const source = (bytes instanceof Uint8Array ? one(bytes) : bytes)[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  for (let size = 0; size < HEAD_BYTES; ) {
    const next = await source.next();
    if (next.done) break;
    if (next.value.length > 0) held.push(next.value);
    size += next.value.length;
  }
  const head = decodeHead(Buffer.concat(held).subarray(0, HEAD_BYTES));
  const importer = importers.find((each) => each.detect(head, name));
  if (!importer) return unknownFormat();
  const imported = await importer.read(replayed(held, source));
  return isRefused(imported) ? imported : { importer: importer.card.name, imported };
}

async function* one(bytes: Uint8Array): Bytes {
  yield bytes;
}

async function* replayed(held: Uint8Array[], rest: AsyncIterator<Uint8Array>): AsyncGenerator<Uint8Array> {
  yield* held;
  for (let next = await rest.next(); !next.done; next = await rest.next()) yield next.value;
}

function unknownFormat(): Refused {
  const list = (language: keyof Text) => importers.map((each) => each.card.label[language]);
  return unreadable(
    text('認不出這份報告的格式', 'The format of this report is not recognised'),
    text(
      `可匯入：${list('zh').join('、')}；其他工具請用人工登錄檢測結果`,
      `Importable: ${list('en').join(', ')}; register results of other tools by hand`,
    ),
  );
}
