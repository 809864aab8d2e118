import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';

/** Contents by their SHA-256, each once, whoever uploads them. */
export type Blobs = {
  /** Streams in, hashing; durable before it returns. Refuses nothing itself: the caller's stream may throw to stop. */
  put(content: AsyncIterable<Uint8Array>): Promise<{ sha256: string; size: number }>;
  /** Streams out, or undefined when there is no such content. */
  get(sha256: string): Promise<{ size: number; stream(): AsyncIterable<Uint8Array> } | undefined>;
  /** Destroys a content; one that is not there stays so. */
  remove(sha256: string): Promise<void>;
  /** Hashes what is stored again: true when it still is what it was. */
  intact(sha256: string): Promise<boolean>;
};

/** A folder of contents: `ab/cd/<sha256>`, written beside and renamed, so that a crash leaves no half file under a hash. */
export function folderBlobs(root: string): Blobs {
  const pathOf = (sha256: string) => join(root, sha256.slice(0, 2), sha256.slice(2, 4), sha256);
  return {
    async put(content) {
      await mkdir(root, { recursive: true, mode: 0o700 });
      const beside = join(root, `incoming-${randomUUID()}`);
      try {
        const { sha256, size } = await writeHashed(beside, content);
        const path = pathOf(sha256);
        await mkdir(join(path, '..'), { recursive: true, mode: 0o700 });
        await rename(beside, path);
        return { sha256, size };
      } catch (error) {
        await rm(beside, { force: true });
        throw error;
      }
    },
    async get(sha256) {
      if (!/^[0-9a-f]{64}$/.test(sha256)) return undefined;
      const path = pathOf(sha256);
      const found = await stat(path).catch(() => undefined);
      return found ? { size: found.size, stream: () => createReadStream(path) } : undefined;
    },
    async remove(sha256) {
      if (/^[0-9a-f]{64}$/.test(sha256)) await rm(pathOf(sha256), { force: true });
    },
    async intact(sha256) {
      const found = await this.get(sha256);
      if (!found) return false;
      const hash = createHash('sha256');
      for await (const chunk of found.stream()) hash.update(chunk);
      return hash.digest('hex') === sha256;
    },
  };
}

async function writeHashed(
  path: string,
  content: AsyncIterable<Uint8Array>,
): Promise<{ sha256: string; size: number }> {
  const hash = createHash('sha256');
  let size = 0;
  const file = await open(path, 'wx', 0o600);
  try {
    for await (const chunk of content) {
      hash.update(chunk);
      size += chunk.length;
      await file.write(chunk);
    }
    await file.datasync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), size };
}

/** A content in memory, or undefined when there is none: for what is known to be small. */
export async function wholeBlob(blobs: Blobs, sha256: string): Promise<Uint8Array | undefined> {
  const found = await blobs.get(sha256);
  if (!found) return undefined;
  const parts: Uint8Array[] = [];
  for await (const chunk of found.stream()) parts.push(chunk);
  return Buffer.concat(parts);
}
