import { isRefused, type Refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { tooLarge } from './unreadable.ts';

export type Bytes = AsyncIterable<Uint8Array>;

/** A report larger than this belongs in parts. */
export const MOST_BYTES = 512 * 1024 * 1024;
const LONGEST_LINE = 1024 * 1024;

/** UTF-16 by its byte-order mark (what PowerShell's `>` writes), otherwise nothing is known. */
export function markedEncoding(head: Uint8Array): 'utf-16le' | 'utf-16be' | undefined {
  if (head[0] === 0xff && head[1] === 0xfe) return 'utf-16le';
  return head[0] === 0xfe && head[1] === 0xff ? 'utf-16be' : undefined;
}

/** The beginning of a file as text, whatever its encoding: only good for recognising it. */
export function decodeHead(head: Uint8Array): string {
  return new TextDecoder(markedEncoding(head) ?? 'utf-8').decode(head);
}

/** A file's text in pieces, strictly UTF-8 (or UTF-16 by its mark); `undefined` ends it where the encoding breaks. */
export async function* textOf(bytes: Bytes): AsyncGenerator<string | Refused | undefined> {
  let decoder: TextDecoder | undefined;
  let total = 0;
  for await (const chunk of bytes) {
    total += chunk.length;
    if (total > MOST_BYTES) return yield tooLarge(text('檔案超過 512 MB', 'The file exceeds 512 MB'));
    decoder ??= new TextDecoder(markedEncoding(chunk) ?? 'utf-8', { fatal: true });
    const piece = decoded(decoder, chunk);
    yield piece;
    if (piece === undefined) return;
  }
  if (decoder) yield decoded(decoder);
}

/**
 * Numbered lines of a text file without their ends. Each line is UTF-8, or Big5 where it is not (file names on older
 * Windows), or shown with replacement characters; UTF-16 by its mark. A refusal ends the lines.
 */
export async function* linesOf(bytes: Bytes): AsyncGenerator<{ line: number; text: string } | Refused> {
  let line = 0;
  for await (const raw of rawLines(bytes)) {
    if (isRefused(raw)) return yield raw;
    line++;
    const plain = typeof raw === 'string' ? raw : decodeLine(raw);
    yield { line, text: plain.endsWith('\r') ? plain.slice(0, -1) : plain };
  }
}

async function* rawLines(bytes: Bytes): AsyncGenerator<Uint8Array | string | Refused> {
  let rest: Uint8Array = new Uint8Array();
  let total = 0;
  let wide: TextDecoder | undefined;
  for await (const chunk of bytes) {
    if (total === 0) {
      const encoding = markedEncoding(chunk);
      if (encoding) wide = new TextDecoder(encoding);
    }
    total += chunk.length;
    if (total > MOST_BYTES) return yield tooLarge(text('檔案超過 512 MB', 'The file exceeds 512 MB'));
    // A UTF-16 report is turned into UTF-8 first, so that one way of splitting lines serves all.
    let open = joined(rest, wide ? new TextEncoder().encode(wide.decode(chunk, { stream: true })) : chunk);
    for (let end = open.indexOf(0x0a); end >= 0; end = open.indexOf(0x0a)) {
      yield open.subarray(0, end);
      open = open.subarray(end + 1);
    }
    if (open.length > LONGEST_LINE) return yield tooLarge(text('有一行超過 1 MB', 'A line exceeds 1 MB'));
    rest = open;
  }
  if (rest.length > 0) yield rest;
}

function decodeLine(raw: Uint8Array): string {
  for (const encoding of ['utf-8', 'big5']) {
    const decoder = new TextDecoder(encoding, { fatal: true });
    const plain = decoded(decoder, raw, false);
    if (plain !== undefined) return plain;
  }
  return new TextDecoder().decode(raw);
}

function decoded(decoder: TextDecoder, chunk?: Uint8Array, stream = chunk !== undefined): string | undefined {
  try {
    return decoder.decode(chunk, { stream });
  } catch (error) {
    if (error instanceof TypeError) return undefined;
    throw error;
  }
}

function joined(a: Uint8Array, b: Uint8Array): Uint8Array {
  if (a.length === 0) return b;
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}
