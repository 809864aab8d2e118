import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { prepareZXingModule, type ReaderOptions, readBarcodes } from 'zxing-wasm/reader';

/** The words of every QR code in a photo or scan (JPEG, PNG, or the pictures inside a scanner's PDF); none when nothing can be read. */
export async function readCodes(file: Uint8Array): Promise<string[]> {
  await ready();
  const pictures = isPdf(file) ? picturesIn(file) : [file];
  const found: string[] = [];
  for (const picture of pictures) {
    const codes = await readBarcodes(picture, OPTIONS).catch(() => []);
    found.push(...codes.filter(({ isValid }) => isValid).map(({ text }) => text));
  }
  return [...new Set(found)];
}

const OPTIONS: ReaderOptions = { formats: ['QRCode'], tryHarder: true, maxNumberOfSymbols: 8 };

let prepared: Promise<unknown> | undefined;

/** The decoder comes with its package; it is never fetched. */
function ready(): Promise<unknown> {
  prepared ??= readFile(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm')).then((wasm) =>
    prepareZXingModule({ overrides: { wasmBinary: wasm.buffer as ArrayBuffer }, fireImmediately: true }),
  );
  return prepared;
}

const isPdf = (file: Uint8Array): boolean => Buffer.from(file.subarray(0, 5)).toString('latin1') === '%PDF-';

const MOST_PICTURES = 20;

/** JPEG pictures as scanners put them into a PDF: whole, from their first marker to the end of their stream. */
function picturesIn(pdf: Uint8Array): Uint8Array[] {
  const bytes = Buffer.from(pdf.buffer, pdf.byteOffset, pdf.byteLength);
  const pictures: Uint8Array[] = [];
  for (let at = bytes.indexOf(JPEG); at >= 0 && pictures.length < MOST_PICTURES; at = bytes.indexOf(JPEG, at)) {
    const end = bytes.indexOf('endstream', at);
    if (end < 0) break;
    pictures.push(bytes.subarray(at, end));
    at = end;
  }
  return pictures;
}

const JPEG = Buffer.from([0xff, 0xd8, 0xff]);
