import { createCipheriv, createDecipheriv, hash, hkdfSync, timingSafeEqual } from 'node:crypto';
import { canonicalText, type Json } from './canonical.ts';

/**
 * A personal value as the leaf keeps it. `enc` is base64 of nonce (12) ‖ ciphertext ‖ tag (16) over salt (16) ‖ canonical JSON;
 * `sha256` commits to salt ‖ plaintext, because GCM alone lets a second key open the same bytes to another text, and because
 * an unsalted hash of a name can be guessed.
 */
export type Personal = { enc: string; alg: 'A256GCM'; subject: string; record: string; sha256: string };

/** 32 bytes each, kept outside PostgreSQL. Without either of them the value is gone for good. */
export type PersonalKeys = { subjectKey: Uint8Array | undefined; recordKey: Uint8Array | undefined };

export type Revealed =
  | { outcome: 'readable'; value: Json }
  /** A key was destroyed: erasure of the person, or expiry of the record. */
  | { outcome: 'shredded'; missing: 'subject' | 'record' | 'both' }
  /** A substituted key, or altered bytes. */
  | { outcome: 'mismatched' };

/**
 * Encrypts a value for one subject within one record: AES-256-GCM under HKDF-SHA256(subjectKey, recordKey), bound to both names.
 * @param random gives that many unpredictable bytes (node:crypto `randomBytes` at the edge).
 */
export function encryptPersonal(
  value: Json,
  bound: { subject: string; record: string },
  keys: { subjectKey: Uint8Array; recordKey: Uint8Array },
  random: (bytes: number) => Uint8Array,
): Personal {
  const nonce = random(12);
  const plain = Buffer.concat([random(16), Buffer.from(canonicalText(value))]);
  const cipher = createCipheriv('aes-256-gcm', valueKey(keys.subjectKey, keys.recordKey), nonce);
  cipher.setAAD(boundTo(bound));
  const enc = Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]).toString('base64');
  return { enc, alg: 'A256GCM', subject: bound.subject, record: bound.record, sha256: hash('sha256', plain, 'hex') };
}

/** Opens a personal value and checks its commitment. */
export function decryptPersonal(personal: Personal, keys: PersonalKeys): Revealed {
  const { subjectKey, recordKey } = keys;
  if (!subjectKey || !recordKey) {
    return { outcome: 'shredded', missing: subjectKey ? 'record' : recordKey ? 'subject' : 'both' };
  }
  const plain = opened(personal, valueKey(subjectKey, recordKey));
  if (!plain || !commits(personal.sha256, plain)) return { outcome: 'mismatched' };
  return { outcome: 'readable', value: JSON.parse(plain.subarray(16).toString('utf8')) as Json };
}

/** Whether a value inside an event's data is an encrypted personal one. */
export const isPersonal = (value: unknown): value is Personal =>
  typeof value === 'object' && value !== null && 'enc' in value && 'alg' in value && value.alg === 'A256GCM';

/** A copy of `data` with the values at `paths` replaced by what `hide` makes of them; a path that leads nowhere is skipped. */
export function hidePersonal<Data extends Json>(
  data: Data,
  paths: { path: string[]; subject: string }[],
  hide: (value: Json, subject: string) => Personal,
): Data {
  let hidden: Json = data;
  for (const { path, subject } of paths) hidden = replacedAt(hidden, path, (value) => hide(value, subject));
  return hidden as Data;
}

/** A copy of `data` with every personal value replaced by what `show` makes of it: the clear value, or a mark that it is gone. */
export function revealPersonal(data: Json, show: (personal: Personal) => Json): Json {
  if (typeof data !== 'object' || data === null) return data;
  if (isPersonal(data)) return show(data);
  if (Array.isArray(data)) return data.map((item) => revealPersonal(item, show));
  return Object.fromEntries(Object.entries(data).map(([name, value]) => [name, revealPersonal(value, show)]));
}

function replacedAt(data: Json, path: string[], change: (value: Json) => Json): Json {
  const [name, ...rest] = path;
  if (name === undefined) return isPersonal(data) || data === null ? data : change(data);
  if (Array.isArray(data)) {
    const at = Number(name);
    return data[at] === undefined ? data : data.with(at, replacedAt(data[at], rest, change));
  }
  if (typeof data !== 'object' || data === null || !Object.hasOwn(data, name)) return data;
  return { ...data, [name]: replacedAt(data[name] as Json, rest, change) };
}

/** Keys are random, so HKDF's salt is the record's key: losing either leaves nothing to derive from. */
const valueKey = (subjectKey: Uint8Array, recordKey: Uint8Array) =>
  new Uint8Array(hkdfSync('sha256', subjectKey, recordKey, 'ancheng personal v1', 32));

const boundTo = (names: { subject: string; record: string }) =>
  Buffer.from(canonicalText({ record: names.record, subject: names.subject }));

function opened(personal: Personal, key: Uint8Array): Buffer | undefined {
  const bytes = Buffer.from(personal.enc, 'base64');
  if (bytes.length < 12 + 16 + 16) return undefined;
  const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12));
  decipher.setAAD(boundTo(personal));
  decipher.setAuthTag(bytes.subarray(-16));
  try {
    return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]);
  } catch {
    return undefined; // the tag does not match: node reports it only by throwing
  }
}

function commits(sha256: string, plain: Uint8Array): boolean {
  const expected = Buffer.from(sha256, 'hex');
  return expected.length === 32 && timingSafeEqual(expected, hash('sha256', plain, 'buffer'));
}
