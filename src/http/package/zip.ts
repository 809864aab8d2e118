import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { finished, Readable } from 'node:stream';
import { promisify } from 'node:util';
import yazl from 'yazl';
import type { Blobs } from '../../adapters/blobs/folder.ts';

export type Zip = ReturnType<typeof zipInto>;

/**
 * A zip written straight into a store while its files are made: nothing but the file at hand is in memory. Remembers the hash of
 * every file. Aborting leaves nothing behind.
 */
export function zipInto(store: Blobs, signal: AbortSignal) {
  const zip = new yazl.ZipFile();
  const out = zip.outputStream as unknown as Readable & { writableNeedDrain: boolean };
  const failed = new Promise<never>((_, reject) => {
    zip.on('error', reject);
  });
  out.on('error', () => {}); // told by whoever reads it; unheard, one called off before that would end the program
  const stored = store.put(out);
  // Whoever adds hears of it; nobody may be listening yet.
  for (const promise of [failed, stored]) promise.catch(() => {});
  const stop = () => out.destroy(signal.reason as Error);
  signal.addEventListener('abort', stop, { once: true });
  const sums: { path: string; sha256: string }[] = [];
  return {
    sums,
    /** Texts are compressed; what is already dense is stored as it is. */
    async add(path: string, content: Uint8Array | string): Promise<number> {
      signal.throwIfAborted();
      const bytes = Buffer.from(content as Uint8Array);
      sums.push({ path, sha256: createHash('sha256').update(bytes).digest('hex') });
      zip.addBuffer(bytes, path, { compress: typeof content === 'string' });
      if (out.writableNeedDrain) await Promise.race([once(out, 'drain'), failed, stored]);
      return bytes.length;
    },
    /** For what is too large to hold. */
    async pour(path: string, content: AsyncIterable<Uint8Array>): Promise<void> {
      signal.throwIfAborted();
      const hash = createHash('sha256');
      const stream = Readable.from(hashing(content, hash));
      zip.addReadStream(stream, path, { compress: false });
      await Promise.race([promisify(finished)(stream), failed, stored]);
      sums.push({ path, sha256: hash.digest('hex') });
    },
    async end(): Promise<{ sha256: string; size: number }> {
      signal.throwIfAborted();
      zip.end();
      const done = await Promise.race([stored, failed]);
      signal.removeEventListener('abort', stop);
      return done;
    },
    /** Gives up; what was written is removed. */
    async abandon(error: Error): Promise<void> {
      out.destroy(error);
      await stored.catch(() => {});
    },
  };
}

async function* hashing(content: AsyncIterable<Uint8Array>, hash: ReturnType<typeof createHash>) {
  for await (const chunk of content) {
    hash.update(chunk);
    yield chunk;
  }
}

/** One file as a zip of its own, when that is at most `most` bytes; nothing else is kept in memory. */
export async function zippedWithin(
  name: string,
  content: AsyncIterable<Uint8Array>,
  most: number,
): Promise<Uint8Array | undefined> {
  const zip = new yazl.ZipFile();
  zip.addReadStream(Readable.from(content), name, { compress: true });
  zip.end();
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of zip.outputStream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > most) return undefined;
    parts.push(chunk);
  }
  return Buffer.concat(parts);
}
