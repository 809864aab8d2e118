import { z } from 'zod';
import type { CertificateState } from '../../adapters/tls/certificates.ts';
import { read, view, write } from './shapes.ts';

/** How the installation is reached, and how its mail leaves. The administrator's. */

const Name = z.string().min(1).max(300);
const Pem = z.string().max(200_000);
const Passphrase = z.string().max(500).optional();

export type Reach = {
  certificate: CertificateState;
  /** Where people open it now. */
  address: string;
  /** Whether this request came by https: only then is it certain that https works from here. */
  securely: boolean;
  /** Names and addresses this machine has, to choose from. */
  suggestions: string[];
  /** Set from outside (ANCHENG_URL): a web server in front has the certificate. */
  fixed: boolean;
};

export const certificate = {
  get: read('certificate', '/certificate', 'How people reach the installation, and by which certificate').output(
    view<Reach>(),
  ),
  own: write('certificate', '/certificate/own', 'A certificate of the own authority')
    .input(z.object({ names: z.array(Name).min(1).max(20), newRoot: z.boolean().optional() }))
    .output(z.object({ address: z.string(), newRoot: z.boolean() })),
  office: write('certificate', '/certificate/office', 'A certificate the office was given: PEM, or PFX as base64')
    .input(
      z.discriminatedUnion('kind', [
        z.object({ kind: z.literal('pem'), certificates: Pem, key: Pem, passphrase: Passphrase, name: Name }),
        z.object({ kind: z.literal('pfx'), pfx: z.base64().max(400_000), passphrase: Passphrase, name: Name }),
      ]),
    )
    .output(z.object({ address: z.string() })),
  strict: write('certificate', '/certificate/strict', 'Whether browsers are told to come by https only', 'PUT')
    .input(z.object({ strict: z.boolean() }))
    .output(view<Reach>()),
  off: write('certificate', '/certificate', 'Back to plain http', 'DELETE').output(z.object({ address: z.string() })),
};

const Mail = z.object({
  host: z.string().min(1).max(253),
  port: z.number().int().min(1).max(65_535),
  security: z.enum(['tls', 'starttls', 'none']),
  anyCertificate: z.boolean().optional(),
  user: z.string().max(200).optional(),
  from: z.string().min(3).max(200),
});

export const mail = {
  get: read('mail', '/mail', 'The mail server, without its password; absent when none is set').output(
    z.object({ settings: Mail.extend({ hasPassword: z.boolean() }).optional() }),
  ),
  set: write('mail', '/mail', 'The mail server; a password that is left out stays', 'PUT')
    .input(Mail.extend({ password: z.string().max(500).optional() }))
    .output(z.object({ done: z.boolean() })),
  remove: write('mail', '/mail', 'No mail leaves any more', 'DELETE').output(z.object({ done: z.boolean() })),
  test: write('mail', '/mail/test', 'Sends one mail now and tells what the server said')
    .input(z.object({ to: z.email() }))
    .output(z.object({ sent: z.boolean(), answer: z.string() })),
};
