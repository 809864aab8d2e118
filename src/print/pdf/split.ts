import { PDFDocument } from '@cantoo/pdf-lib';

/** A signature covers the bytes of a file: pages taken out of it would carry none. */
const SIGNED = Buffer.from('/ByteRange');

/**
 * The pages of a PDF in parts of at most `most` bytes each, in order; undefined when that cannot be done without loss: it is encrypted, signed,
 * damaged, or one page alone is larger.
 */
export async function splitPdf(bytes: Uint8Array, most: number): Promise<Uint8Array[] | undefined> {
  if (Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).includes(SIGNED)) return undefined;
  try {
    return await byPages(await PDFDocument.load(bytes, { updateMetadata: false }), bytes.length, most);
  } catch {
    return undefined; // whatever the library stumbles over in somebody else's file: it stays as it is
  }
}

async function byPages(whole: PDFDocument, bytes: number, most: number): Promise<Uint8Array[] | undefined> {
  const pages = whole.getPageCount();
  if (pages < 2) return undefined;
  const wanted = Math.min(pages, Math.ceil((bytes * 1.1) / most));
  const each = Math.ceil(pages / wanted);
  const parts: Uint8Array[] = [];
  for (let from = 0; from < pages; from += each) {
    const some = await partsOf(whole, from, Math.min(from + each, pages), most);
    if (!some) return undefined;
    parts.push(...some);
  }
  return parts;
}

/** These pages as one part, or halved until each is small enough. */
async function partsOf(
  whole: PDFDocument,
  from: number,
  until: number,
  most: number,
): Promise<Uint8Array[] | undefined> {
  const part = await PDFDocument.create({ updateMetadata: false });
  const range = Array.from({ length: until - from }, (_, at) => from + at);
  for (const page of await part.copyPages(whole, range)) part.addPage(page);
  const title = whole.getTitle();
  if (title) part.setTitle(title);
  const bytes = await part.save();
  if (bytes.length <= most) return [bytes];
  if (until - from === 1) return undefined;
  const middle = Math.floor((from + until) / 2);
  const first = await partsOf(whole, from, middle, most);
  const second = first && (await partsOf(whole, middle, until, most));
  return second && [...first, ...second];
}
