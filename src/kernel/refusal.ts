import { type Text, text } from './text.ts';

/**
 * The expected "no": who may not, what is missing, which clause, how to mend it.
 * Codes are few; a gate's refusal carries the gate's name in `gate`. Anything that is not a Refusal is a defect.
 */
export type Refusal = {
  code: RefusalCode;
  /** What a person reads. */
  message: Text;
  /** How to mend it, and where: `field.x`, `action.x`, `type.open`, `type.list`, `scans.import`. */
  fix?: { text: Text; go?: string };
  clauses?: string[];
  /** The same clauses as the organisation's own procedures number them; the HTTP door adds it. */
  cites?: { clause: string; title: string; cite: string }[];
  /** Name of the gate, `required.<field>` for an empty field, when code is `gate` or `required`. */
  gate?: string;
  field?: string;
  because?: 'false' | 'unknown';
  /** For `each` gates: the items that fail, as people read them. */
  items?: string[];
  /** Names of what was unknown. */
  unknown?: string[];
  line?: number;
  /** For code `factor` with a passkey: the digest (hex) it has to sign, and what that stands for. */
  sign?: { about: string; written: string; without: string[] };
};

export type RefusalCode =
  | 'by' // not somebody who may
  | 'never' // barred: segregation of duties
  | 'state' // not in this state
  | 'required' // a field is empty
  | 'gate' // a gate refuses
  | 'owed' // voided seals must be renewed first
  | 'factor' // a factor must be given again
  | 'conflict' // somebody else changed it meanwhile
  | 'duplicate' // unique gate or repeated key
  | 'invalid' // a value cannot be read
  | 'missing' // no such record, type, organisation …
  | 'forbidden' // may not see or use
  | 'limit' // too large, too many
  | 'unready'; // the installation cannot do this now

export type Refused = { refused: Refusal[] };

export const refused = (...refusals: Refusal[]): Refused => ({ refused: refusals });

export const isRefused = (value: unknown): value is Refused =>
  typeof value === 'object' && value !== null && 'refused' in value;

/** U+0000 or half a surrogate pair somewhere in a text (`isWritable`). */
export const brokenText: Refusal = {
  code: 'invalid',
  message: text('內容含有不成字的字元。', 'The input holds characters that are no text.'),
  fix: { text: text('請刪除該字元後重新輸入。', 'Delete the character and type it again.') },
};
