import { hostname, networkInterfaces } from 'node:os';
import { isRefused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Caller } from '../caller.ts';
import type { Reach } from '../contract/network.ts';
import { addressOver } from '../listening.ts';
import type { HttpParts } from '../parts.ts';
import { type Context, must, no, os } from './ask.ts';
import { changing, managing, note } from './managing.ts';

/** The certificate of the installation: each change is in its ledger, told once it is in use. */

function reach({ http, request }: Context): Reach {
  return {
    certificate: http.certificates.state(),
    address: addressNow(http),
    securely: request.url.startsWith('https:'),
    suggestions: suggestions(),
    fixed: process.env.ANCHENG_URL !== undefined,
  };
}

/** This machine's name and its addresses that are not its own loopback, IPv4 first. */
function suggestions(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((one) => one ?? []);
  const outside = all.filter(({ internal, address }) => !internal && !address.startsWith('fe80'));
  const ordered = outside.toSorted((a, b) => a.family.localeCompare(b.family));
  return [...new Set([hostname().toLowerCase(), ...ordered.map(({ address }) => address)])].slice(0, 8);
}

/** As it is since the certificate changed: the doors this request came through still stand on the former one. */
const addressNow = ({ certificates, baseUrl }: HttpParts) =>
  addressOver(certificates, Number(new URL(baseUrl).port || (baseUrl.startsWith('https:') ? 443 : 80)));

const fingerprintOf = (http: HttpParts) => {
  const state = http.certificates.state();
  return state.kind === 'none' ? '' : state.card.fingerprint;
};

async function organisationName(caller: Caller): Promise<string> {
  return caller.organisations.find(({ id }) => id === caller.organisation)?.name ?? 'Ancheng';
}

export const certificateAnswers = {
  get: os.certificate.get.handler(async ({ context }) => {
    await managing(context);
    return reach(context);
  }),
  own: os.certificate.own.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await changing(context);
    const given = { names: input.names, office: await organisationName(caller) };
    const made = must(await http.certificates.makeOwn({ ...given, ...(input.newRoot ? { newRoot: true } : {}) }));
    await note(http, caller, 'certificate.made', {
      names: http.certificates.names().join(' '),
      fingerprint: fingerprintOf(http),
      root: made.newRoot ? 'new' : 'kept',
    });
    return { address: addressNow(http), newRoot: made.newRoot };
  }),
  office: os.certificate.office.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await changing(context);
    const { name, ...material } = input;
    const refusal = await http.certificates.takeOffice(material, name);
    if (isRefused(refusal)) no(refusal.refused);
    await note(http, caller, 'certificate.brought', {
      names: http.certificates.names().join(' '),
      fingerprint: fingerprintOf(http),
    });
    return { address: addressNow(http) };
  }),
  strict: os.certificate.strict.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await changing(context);
    const before = reach(context);
    if (input.strict && !before.securely) no([notYetSeen]);
    const refusal = http.certificates.setStrict(input.strict);
    if (refusal) no(refusal.refused);
    await note(http, caller, 'certificate.strict', { strict: input.strict ? 'on' : 'off' });
    return reach(context);
  }),
  off: os.certificate.off.handler(async ({ context }) => {
    const { http } = context;
    const caller = await changing(context);
    const refusal = http.certificates.turnOff();
    if (refusal) no(refusal.refused);
    await note(http, caller, 'certificate.off', {});
    return { address: addressNow(http) };
  }),
};

const notYetSeen = {
  code: 'state' as const,
  message: text(
    '您目前以 http 連線，尚未確認 https 可用，不能要求一律使用 https。',
    'You are here by http; as long as https is not known to work, it cannot be demanded.',
  ),
  fix: {
    text: text(
      '請先在本機信任根憑證，並以 https 開啟本頁。',
      'Trust the root on this computer and open this page by https first.',
    ),
  },
};
