import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { create } from 'tar';
import { ZipFile } from 'yazl';

/** Everything in a folder, files and links, as sorted paths with forward slashes: the order of every archive. */
export function pathsIn(folder: string, below = ''): string[] {
  return readdirSync(join(folder, below), { withFileTypes: true })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = below === '' ? entry.name : `${below}/${entry.name}`;
      return entry.isDirectory() ? pathsIn(folder, path) : [path];
    });
}

/** Writes `SHA256SUMS` into the folder, in the form `sha256sum -c` reads; links are left out, their targets are in. */
export function writeSums(folder: string): void {
  const lines = pathsIn(folder)
    .filter((path) => path !== 'SHA256SUMS' && lstatSync(join(folder, path)).isFile())
    .map((path) => `${sha256(readFileSync(join(folder, path)))}  ${path}\n`);
  writeFileSync(join(folder, 'SHA256SUMS'), lines.join(''), { mode: 0o644 });
}

/**
 * Packs a folder, under its own name, into one archive beside which `<archive>.sha256` is written. The same content and
 * moment give the same bytes: paths are sorted, owners and times are fixed, rights are 755 or 644.
 */
export async function pack(folder: string, archive: string, at: Date): Promise<string> {
  await (archive.endsWith('.zip') ? packZip : packTar)(folder, archive, at);
  const hash = createHash('sha256');
  await pipeline(createReadStream(archive), hash);
  const digest = hash.digest('hex');
  writeFileSync(`${archive}.sha256`, `${digest}  ${basename(archive)}\n`);
  return digest;
}

async function packTar(folder: string, archive: string, at: Date): Promise<void> {
  const paths = pathsIn(folder).map((path) => `${basename(folder)}/${path}`);
  await create(
    {
      file: archive,
      cwd: dirname(folder),
      gzip: { level: 9 },
      portable: true,
      noDirRecurse: true,
      mtime: at,
      onWriteEntry(entry) {
        if (entry.stat) entry.stat.mode = (entry.stat.mode & 0o170000) | (entry.stat.mode & 0o100 ? 0o755 : 0o644);
      },
    },
    paths,
  );
}

async function packZip(folder: string, archive: string, at: Date): Promise<void> {
  const zip = new ZipFile();
  for (const path of pathsIn(folder)) {
    // Zip keeps local time; written as if the zone were UTC, so that the zone of the machine does not show.
    const mtime = new Date(at.getTime() + at.getTimezoneOffset() * 60_000);
    const options = { mtime, mode: 0o100644, forceDosTimestamp: true, compressionLevel: 9 };
    zip.addFile(join(folder, path), `${basename(folder)}/${path}`, options);
  }
  zip.end();
  await pipeline(zip.outputStream, createWriteStream(archive));
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
