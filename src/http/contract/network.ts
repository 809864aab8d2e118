import { z } from 'zod';
import type { CertificateState } from '../../adapters/tls/certificates.ts';
import { read, view, write } from './shapes.ts';

/** How the installation is reached: its certificate. The administrator's. */

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
