import { passkey } from '@better-auth/passkey';
import type { BetterAuthOptions } from 'better-auth';
import { isAPIError } from 'better-auth/api';
import { twoFactor } from 'better-auth/plugins';
import { findAccount } from './accounts.ts';
import { marked } from './binding.ts';
import { answer, door, type GuardOptions, tell } from './guard.ts';
import { hashPassword, passwordMatches } from './password.ts';
import { clausesPlugin } from './plugin.ts';
import { PASSWORD_MAX_LENGTH } from './policy.ts';
import { unverifiedUser } from './refusals.ts';
import { sessionMac } from './session.ts';

/** The paths of better-auth that are open; whatever a later version adds stays shut. */
export const openPaths = new Set([
  '/sign-in/email',
  '/sign-out',
  '/change-password',
  '/two-factor/enable',
  '/two-factor/disable',
  '/two-factor/verify-totp',
  '/two-factor/verify-backup-code',
  '/two-factor/generate-backup-codes',
  '/passkey/generate-register-options',
  '/passkey/verify-registration',
  '/passkey/generate-authenticate-options',
  '/passkey/verify-authentication',
  '/passkey/list-user-passkeys',
  '/passkey/delete-passkey',
  '/passkey/update-passkey',
  '/list-sessions',
  '/revoke-session',
  '/revoke-other-sessions',
]);

export type Place = { name: string; origin: string; basePath: string; trustedOrigins: string[] };

/** better-auth as the clauses want it, on the tables of migrations/0004_auth.sql. */
export function betterAuthOptions(guard: GuardOptions, place: Place): BetterAuthOptions {
  return {
    appName: place.name,
    baseURL: place.origin,
    basePath: place.basePath,
    secret: guard.secret,
    trustedOrigins: place.trustedOrigins,
    database: { db: guard.db.withSchema('auth'), type: 'postgres', transaction: true },
    telemetry: { enabled: false },
    emailAndPassword: {
      enabled: true,
      disableSignUp: true,
      minPasswordLength: 1, // the rules are ours: passwordFaults
      maxPasswordLength: PASSWORD_MAX_LENGTH,
      password: {
        hash: (password) => hashAnnounced(guard, password),
        verify: ({ hash, password }) => matchesNoted(guard, hash, password),
      },
    },
    ...columns,
    session: sessionOptions(guard),
    databaseHooks: { session: { create: { before: (session, ctx) => beforeSession(guard, session, ctx?.path) } } },
    rateLimit: { enabled: false }, // keyed by headers anybody can write; ours (`pace`) by the connection's address
    advanced: {
      useSecureCookies: place.origin.startsWith('https:'),
      disableOriginCheck: false,
      disableCSRFCheck: false,
      cookiePrefix: 'ancheng',
      defaultCookieAttributes: { sameSite: 'lax', httpOnly: true },
      ipAddress: { disableIpTracking: true },
      database: { validateSchema: false },
    },
    onAPIError: { throw: true }, // refusals are answered, defects go to whoever called the handler
    logger: { level: 'error', log: (_level, message, ...about) => logDefects(guard, message, about) },
    plugins: [
      twoFactor({ issuer: place.name, accountLockout: { enabled: false }, schema: twoFactorColumns }),
      passkey({
        rpName: place.name,
        rpID: new URL(place.origin).hostname,
        origin: place.origin,
        authenticatorSelection: { residentKey: 'preferred', userVerification: 'required' },
        registration: {
          afterVerification: ({ verification }) => demandUser(verification.registrationInfo?.userVerified),
        },
        authentication: {
          afterVerification: ({ verification }) => demandUser(verification.authenticationInfo.userVerified),
        },
        schema: passkeyColumns,
      }),
      clausesPlugin(guard),
    ],
  };
}

/** What happens at the door is recorded; of the library's log only the errors it swallowed are told. */
function logDefects(guard: GuardOptions, message: string, about: unknown[]): void {
  const error = about.find((one) => one instanceof Error && !isAPIError(one));
  if (error) guard.log(`better-auth: ${message}`, error);
}

