import { randomBytes } from 'node:crypto';
import { closeSync, fsyncSync, mkdirSync, openSync, readFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';

/**
 * A random password of this installation, kept in `<data>/secrets/<name>` (mode 0600) and made on first use:
 * 43 characters of base64url, 256 bits.
 */
export function secret(dataDir: string, name: string): string {
  const folder = join(dataDir, 'secrets');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const path = join(folder, name);
  return existing(path) ?? create(path);
}

function create(path: string): string {
  const value = randomBytes(32).toString('base64url');
  const file = openSync(path, 'w', 0o600);
  try {
    writeSync(file, `${value}\n`);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  return value;
}

/** An empty file is what a crash between creating and writing leaves; it is made anew. */
function existing(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8').trim() || undefined;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
