import { createORPCClient, ORPCError } from '@orpc/client';
import { RPCLink } from '@orpc/client/fetch';
import { SimpleCsrfProtectionLinkPlugin } from '@orpc/client/plugins';
import type { Api } from '../src/http/contract.ts';
import type { Refusal } from '../src/kernel/refusal.ts';
import { lastUsed } from './shell/idle.ts';

/** Requests that follow from what the person did count as activity; background refresh does not keep a session alive. */
const byHand = () => Date.now() - lastUsed() < 15_000;

/** The typed client: every operation of the contract, `api.records.get({id})`. */
export const api: Api = createORPCClient(
  new RPCLink({
    url: `${location.origin}/api/rpc`,
    headers: () => ({ 'x-activity': byHand() ? 'person' : 'background' }),
    plugins: [new SimpleCsrfProtectionLinkPlugin()],
  }),
);

/** A new idempotency key. Made here because `crypto.randomUUID` is missing on plain-http intranet addresses. */
export function newCommandId(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[6] = (bytes[6]! & 0x0f) | 0x40;
  bytes[8] = (bytes[8]! & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** The refusals an answer carries, or undefined when the error is not an expected "no". */
export function refusalsOf(error: unknown): Refusal[] | undefined {
  if (!(error instanceof ORPCError) || error.code !== 'REFUSED') return undefined;
  return (error.data as { refused: Refusal[] }).refused;
}

export const isSignedOut = (error: unknown): boolean => error instanceof ORPCError && error.status === 401;

/** The reference under which the server logged a defect. */
export function referenceOf(error: unknown): string | undefined {
  return error instanceof ORPCError ? (error.data as { reference?: string } | undefined)?.reference : undefined;
}
