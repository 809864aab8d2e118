import { Unzip, UnzipInflate } from 'fflate';
import { SaxesParser } from 'saxes';
import type { Refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';
import type { Bytes } from './decode.ts';
import { tooLarge, unreadable } from './unreadable.ts';

export type Attributes = Record<string, string>;
/** What is heard while one part of a document is read. */
export type Listener = {
  open(name: string, attributes: Attributes): void;
  text(words: string): void;
  close(name: string): void;
};

/** Text of a procedure is small; what unpacks to more than this is no procedure. */
const MOST_PART_BYTES = 64 * 1024 * 1024;

/**
 * Streams the wanted XML parts of a zipped document (.docx, .odt, .xlsx, .ods) through their listeners in one pass, in whatever order they lie.
 * Answers the names of the parts read; refuses what is no such archive, XML that is not well-formed or declares entities.
 */
export async function readParts(
  bytes: Bytes,
  wanted: Record<string, Listener>,
  remedy = SAVE_AGAIN,
): Promise<Set<string> | Refused> {
  const broken = unreadable(BROKEN, remedy);
  const read = new Set<string>();
  let stop: Refused | undefined;
  const unzip = new Unzip((file) => {
    const listener = wanted[file.name];
    if (!listener) return;
    read.add(file.name);
    const part = partReader(file.name, listener, remedy);
    file.ondata = (error, chunk, final) => {
      stop ??= error ? broken : part(chunk, final);
      if (stop) file.terminate();
    };
    file.start();
  });
  unzip.register(UnzipInflate);
  try {
    for await (const chunk of bytes) {
      unzip.push(chunk);
      if (stop) return stop;
    }
    unzip.push(new Uint8Array(), true);
  } catch (error) {
    // fflate throws its own numbered errors for an archive that is cut off or made of nonsense.
    if (error instanceof Error && 'code' in error && typeof error.code === 'number') return stop ?? broken;
    throw error;
  }
  return stop ?? read;
}

function partReader(
  name: string,
  listener: Listener,
  remedy: Text,
): (chunk: Uint8Array, final: boolean) => Refused | undefined {
  const parser = new SaxesParser();
  const decoder = new TextDecoder('utf-8');
  let size = 0;
  let stop: Refused | undefined;
  parser.on('error', (error) => {
    const what = error.message.replace(/^\d+:\d+: /, '').slice(0, 200);
    stop ??= unreadable(text(`${name} 不是正確的 XML：${what}`, `${name} is not well-formed XML: ${what}`), remedy);
  });
  parser.on('doctype', (doctype) => {
    if (/[[\]]|ENTITY|SYSTEM|PUBLIC/i.test(doctype))
      stop ??= unreadable(
        text('檔案宣告了 XML 實體，為安全起見不讀取', 'The file declares XML entities; it is not read, for safety'),
        remedy,
      );
  });
  parser.on('opentag', (tag) => listener.open(tag.name, tag.attributes as Attributes));
  parser.on('text', (words) => listener.text(words));
  parser.on('closetag', (tag) => listener.close(tag.name));
  return (chunk, final) => {
    size += chunk.length;
    if (size > MOST_PART_BYTES)
      return tooLarge(text('文件內容超過 64 MB', 'The document holds more than 64 MB of text'));
    parser.write(decoder.decode(chunk, { stream: !final }));
    if (final && !stop) parser.close();
    return stop;
  };
}

export const SAVE_AGAIN = text(
  '請以 Word 或 LibreOffice 開啟後另存為 .docx 或 .odt（不設密碼）再匯入，或直接貼上文字',
  'Open it in Word or LibreOffice and save it as .docx or .odt without a password, or paste its text',
);

const BROKEN = text('檔案不完整，或設有開啟密碼', 'The file is incomplete or protected by a password');

export const brokenArchive = unreadable(BROKEN, SAVE_AGAIN);
