import { OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import type { Refusal } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, Tx } from '../../runtime/module.ts';
import { ADMINISTRATOR, roleLabel, roleOf, today } from './authority.ts';
import { type GrantState, overlap, standing } from './people.ts';

/**
 * Where an office is too small to separate two roles, a CISO exception of limited time permits one person to hold both,
 * openly (DESIGN.md section 8): `role` beside the one asked for, until that day at the latest.
 */
export type Combination = { role: string; exception: string; until: string };

/** The exceptions in force that let this person hold other roles beside `role`; answered by whoever keeps exceptions. */
export type CombinationsOf = (
  tx: Tx,
  asked: { organisation: string; person: string; role: string; now: string },
) => Promise<Combination[]>;

export const none: CombinationsOf = async () => [];

type Held = { grants: GrantState[]; combinations?: Combination[] };
type Wanted = { id?: string; role: string; from: string; until?: string | undefined };

/** Declared on either role, or administrator beside a role that approves. */
export function exclude(context: CommandContext, one: string, other: string): boolean {
  const [a, b] = [roleOf(context, one), roleOf(context, other)];
  const outside = (one === OUTSIDE_AUDITOR) !== (other === OUTSIDE_AUDITOR);
  return outside || a?.conflicts.includes(other) || b?.conflicts.includes(one) || betweenWorlds(context, one, other);
}

/** Two roles one person may not hold on the same day; asked-for grants count, or two requests could pass each other. */
export function conflicting(held: Held, wanted: Wanted, context: CommandContext): Refusal | undefined {
  for (const { role } of against(held, wanted, context)) {
    const permitted = betweenWorlds(context, role, wanted.role) ? undefined : combination(held, role);
    if (!permitted) return notTogether(role, wanted.role, context);
    if (wanted.until === undefined || wanted.until > permitted.until) return notForLonger(permitted);
  }
  return undefined;
}

/** The exceptions a grant relies on; absent when it needs none. */
export function relied(held: Held, wanted: Wanted, context: CommandContext): string[] | undefined {
  const exceptions = against(held, wanted, context).flatMap(({ role }) => combination(held, role)?.exception ?? []);
  return exceptions.length > 0 ? [...new Set(exceptions)] : undefined;
}

function against({ grants }: Held, wanted: Wanted, context: CommandContext): GrantState[] {
  const dated = { from: wanted.from, ...(wanted.until ? { until: wanted.until } : {}) };
  return grants.filter(
    (grant) =>
      grant.id !== wanted.id &&
      standing(grant, today(context)) &&
      overlap(grant, dated) &&
      exclude(context, grant.role, wanted.role),
  );
}

const combination = ({ combinations }: Held, role: string): Combination | undefined =>
  combinations?.find((one) => one.role === role);

/** No exception lets whoever manages the installation approve in it. */
function betweenWorlds(context: CommandContext, one: string, other: string): boolean {
  const approving = (role: string) => roleOf(context, role)?.approving === true;
  return (one === ADMINISTRATOR && approving(other)) || (other === ADMINISTRATOR && approving(one));
}

function notTogether(heldRole: string, wantedRole: string, context: CommandContext): Refusal {
  const [held, asked] = [roleLabel(context, heldRole), roleLabel(context, wantedRole)];
  return {
    code: 'never',
    message: text(
      `「${held.zh}」與「${asked.zh}」不得由同一人擔任`,
      `One person may not hold both “${held.en}” and “${asked.en}”`,
    ),
    fix: {
      text: text(`請先撤銷「${held.zh}」，或改由他人擔任`, `Revoke “${held.en}” first, or choose somebody else`),
      go: 'field.person',
    },
    items: [held.zh, asked.zh],
    field: 'role',
  };
}

const notForLonger = ({ until }: Combination): Refusal => ({
  code: 'required',
  message: text(`兼任例外只到 ${until}，角色須訂迄日`, `The exception ends on ${until}; the role needs a last day`),
  fix: { text: text(`請將迄日訂在 ${until} 以前`, `Set the last day to ${until} or before`), go: 'field.until' },
  field: 'until',
});
