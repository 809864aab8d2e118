import type { Hono } from 'hono';
import { isRefused, type Refused } from '../kernel/refusal.ts';
import type { Language } from '../kernel/text.ts';
import { OPENING_LIST } from '../modules/opening/list.ts';
import type { PrintFonts } from '../print/fonts.ts';
import { openFonts } from '../print/fonts.ts';
import { renderOdt } from '../print/odt/render.ts';
import { renderPdf } from '../print/pdf/render.ts';
import type { PrintDocument } from '../print/types.ts';
import { citations } from '../runtime/query/citations.ts';
import { shownOf } from '../runtime/query/closed-sections.ts';
import { historyOf } from '../runtime/query/history.ts';
import { type Look, look, noSuch, recordOf } from '../runtime/query/look.ts';
import { mayRead } from '../runtime/query/reading.ts';
import { recordView } from '../runtime/query/record.ts';
import type { RecordView } from '../runtime/views.ts';
import { callerOf } from './caller.ts';
import { noteBytes } from './exporting.ts';
import { cataloguePaper } from './keeping-paper.ts';
import { keptList } from './opening/kept.ts';
import { rowsOnPaper } from './opening/paper.ts';
import { type Basis, paperOf } from './paper.ts';
import type { HttpParts } from './parts.ts';
import { noteReading } from './readings.ts';
import { statusOf } from './status.ts';

const MEDIA = { pdf: 'application/pdf', odt: 'application/vnd.oasis.opendocument.text' } as const;
let fonts: PrintFonts | Refused | undefined;

/** A paper as PDF with the fonts of this installation; refuses characters no font of the set draws. */
export async function pdfOf(paper: PrintDocument): Promise<Uint8Array | Refused> {
  fonts ??= openFonts();
  return isRefused(fonts) ? fonts : renderPdf(paper, { fonts });
}

/** 檔案銷毀目錄 of a disposal: `/api/v1/keeping/disposals/{id}/catalogue.pdf`. */
function cataloguePrint(app: Hono, http: HttpParts): void {
  app.get('/api/v1/keeping/disposals/:id/catalogue.pdf', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.organisation) return c.json({ error: 'UNAUTHORIZED' }, 401);
    const organisation = caller.organisations.find((one) => one.id === caller.organisation)?.name ?? '';
    const language: Language = c.req.query('language') === 'en' ? 'en' : 'zh';
    const paper = await look(http.parts, http.cache, caller.organisation, caller.viewer, async (looking) => {
      const found = await recordOf(looking, c.req.param('id'));
      if (found?.state.type !== 'disposal' || !(await mayRead(looking, found.state, found.type)))
        return noSuch('這個銷毀案', 'disposal');
      return cataloguePaper(found.state, { organisation, language, now: looking.now });
    });
    if (isRefused(paper)) return c.json(paper, statusOf(paper.refused) as 404);
    const bytes = await pdfOf(paper);
    if (isRefused(bytes)) return c.json(bytes, statusOf(bytes.refused) as 422);
    const rows = paper.sections.reduce((sum, one) => sum + ('table' in one ? one.table.rows.length : 0), 0);
    const about = { what: 'catalogue', type: 'disposal', format: 'pdf', rows } as const;
    const noted = await noteBytes(http, caller, { ...about, filter: { record: c.req.param('id') } }, bytes);
    if (isRefused(noted)) return c.json(noted, statusOf(noted.refused) as 403);
    const name = encodeURIComponent(`${paper.serial} ${paper.title}.pdf`);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        'Content-Type': MEDIA.pdf,
        'Content-Disposition': `inline; filename*=UTF-8''${name}`,
        'Cache-Control': 'no-store',
      },
    });
  });
}

