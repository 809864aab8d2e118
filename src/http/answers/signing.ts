import { randomUUID } from 'node:crypto';
import type { Actor, Command } from '../../kernel/engine/types.ts';
import { severalDigest } from '../../kernel/ledger/approvals.ts';
import { isRefused, type Refusal } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Caller } from '../caller.ts';
import { enrolPasskeys } from '../signing.ts';
import { actorOf, type Context, no, os, signedIn, stated } from './ask.ts';

/** What a passkey has to sign, asked of the write door (decision 0051), and several approvals with one proof of who it is. */
export const signingAnswers = {
  signing: os.records.signing.handler(async ({ input: { id, ...input }, context }) => {
    const signer = await signerOf(context);
    const command = { do: 'act' as const, id: randomUUID(), record: id, ...stated(input) };
    return challengeFor(context, signer, await mustSign(context, signer, command));
  }),
  signingConfirmation: os.records.signingConfirmation.handler(async ({ input: { id, ...input }, context }) => {
    const signer = await signerOf(context);
    const command = { do: 'confirm' as const, id: randomUUID(), record: id, agree: true, ...stated(input) };
    return challengeFor(context, signer, await mustSign(context, signer, command));
  }),
  signingDecision: os.records.signingDecision.handler(async ({ input: { commandId, decision, input }, context }) => {
    const signer = await signerOf(context);
    return challengeFor(
      context,
      signer,
      await mustSign(context, signer, { do: DECISIONS[decision], id: commandId, input }),
    );
  }),
  signingSeveral: os.records.signingSeveral.handler(async ({ input, context }) => {
    const signer = await signerOf(context);
    const among: string[] = [];
    const refused: { id: string; refused: Refusal[] }[] = [];
    for (const { id, ...act } of input.acts) {
      const command = { do: 'act' as const, id: randomUUID(), record: id, with: {}, ...stated(act) };
      const wanted = await whatToSign(context, signer, command);
      if (Array.isArray(wanted)) refused.push({ id, refused: wanted });
      else among.push(wanted);
    }
    if (among.length === 0) return { among, refused };
    const about = Buffer.from(severalDigest(among)).toString('hex');
    return { ...(await challengeFor(context, signer, about)), among, refused };
  }),
  /** One after the other, each an act of its own: one refused leaves the others. Who it is, is proved once. */
  actSeveral: os.records.actSeveral.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const actor = withList(await actorOf(context, caller, input.factor), input.among);
    const done: { id: string; refused?: Refusal[] }[] = [];
    for (const { id, commandId, ...act } of input.acts) {
      const command = { do: 'act' as const, id: commandId, record: id, with: {}, ...stated(act) };
      const outcome = await context.http.dispatch({ organisation: caller.organisation, actor, command });
      done.push({ id, ...(isRefused(outcome) ? { refused: outcome.refused } : {}) });
    }
    return { done };
  }),
};

/** Commands behind decisions of the API that are no act on a record. */
const DECISIONS = {
  'keeping.hold': 'retention.hold',
  'keeping.release': 'retention.release',
  'keeping.erase': 'retention.erase',
  'keeping.stateArchives': 'retention.state_archives',
  'plan.decide': 'compliance.decide_plan',
  'people.confirmRole': 'identity.confirm_role',
} as const;

/** A signature over a list says which list. */
function withList(actor: Actor, among: string[] | undefined): Actor {
  if (actor.kind !== 'person' || !actor.signed || !among) return actor;
  const { about, signature } = actor.signed;
  return { ...actor, signed: { about, signature: { ...signature, among } } };
}

type Asked = Command | { do: string; id: string; input: unknown };
type Signer = { caller: Caller; account: string; actor: Actor };

/** Whoever may sign with a passkey: signed in on a screen, with one enrolled in the organisation's ledger. */
async function signerOf(context: Context): Promise<Signer> {
  const caller = await signedIn(context);
  const base = await actorOf(context, caller);
  const account = caller.session?.account.id;
  if (!account || base.kind !== 'person') return no([onScreenOnly]);
  if ((await enrolPasskeys(context.http, caller.organisation, base, account)) === 0) return no([noPasskey]);
  return { caller, account, actor: { ...base, factor: 'passkey' } };
}

/** Everything is judged as for the act itself; what is left to do is to sign. The digest (hex), or why it cannot be done. */
async function whatToSign({ http }: Context, { caller, actor }: Signer, command: Asked): Promise<string | Refusal[]> {
  const outcome = await http.dispatch({ organisation: caller.organisation, actor, command });
  if (!isRefused(outcome)) return [];
  return outcome.refused.find(({ sign }) => sign)?.sign?.about ?? outcome.refused;
}

async function mustSign(context: Context, signer: Signer, command: Asked): Promise<string> {
  const wanted = await whatToSign(context, signer, command);
  return Array.isArray(wanted) ? no(wanted) : wanted;
}

async function challengeFor({ http }: Context, { account }: Signer, about: string) {
  return { options: (await http.auth.passkeyChallenge(account, Buffer.from(about, 'hex'))) as never };
}

const onScreenOnly: Refusal = {
  code: 'factor',
  message: text('簽核須由本人登入辦理。', 'Sealing is done by the person, signed in.'),
};
const noPasskey: Refusal = {
  code: 'factor',
  message: text('您尚未登錄通行金鑰。', 'You have no passkey yet.'),
  fix: { text: text('請至「我的帳號」新增，或改用密碼。', 'Add one under “My account”, or use your password.') },
};
