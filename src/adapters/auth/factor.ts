import { randomBytes } from 'node:crypto';
import {
  type AuthenticationResponseJSON,
  generateAuthenticationOptions,
  type PublicKeyCredentialRequestOptionsJSON,
  verifyAuthenticationResponse,
} from '@simplewebauthn/server';
import type { SecretConfig } from 'better-auth/crypto';
import type { Db } from '../../runtime/module.ts';
import { findAccount } from './accounts.ts';
import { boundProof, type Marked } from './binding.ts';
import { beginAttempt, forgetFailures, hashName } from './lockout.ts';
import { spkiOf } from './passkey-key.ts';
import { passwordMatches } from './password.ts';
import type { SignInPolicy } from './policy.ts';
import type { Recorder } from './record.ts';
import { authTables } from './tables.ts';
import { spendCode } from './totp.ts';

export type Factor = 'password' | 'totp' | 'passkey';
export type FactorGiven = { account: string; password?: string; totp?: string; passkey?: AuthenticationResponseJSON };

export type FactorContext = {
  db: Db;
  nodeKey: Uint8Array;
  secret: string;
  secretConfig: string | SecretConfig;
  origin: string;
  rpId: string;
  policy: SignInPolicy;
  now: Date;
  record: Recorder;
};

/**
 * Asks a factor again before a seal: which one was proved, `undefined` when none was. Failures count toward the same lock
 * as sign-in (`lockedUntil` tells when it opens).
 */
export async function confirmFactor(context: FactorContext, given: FactorGiven): Promise<Factor | undefined> {
  const account = await findAccount(context.db, given.account);
  if (!account || account.disabledAt !== undefined) return undefined;
  const nameHash = hashName(account.email, context.secret);
  const attempt = await beginAttempt(context.db, nameHash, context.policy, context.now);
  const at = context.now.toISOString();
  const by = given.passkey ? 'passkey' : given.totp !== undefined ? 'totp' : 'password';
  const proved = 'locked' in attempt ? undefined : await prove(context, given);
  const factor = proved && (proved.kind as Factor);
  if (factor) await forgetFailures(context.db, nameHash);
  await context.record(
    factor
      ? { type: 'factor.confirmed', account: account.id, at, outcome: 'done', by: factor, used: [proved] }
      : {
          type: 'factor.refused',
          account: account.id,
          at,
          outcome: 'refused',
          by,
          ...('locked' in attempt ? { why: 'locked' } : {}),
        },
  );
  if ('failures' in attempt && attempt.lockedUntil && !factor)
    await context.record({
      type: 'account.locked',
      account: account.id,
      at,
      outcome: 'done',
      until: attempt.lockedUntil.toISOString(),
    });
  return factor;
}

/** The credential that was proved: the very one that was read and compared. */
async function prove(context: FactorContext, given: FactorGiven): Promise<Marked | undefined> {
  const { db, nodeKey } = context;
  const { account, passkey, totp, password } = given;
  if (passkey) return provesPasskey(context, account, passkey);
  if (totp !== undefined) {
    const kept = (await isVerified(db, account)) && (await boundProof(db, 'totp', account, account, nodeKey));
    if (!kept || !(await spendCode(db, account, kept.proof, totp, context.secretConfig, context.now))) return undefined;
    return { kind: 'totp', mark: kept.mark };
  }
  const kept = password === undefined ? undefined : await boundProof(db, 'password', account, account, nodeKey);
  if (!kept || !(await passwordMatches(kept.proof, password ?? ''))) return undefined;
  return { kind: 'password', mark: kept.mark };
}

/**
 * What the browser needs to ask a passkey. `about` is the SHA-256 of the command to be sealed: the assertion then covers it
 * and nobody at the server can make one for another command.
 */
export async function passkeyChallenge(
  context: FactorContext,
  account: string,
  about?: Uint8Array,
): Promise<PublicKeyCredentialRequestOptionsJSON> {
  const passkeys = await authTables(context.db)
    .selectFrom('auth.passkey')
    .selectAll()
    .where('user_id', '=', account)
    .execute();
  const options = await generateAuthenticationOptions({
    rpID: context.rpId,
    userVerification: 'required',
    challenge: Uint8Array.from(Buffer.concat([randomBytes(16), about ?? new Uint8Array()])),
    allowCredentials: passkeys.map((passkey) => ({ id: passkey.credential_id })),
  });
  await authTables(context.db)
    .insertInto('auth.seal_challenge')
    .values({ challenge: options.challenge, account, expires_at: new Date(context.now.getTime() + 300_000) })
    .execute();
  return options;
}

/** The passkeys of an account that the program itself bound, with their public keys as SPKI (base64): what a ledger keeps of them. */
export async function boundPasskeys(
  { db, nodeKey, rpId }: FactorContext,
  account: string,
): Promise<{ credential: string; publicKey: string; relyingParty: string }[]> {
  const rows = await authTables(db).selectFrom('auth.passkey').selectAll().where('user_id', '=', account).execute();
  const bound: { credential: string; publicKey: string; relyingParty: string }[] = [];
  for (const { credential_id: credential, public_key } of rows) {
    if (!(await boundProof(db, 'passkey', account, credential, nodeKey))) continue;
    const publicKey = spkiOf(Uint8Array.from(Buffer.from(public_key, 'base64')));
    bound.push({ credential, publicKey, relyingParty: rpId });
  }
  return bound;
}

async function provesPasskey(
  context: FactorContext,
  account: string,
  response: AuthenticationResponseJSON,
): Promise<Marked | undefined> {
  const { db, nodeKey } = context;
  const passkey = await authTables(db)
    .selectFrom('auth.passkey')
    .selectAll()
    .where('user_id', '=', account)
    .where('credential_id', '=', response.id)
    .executeTakeFirst();
  const kept = passkey && (await boundProof(db, 'passkey', account, response.id, nodeKey));
  if (!kept) return undefined;
  const verification = await verifyAuthenticationResponse({
    response,
    expectedChallenge: (challenge) => takeChallenge(context, account, challenge),
    expectedOrigin: context.origin,
    expectedRPID: context.rpId,
    credential: {
      id: passkey.credential_id,
      publicKey: Uint8Array.from(Buffer.from(kept.proof, 'base64')),
      counter: passkey.counter,
    },
    requireUserVerification: true,
  }).catch(() => undefined); // the library throws for every assertion that is not right
  if (!verification?.verified) return undefined;
  await authTables(db)
    .updateTable('auth.passkey')
    .set({ counter: verification.authenticationInfo.newCounter })
    .where('id', '=', passkey.id)
    .execute();
  return { kind: 'passkey', mark: kept.mark };
}

async function takeChallenge({ db, now }: FactorContext, account: string, challenge: string): Promise<boolean> {
  const taken = await authTables(db)
    .deleteFrom('auth.seal_challenge')
    .where('challenge', '=', challenge)
    .where('account', '=', account)
    .returning('expires_at')
    .executeTakeFirst();
  return taken !== undefined && taken.expires_at > now;
}

async function isVerified(db: Db, account: string): Promise<boolean> {
  const row = await authTables(db)
    .selectFrom('auth.two_factor')
    .select('verified')
    .where('user_id', '=', account)
    .executeTakeFirst();
  return row?.verified === true;
}
