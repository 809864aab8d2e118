import { X509Certificate } from 'node:crypto';
import type { Hono } from 'hono';
import type { HttpParts } from './parts.ts';

/** Where every computer of the office fetches the root it is to trust; public, and open to plain http. */
export const ROOT_CERTIFICATE_PATH = '/root.crt';

/** The root as DER, the form Windows, Android and iPhones open with a double click. */
export function certificateRoute(app: Hono, http: HttpParts): void {
  app.get(ROOT_CERTIFICATE_PATH, (c) => {
    const pem = http.certificates.rootPem();
    if (!pem) return c.json({ error: 'missing' }, 404);
    return new Response(new X509Certificate(pem).raw as Uint8Array<ArrayBuffer>, {
      headers: {
        'Content-Type': 'application/x-x509-ca-cert',
        'Content-Disposition': 'attachment; filename="ancheng-root.crt"',
        'Cache-Control': 'no-store',
      },
    });
  });
}
