import { createHash } from 'node:crypto';
import canonicalize from 'canonicalize';
import type { Definition } from './types.ts';

/** SHA-256, hex, over the canonical (RFC 8785) bytes of a definition without its `hash`. */
export function definitionHash(definition: Omit<Definition, 'hash'> & { hash?: string }): string {
  const { hash: _, ...content } = definition;
  return createHash('sha256')
    .update(canonicalize(content) ?? '')
    .digest('hex');
}
