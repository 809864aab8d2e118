import { type Approval, approvalDigest, isAbout, writtenHash } from '../ledger/approvals.ts';
import type { Json } from '../ledger/canonical.ts';
import type { Action, RecordType } from '../pack/types.ts';
import type { Refusal } from '../refusal.ts';
import { text } from '../text.ts';
import { contentOf } from './seals.ts';
import type { Actor, Values } from './types.ts';

/** What a passkey has to sign for this act: the content people wrote, without what the program computes from the act itself. */
export function toBeSigned(
  type: RecordType,
  action: Action,
  about: { organisation: string; record: string; values: Values },
): Approval & { without: string[] } {
  const sections = action.seal ?? [];
  const content = contentOf(type, about.values, sections);
  const without = Object.keys(content).flatMap((name) => computedIn(type, name));
  const written = writtenHash(content as { [field: string]: Json }, without);
  return { organisation: about.organisation, record: about.record, action: action.name, sections, written, without };
}

function computedIn(type: RecordType, name: string): string[] {
  const field = type.fields[name];
  if (field?.is) return [name];
  if (field?.type.is !== 'table') return [];
  return Object.values(field.type.columns)
    .filter((column) => column.is)
    .map((column) => `${name}.${column.name}`);
}

/**
 * For somebody who signs with a passkey: refuses until the passkey has signed, saying what is to be signed, and when what was signed
 * is no longer what would be approved.
 */
export function unsigned(actor: Actor, wanted: Approval & { without: string[] }): Refusal | undefined {
  if (actor.kind !== 'person' || actor.factor !== 'passkey') return undefined;
  const about = Buffer.from(approvalDigest(wanted)).toString('hex');
  if (actor.signed === undefined) return toSign({ about, written: wanted.written, without: wanted.without });
  return isAbout(Buffer.from(actor.signed.about, 'hex'), Buffer.from(about, 'hex'), actor.signed.signature.among)
    ? undefined
    : changedSince;
}

/** What a passkey has to sign before this is done. */
export const toSign = (sign: NonNullable<Refusal['sign']>): Refusal => ({
  code: 'factor',
  message: text('請以通行金鑰簽署', 'Sign with your passkey'),
  sign,
});

export const changedSince: Refusal = {
  code: 'conflict',
  message: text(
    '您簽署之後內容已有變更，尚未簽核；請重新檢視後再簽',
    'The content changed after you signed, so nothing was sealed; look at it again and sign once more',
  ),
};

export const nothingToSign: Refusal = {
  code: 'invalid',
  message: text('這項動作不須簽章', 'This action asks for no signature'),
};
