import type { Line } from '../../kernel/clauses/outline.ts';
import { type Recognised, recognise } from '../../kernel/clauses/recognise.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { type Bytes, linesOf } from '../decode.ts';
import { SAVE_AGAIN } from '../parts.ts';
import { tooLarge, unreadable } from '../unreadable.ts';
import { readOffice } from './office.ts';
import { readWord } from './word.ts';

const MOST_LINES = 20_000;

/**
 * Reads an organisation's own procedure: .docx, .odt, or plain text (UTF-8, UTF-16 by its mark, Big5). Answers what the
 * document says of itself and its clauses as recognised, or a refusal with its remedy.
 */
export async function readProcedure(bytes: Bytes): Promise<Recognised | Refused> {
  const [head, rest] = await withHead(bytes);
  const format = formatOf(head);
  if (format === 'unknown') return notADocument;
  const lines =
    format === 'text' ? await plainLines(rest) : await (format === 'word' ? readWord(rest) : readOffice(rest));
  if (isRefused(lines)) return lines;
  if (lines.length > MOST_LINES)
    return tooLarge(text(`文件超過 ${MOST_LINES} 行`, `The document has more than ${MOST_LINES} lines`));
  const recognised = recognise(lines, format === 'text');
  return recognised.clauses.length > 0 ? recognised : empty;
}

/** Pasted text, as a plain file would be read. */
export const recognisePasted = (pasted: string): Recognised =>
  recognise(
    pasted.split(/\r\n?|\n/).map((line) => ({ text: line })),
    true,
  );

async function plainLines(bytes: Bytes): Promise<Line[] | Refused> {
  const lines: Line[] = [];
  for await (const line of linesOf(bytes)) {
    if (isRefused(line)) return line;
    if (lines.length > MOST_LINES) break;
    lines.push({ text: lines.length === 0 ? line.text.replace(/^\ufeff/, '') : line.text });
  }
  return lines;
}

type Format = 'word' | 'office' | 'text' | 'unknown';

/** ODF keeps its media type as the first, uncompressed entry; Word's package begins with another name. */
function formatOf(head: Uint8Array): Format {
  const begins = Buffer.from(head).toString('latin1');
  if (begins.startsWith('PK\x03\x04'))
    return begins.includes('application/vnd.oasis.opendocument.text')
      ? 'office'
      : /mimetypeapplication\/vnd/.test(begins)
        ? 'unknown'
        : 'word';
  const foreign = ['\u00d0\u00cf\u0011\u00e0', '%PDF', '{\\rtf', '\u0089PNG', '\u00ff\u00d8'];
  if (foreign.some((mark) => begins.startsWith(mark))) return 'unknown';
  return 'text';
}

async function withHead(bytes: Bytes): Promise<[Uint8Array, Bytes]> {
  const source = bytes[Symbol.asyncIterator]();
  const held: Uint8Array[] = [];
  for (let size = 0; size < 512; ) {
    const next = await source.next();
    if (next.done) break;
    held.push(next.value);
    size += next.value.length;
  }
  async function* replayed() {
    yield* held;
    for (let next = await source.next(); !next.done; next = await source.next()) yield next.value;
  }
  return [Buffer.concat(held).subarray(0, 512), replayed()];
}

const notADocument = unreadable(
  text(
    '不是 .docx、.odt 或純文字檔（舊版 .doc、PDF、圖檔無法直接讀取）',
    'Not a .docx, .odt or plain text file (.doc, PDF and pictures cannot be read)',
  ),
  SAVE_AGAIN,
);
const empty = unreadable(text('檔案內沒有文字', 'The file holds no text'), SAVE_AGAIN);
