import { Readable } from 'node:stream';
import busboy from 'busboy';
import type { Hono } from 'hono';
import { sql } from 'kysely';
import { scanWithClamd } from '../adapters/blobs/clamd.ts';
import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { fileFor, type StoredFile } from '../runtime/query/files.ts';
import { look } from '../runtime/query/look.ts';
import { noteUpload, type Upload } from '../runtime/store/files.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { type Caller, callerOf } from './caller.ts';
import type { Uploaded } from './contract.ts';
import type { HttpParts } from './parts.ts';
import { statusOf } from './status.ts';

const LARGEST_BYTES = 200 * 1024 * 1024;

/** What an office attaches; anything a browser would run is refused by name. */
const REFUSED_ENDINGS = [
  '.html',
  '.htm',
  '.svg',
  '.js',
  '.mjs',
  '.hta',
  '.exe',
  '.scr',
  '.bat',
  '.cmd',
  '.com',
  '.msi',
  '.vbs',
  '.ps1',
  '.lnk',
  '.jar',
];

/** Upload (streamed, hashed, stored once) and download of attachments. */
export function fileRoutes(app: Hono, http: HttpParts): void {
  app.post('/api/v1/files', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.viewer.person && !caller?.viewer.administrator) return c.json({ error: 'UNAUTHORIZED' }, 401);
    if (caller.viewer.outside) return c.json({ error: 'UNAUTHORIZED' }, 403);
    if (caller.token && !caller.token.mayWrite) {
      await http.auth.tokenRefused(caller.organisation, caller.token.id, 'read_only', c.req.raw);
      return c.json({ error: 'UNAUTHORIZED' }, 403);
    }
    const outcome = await receive(http, caller, c.req.raw);
    if ('refused' in outcome) return c.json(outcome, statusOf(outcome.refused) as 422);
    return c.json(outcome);
  });
  app.get('/api/v1/files/:sha256', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.organisation) return c.json({ error: 'UNAUTHORIZED' }, 401);
    const sha256 = c.req.param('sha256');
    const known = await fileOf(http, caller, sha256);
    const blob = known && (await http.blobs.get(sha256));
    // Unknown and not allowed are answered alike.
    if (!known || !blob) return c.json({ error: 'missing' }, 404);
    if (known.scan === 'found') return c.json(infected(known.name), 422);
    // Whether one may is asked at every request; only the content need not travel again.
    const kept = { ETag: `"${sha256}"`, 'Cache-Control': 'private, no-cache' };
    if (c.req.header('if-none-match') === kept.ETag) return new Response(null, { status: 304, headers: kept });
    const name = c.req.query('name') ?? known.name;
    return new Response(Readable.toWeb(Readable.from(blob.stream())) as ReadableStream, {
      headers: {
        ...kept,
        'Content-Type': safeMedia(known.media),
        'Content-Length': String(blob.size),
        'Content-Disposition': `attachment; filename*=UTF-8''${encodeURIComponent(name)}`,
        'Content-Security-Policy': "sandbox; default-src 'none'",
      },
    });
  });
}

/** A stored file that this caller may have, by its digest. */
export async function fileOf(http: HttpParts, caller: Caller, sha256: string): Promise<StoredFile | undefined> {
  const found = await look(http.parts, http.cache, caller.organisation, caller.viewer, (one) => fileFor(one, sha256));
  return isRefused(found) ? undefined : found;
}

async function receive(http: HttpParts, caller: Caller, request: Request): Promise<Uploaded | Refused> {
  const type = request.headers.get('content-type') ?? '';
  if (!type.startsWith('multipart/form-data') || !request.body) return notAFile;
  const part = await onePart(request, type);
  if ('refused' in part) return part;
  const ending = part.name.toLowerCase().match(/\.[^.]+$/)?.[0] ?? '';
  if (REFUSED_ENDINGS.includes(ending)) {
    part.stream.resume();
    return refused({
      code: 'invalid',
      field: 'file',
      message: text(
        `不接受 ${ending} 檔；請改以 PDF、ODT、圖片或壓縮檔上傳。`,
        `${ending} files are not accepted; upload PDF, ODT, an image or an archive.`,
      ),
    });
  }
  const stored = await http.blobs.put(limited(part.stream)).catch((error: unknown): Refused => {
    if (error instanceof TooLarge) return tooLarge;
    if (part.stream.errored) return notAFile; // the request ended in the middle of the file
    throw error;
  });
  if ('refused' in stored) return stored;
  if (stored.size === 0)
    return refused({ code: 'invalid', field: 'file', message: text('檔案是空的。', 'The file is empty.') });
  const scan = await scanned(http, stored.sha256);
  await note(http, caller, { ...stored, name: part.name, media: part.media, scan });
  if (scan === 'found') return infected(part.name);
  return { id: stored.sha256, name: part.name, sha256: stored.sha256, size: stored.size, media: part.media };
}

