import { createHash, randomInt, timingSafeEqual } from 'node:crypto';

const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'; // Crockford's base 32: no I, L, O, U to misread

/** A one-time code that people copy from paper: five groups of four, 100 bits. */
export function newCode(): string {
  const group = () => Array.from({ length: 4 }, () => letters[randomInt(32)]).join('');
  return Array.from({ length: 5 }, group).join('-');
}

/** SHA-256, hex, of a code however it was copied: case, dashes, spaces and look-alike letters do not count. */
export function hashCode(code: string): string {
  const plain = code
    .normalize('NFKC')
    .toUpperCase()
    .replace(/[^0-9A-Z]/g, '')
    .replace(/[IL]/g, '1')
    .replace(/O/g, '0');
  return createHash('sha256').update(plain).digest('hex');
}

export const sameHash = (a: string, b: string): boolean =>
  a.length === b.length && timingSafeEqual(Buffer.from(a), Buffer.from(b));
