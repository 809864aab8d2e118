import type { Actor, Directory, Moment } from '../../kernel/engine/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

const KEEPERS = ['isms_coordinator', 'security_officer', 'ciso'];

/** Who keeps the organisation's procedures: the coordinator, the security officer, the CISO; never through a token. */
export function mayKeep(actor: Actor, directory: Directory, now: Moment): boolean {
  if (actor.kind !== 'person') return actor.kind === 'setup';
  const today = now.slice(0, 10);
  return directory.grants.some(
    ({ person, role, from, until }) =>
      person === actor.person && KEEPERS.includes(role) && from.slice(0, 10) <= today && (!until || until >= today),
  );
}

export const notAKeeper: Refused = refused({
  code: 'by',
  message: text(
    '程序書原文、對照與檢核題庫由資安承辦人、資安專責人員或資安長管理。',
    'The ISMS coordinator, the security officer or the CISO keeps the procedures, their mapping and checklists.',
  ),
});
