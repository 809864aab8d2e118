import { randomUUID } from 'node:crypto';
import type { Hono } from 'hono';
import type { Certificates } from '../adapters/tls/certificates.ts';
import { type Listener, listen } from '../adapters/tls/listener.ts';
import { addressOf } from '../adapters/tls/names.ts';
import { certificateNotice } from '../modules/installation/index.ts';
import type { Db, Dispatch } from '../runtime/module.ts';
import { INSTALLATION, organisationIds } from '../runtime/organisations.ts';
import { createApp } from './app.ts';
import { ROOT_CERTIFICATE_PATH } from './certificate.ts';
import type { HttpParts } from './parts.ts';

/** Where the installation listens, and under which address people open it. */

type Place = { host: string; port: number; httpPort?: number };

/** What ANCHENG_URL says, else the first name of the certificate, else this machine alone. */
export function addressOver(certificates: Certificates, port: number): string {
  const name = certificates.names()[0];
  return process.env.ANCHENG_URL ?? (name === undefined ? `http://localhost:${port}` : addressOf(name, port));
}

/** Opens the port. Sign-in, passkeys and links are bound to the address, so when that changes the doors are hung anew. */
export async function openDoors(
  place: Place,
  certificates: Certificates,
  hang: (address: string) => HttpParts,
): Promise<Listener> {
  let port = place.port;
  const address = () => addressOver(certificates, port);
  let app: Hono;
  const listener = await listen({
    ...place,
    fetch: (request, env) => app.fetch(request, env),
    secure: certificates.context,
    strict: certificates.strict,
    address: (host) => (certificates.names().includes(host) ? addressOf(host, port) : address()),
    openPaths: ['/healthz', ROOT_CERTIFICATE_PATH],
  });
  // Port 0 has become a number with the listening, and nobody can come in before this turn is over.
  port = listener.port;
  let http = hang(address());
  app = createApp(http);
  certificates.onChange(() => {
    listener.refresh();
    if (address() === http.baseUrl) return;
    http = hang(address());
    app = createApp(http);
  });
  return listener;
}

/** Every hour: renews the own certificate before it ends, and tells administrators in time what only they can do. */
export async function careForCertificate(parts: {
  certificates: Certificates;
  dispatch: Dispatch;
  db: Db;
}): Promise<void> {
  const { certificates, dispatch, db } = parts;
  if (await certificates.renew()) {
    const input = { type: 'certificate.renewed', names: certificates.names().join(' ') };
    const command = { do: 'installation.note', id: randomUUID(), input };
    await dispatch({ organisation: INSTALLATION, actor: { kind: 'setup' }, command });
  }
  const notice = certificateNotice(certificates.state());
  if (!notice) return;
  for (const organisation of await organisationIds(db)) {
    if (organisation === INSTALLATION) continue;
    const command = { do: 'notices.send', id: randomUUID(), input: notice };
    await dispatch({ organisation, actor: { kind: 'clock' }, command });
  }
}
