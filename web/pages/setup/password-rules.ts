/**
 * What a new password must be, told while it is typed; the server has the last word (and its numbers may be stricter).
 * Statutory baseline annex 10, authenticator management 4.
 */
export type PasswordRule = 'length' | 'kinds' | 'owner' | 'variety';
export const passwordRules: PasswordRule[] = ['length', 'kinds', 'owner', 'variety'];

export const PASSWORD_LENGTH = 12;
export const PASSWORD_KINDS = 3;
const VARIETY = 5;
const KINDS = [/\p{Ll}/u, /\p{Lu}/u, /\p{Nd}/u, /[^\p{Ll}\p{Lu}\p{Nd}]/u];

/** The rules this password keeps; length counts characters as people do. */
export function rulesKept(password: string, owner: { name: string; email: string }): Set<PasswordRule> {
  const plain = password.normalize('NFKC');
  const kept = new Set<PasswordRule>();
  if ([...plain].length >= PASSWORD_LENGTH) kept.add('length');
  if (KINDS.filter((kind) => kind.test(plain)).length >= PASSWORD_KINDS) kept.add('kinds');
  if (plain && !tellsOwner(plain.toLowerCase(), owner)) kept.add('owner');
  if (new Set(plain).size >= VARIETY) kept.add('variety');
  return kept;
}

export const isGoodPassword = (password: string, owner: { name: string; email: string }): boolean =>
  rulesKept(password, owner).size === passwordRules.length;

function tellsOwner(lower: string, { name, email }: { name: string; email: string }): boolean {
  const words = [name.trim().toLowerCase(), email.split('@')[0]?.trim().toLowerCase() ?? ''];
  return words.some((word) => [...word].length >= (/^[\x20-\x7e]*$/.test(word) ? 4 : 2) && lower.includes(word));
}
