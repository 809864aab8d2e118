import { readFile } from 'node:fs/promises';
import { extname, join, normalize } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Hono } from 'hono';

const MEDIA: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.woff2': 'font/woff2',
  '.webmanifest': 'application/manifest+json',
};

type Served = { body: Uint8Array; packed?: Uint8Array; media: string };

/** The built web application; every path that is no file is a page of it. */
export function webRoutes(app: Hono, root: string): void {
  const cache = new Map<string, Served | undefined>();
  const load = async (path: string): Promise<Served | undefined> => {
    if (cache.has(path)) return cache.get(path);
    const body = await readFile(join(root, path)).catch(() => undefined);
    const media = MEDIA[extname(path)] ?? 'application/octet-stream';
    const served = body && {
      body,
      media,
      ...(media.startsWith('font/') || media === 'image/png' ? {} : { packed: gzipSync(body, { level: 9 }) }),
    };
    if (served) cache.set(path, served);
    return served;
  };
  app.get('*', async (c) => {
    const path = normalize(decodeURIComponent(new URL(c.req.url).pathname)).replace(/^([/\\.])+/, '');
    const asset = path.includes('.') ? await load(path) : undefined;
    const served =
      asset ?? (path.startsWith('api/') || path.startsWith('assets/') ? undefined : await load('index.html'));
    if (!served) return c.json({ error: 'missing' }, 404);
    const packed = served.packed && c.req.header('accept-encoding')?.includes('gzip') ? served.packed : undefined;
    return new Response((packed ?? served.body) as Uint8Array<ArrayBuffer>, {
      headers: {
        'Content-Type': served.media,
        'Cache-Control': path.startsWith('assets/') ? 'public, max-age=31536000, immutable' : 'no-cache',
        Vary: 'Accept-Encoding',
        ...(packed ? { 'Content-Encoding': 'gzip' } : {}),
      },
    });
  });
}