/** A record as the office's A4 form: `/api/v1/records/{id}/print.pdf` or `.odt`. */
export function printRoutes(app: Hono, http: HttpParts): void {
  cataloguePrint(app, http);
  app.get('/api/v1/records/:id/:file{print\\.(pdf|odt)}', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.organisation) return c.json({ error: 'UNAUTHORIZED' }, 401);
    const format = c.req.param('file').endsWith('odt') ? 'odt' : 'pdf';
    const language: Language = c.req.query('language') === 'en' ? 'en' : 'zh';
    const asOf = c.req.query('asOf');
    const printed = await look(
      http.parts,
      http.cache,
      caller.organisation,
      caller.viewer,
      async (looking) => {
        const organisation = caller.organisations.find((one) => one.id === caller.organisation)?.name ?? '';
        const both = c.req.query('numbers') === 'both';
        return recordPaper(looking, c.req.param('id'), {
          language,
          organisation,
          baseUrl: http.baseUrl,
          both,
          blobs: http.blobs,
        });
      },
      asOf,
    );
    if (isRefused(printed)) return c.json(printed, statusOf(printed.refused) as 404);
    const { paper, view } = printed;
    const unread = view.logged && (await noteReading(http, caller, { record: view.id, type: view.type, way: 'paper' }));
    if (unread) return c.json(unread, statusOf(unread.refused) as 403);
    fonts ??= openFonts();
    if (isRefused(fonts)) return c.json(fonts, 503);
    const bytes = format === 'pdf' ? await renderPdf(paper, { fonts }) : await renderOdt(paper);
    if (isRefused(bytes)) return c.json(bytes, statusOf(bytes.refused) as 422);
    const name = encodeURIComponent(`${paper.serial} ${paper.title}.${format}`);
    return new Response(bytes as Uint8Array<ArrayBuffer>, {
      headers: {
        'Content-Type': MEDIA[format],
        'Content-Disposition': `${format === 'pdf' ? 'inline' : 'attachment'}; filename*=UTF-8''${name}`,
        'Cache-Control': 'no-store',
      },
    });
  });
}

export type About = { language: Language; organisation: string; baseUrl: string; blobs: HttpParts['blobs'] };

/** A record as its form, with what it was made from; refuses what the reader may not see. */
export async function recordPaper(
  looking: Look,
  id: string,
  { both = false, blobs, ...about }: About & { both?: boolean },
) {
  const view = await recordView(looking, id);
  if (isRefused(view)) return view;
  const found = await recordOf(looking, view.id);
  if (!found) return noSuch('這筆紀錄', 'record');
  const more = await addedTo(looking, blobs, view, about.language);
  if (isRefused(more)) return more;
  const { type, state } = await shownOf(looking, found);
  const history = await historyOf(looking, view.id, type);
  const basis = await basisOf(looking, view, about.language, both);
  const emergencies = Object.keys(state.acts).flatMap((act) => {
    const action = type.actions[act];
    return action?.emergency ? [action.label] : [];
  });
  return { paper: paperOf({ view, type, history, now: looking.now, basis, more, ...about }), view, type, emergencies };
}

/** What a form keeps in a file and its signer must see: the rows of an opening list. */
async function addedTo(looking: Look, blobs: HttpParts['blobs'], view: RecordView, language: Language) {
  if (view.type !== OPENING_LIST || !view.values.list) return [];
  const kept = await keptList(looking, { blobs }, view.id);
  return isRefused(kept) ? kept : rowsOnPaper(kept.list, looking.context.definition, language);
}

/**
 * The clauses a record rests on, as the organisation's own procedures number them; what is mapped nowhere goes by our number
 * under our procedure. `both` adds ours in brackets.
 */
async function basisOf(looking: Look, view: RecordView, language: Language, both: boolean): Promise<Basis[]> {
  const cites = await citations(looking);
  const basis = new Map<string, Set<string>>();
  const add = (title: string, cite: string) => basis.set(title, (basis.get(title) ?? new Set()).add(cite));
  for (const { id, ref } of view.clauses) {
    const ours = ref ?? id.slice(id.indexOf('.') + 1);
    for (const { title, cite } of cites[id] ?? []) add(title, both ? `${cite}（${ours}）` : cite);
    const pack = looking.context.definition.packs.find(({ name }) => name === id.split('.')[0]);
    if (!cites[id] && pack) add(pack.title[language], ours);
  }
  return [...basis].map(([title, all]) => ({ title, cites: [...all] }));
}
