import { type Acting, type Capacity, capacityWith } from '../../kernel/engine/capacity.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

const KEEPERS = ['isms_coordinator', 'security_officer', 'ciso'];

/** Who keeps the organisation's procedures: the coordinator, the security officer, the CISO, or whoever stands in for one. */
export const keeping = (acting: Acting): Capacity | undefined =>
  acting.actor.kind === 'setup' ? { grants: [] } : capacityWith(acting, KEEPERS);

export const notAKeeper: Refused = refused({
  code: 'by',
  message: text(
    '程序書原文、對照與檢核題庫由資安承辦人、資安專責人員或資安長管理。',
    'The ISMS coordinator, the security officer or the CISO keeps the procedures, their mapping and checklists.',
  ),
});