/** A passkey stands for two factors, so the device must have asked for a finger, face or PIN. */
function demandUser(verified: boolean | undefined): void {
  if (verified !== true) throw answer(403, 'USER_NOT_VERIFIED', [unverifiedUser]);
}

/** The ledger hears which password is about to count before it is written (decision 0190). */
async function hashAnnounced(guard: GuardOptions, password: string): Promise<string> {
  const hashed = await hashPassword(password);
  const { account, changing, used } = door();
  if (account && changing)
    await tell(guard, 'password.changing', 'intended', {
      by: 'password',
      ...(used ? { used } : {}),
      entered: [marked('password', account.id, hashed, guard.nodeKey)],
    });
  return hashed;
}

/** Notes at the door which password it was: the very one that was compared. */
async function matchesNoted(guard: GuardOptions, hash: string, password: string): Promise<boolean> {
  if (!(await passwordMatches(hash, password))) return false;
  const { account } = door();
  if (account) door().used = [marked('password', account.id, hash, guard.nodeKey)];
  return true;
}

function sessionOptions(guard: GuardOptions): BetterAuthOptions['session'] {
  return {
    modelName: 'session',
    fields: {
      userId: 'user_id',
      expiresAt: 'expires_at',
      ipAddress: 'ip_address',
      userAgent: 'user_agent',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
    additionalFields: {
      factor: { type: 'string', required: false, input: false },
      activeAt: { type: 'date', required: false, input: false, returned: false, fieldName: 'active_at' },
      mac: { type: 'string', required: false, input: false, returned: false },
    },
    expiresIn: guard.policy().sessionMaxHours * 3_600,
    disableSessionRefresh: true,
    freshAge: 600,
    cookieCache: { enabled: false },
  };
}

/** A disabled account gets no session whatever it proves; every session says by which factor and when it began. */
async function beforeSession(
  guard: GuardOptions,
  session: { userId: string; token: string },
  path: string | undefined,
) {
  const account = await findAccount(guard.db, session.userId);
  if (!account || account.disabledAt !== undefined) return false;
  const now = guard.now();
  const kept = (session as { factor?: string }).factor;
  const factor = factorOf[path ?? ''] ?? kept ?? 'password';
  const mac = sessionMac({ token: session.token, account: account.id, factor }, guard.nodeKey);
  return { data: { factor, activeAt: now, createdAt: now, mac } };
}

const factorOf: Record<string, string> = {
  '/sign-in/email': 'password',
  '/two-factor/verify-totp': 'totp',
  '/two-factor/verify-backup-code': 'totp',
  '/passkey/verify-authentication': 'passkey',
};

const columns: Pick<BetterAuthOptions, 'user' | 'account' | 'verification'> = {
  user: {
    modelName: 'user_account',
    fields: { emailVerified: 'email_verified', createdAt: 'created_at', updatedAt: 'updated_at' },
  },
  account: {
    modelName: 'credential',
    fields: {
      accountId: 'account_id',
      providerId: 'provider_id',
      userId: 'user_id',
      accessToken: 'access_token',
      refreshToken: 'refresh_token',
      idToken: 'id_token',
      accessTokenExpiresAt: 'access_token_expires_at',
      refreshTokenExpiresAt: 'refresh_token_expires_at',
      createdAt: 'created_at',
      updatedAt: 'updated_at',
    },
  },
  verification: {
    modelName: 'verification',
    fields: { expiresAt: 'expires_at', createdAt: 'created_at', updatedAt: 'updated_at' },
  },
};

const twoFactorColumns = {
  user: { fields: { twoFactorEnabled: 'two_factor_enabled' } },
  twoFactor: {
    modelName: 'two_factor',
    fields: {
      backupCodes: 'backup_codes',
      userId: 'user_id',
      failedVerificationCount: 'failed_verification_count',
      lockedUntil: 'locked_until',
    },
  },
};

const passkeyColumns = {
  passkey: {
    modelName: 'passkey',
    fields: {
      publicKey: 'public_key',
      userId: 'user_id',
      credentialID: 'credential_id',
      deviceType: 'device_type',
      backedUp: 'backed_up',
      createdAt: 'created_at',
    },
  },
};