type Part = { name: string; media: string; stream: Readable };

/** The first file of the form; the rest of the request is read by whoever consumes its stream. */
function onePart(request: Request, type: string): Promise<Part | Refused> {
  return new Promise((resolve) => {
    let parser: busboy.Busboy;
    try {
      parser = busboy({ headers: { 'content-type': type }, limits: { files: 1, fields: 10 }, defParamCharset: 'utf8' });
    } catch {
      resolve(notAFile);
      return;
    }
    parser.on('file', (_field, stream, info) => {
      stream.on('error', () => {}); // told by whoever reads it; unheard, a request cut short would end the program
      resolve({ name: cleanName(info.filename), media: info.mimeType || 'application/octet-stream', stream });
    });
    parser.on('error', () => resolve(notAFile));
    parser.on('close', () => resolve(notAFile));
    Readable.fromWeb(request.body as never)
      .on('error', () => resolve(notAFile))
      .pipe(parser);
  });
}

const cleanName = (name: string | undefined) =>
  (name ?? 'file')
    .split(/[\\/]/)
    .at(-1)!
    .replace(/[\p{Cc}\p{Cf}]/gu, '')
    .slice(0, 200)
    .replace(/[. ]+$/, '') || 'file'; // Windows drops them, and `x.html.` would be `x.html` there

class TooLarge extends Error {}

async function* limited(stream: Readable): AsyncGenerator<Uint8Array> {
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    if (size > LARGEST_BYTES) throw new TooLarge();
    yield chunk;
  }
}

async function scanned(http: HttpParts, sha256: string): Promise<'none' | 'clean' | 'found' | 'failed'> {
  if (!http.clamd) return 'none';
  const blob = await http.blobs.get(sha256);
  return blob ? (await scanWithClamd(http.clamd, blob.stream())).outcome : 'failed';
}

async function note(http: HttpParts, caller: Caller, file: Omit<Upload, 'by' | 'at'>): Promise<void> {
  const { organisation, viewer } = caller;
  const by = viewer.person ?? viewer.account ?? '';
  const upload = { ...file, by, at: http.parts.clock() };
  await withOrganisation(http.parts.db, organisation, (tx) => noteUpload(tx, organisation, upload));
}

/** Whether malware was found in a stored file. */
export async function isInfected(http: HttpParts, organisation: string, sha256: string): Promise<boolean> {
  return withOrganisation(http.parts.db, organisation, async (tx) => {
    const found = await sql`select 1 from blob
      where organisation = ${organisation} and sha256 = ${sha256} and scan = 'found'`.execute(tx);
    return found.rows.length > 0;
  });
}

/** Only what a browser shows without running anything is sent under its own type. */
const safeMedia = (media: string) =>
  /^(image\/(png|jpeg|gif|webp)|application\/pdf|text\/plain|text\/csv|video\/mp4)$/.test(media)
    ? media
    : 'application/octet-stream';

const notAFile = refused({
  code: 'invalid',
  field: 'file',
  message: text(
    '沒有收到檔案；請以 multipart/form-data 的 file 欄位上傳。',
    'No file arrived; send multipart/form-data with one part `file`.',
  ),
});
const tooLarge = refused({
  code: 'limit',
  field: 'file',
  message: text('檔案超過 200 MB。', 'The file is larger than 200 MB.'),
});
const infected = (name: string) =>
  refused({
    code: 'invalid',
    field: 'file',
    message: text(`「${name}」驗出惡意程式，已拒收。`, `"${name}" holds malware and was refused.`),
  });
