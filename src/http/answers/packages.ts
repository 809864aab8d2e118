import { Readable } from 'node:stream';
import type { Hono } from 'hono';
import { localDate } from '../../kernel/calendar/date.ts';
import { isRefused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { safeName } from '../../print/package/names.ts';
import { look, noSuch } from '../../runtime/query/look.ts';
import { type Caller, callerOf } from '../caller.ts';
import type { PackageCard } from '../contract/packages.ts';
import { noteExport } from '../exporting.ts';
import { evidenceBy } from '../package/evidence.ts';
import { type Made, makePackage } from '../package/make.ts';
import type { Asked } from '../package/plan.ts';
import { sectionsAlong } from '../package/sections.ts';
import type { Package } from '../package/shelf.ts';
import type { HttpParts } from '../parts.ts';
import { asking, audits, type Context, must, no, notAllowed, os, signedIn } from './ask.ts';
import { READS_TRAIL } from './proof.ts';

/** Making evidence packages, and fetching them. */

/** The caller, when it may make packages. */
async function packer(context: Context): Promise<Caller> {
  await asking(context, async (look) => audits(look, ...READS_TRAIL) || notAllowed);
  return signedIn(context);
}

const whoseOf = (caller: Caller) => ({ organisation: caller.organisation, person: caller.viewer.person ?? '' });

export const packageAnswers = {
  sections: os.packages.sections.handler(({ input, context }) =>
    asking(
      context,
      async (look) => {
        if (!audits(look, ...READS_TRAIL)) return notAllowed;
        const along = await sectionsAlong(look, input, input.language);
        if (isRefused(along)) return along;
        const clauses = [...new Set(along.sections.flatMap(({ ours }) => ours))];
        const { byClause } = await evidenceBy(look, clauses, input);
        return {
          title: along.title,
          sections: along.sections.map(({ key, number, chapter, text: said, light, ours }) => {
            const records = [...new Set(ours.flatMap((clause) => byClause.get(clause) ?? []))];
            return { key, number, chapter, text: said, light, records };
          }),
        };
      },
      input.asOf,
    ),
  ),
  list: os.packages.list.handler(async ({ context }) => {
    const cards = await context.http.shelf.list(whoseOf(await packer(context)));
    return cards.map(cardOf);
  }),
  make: os.packages.make.handler(async ({ input: { commandId: _once, ...asked }, context }) => {
    const caller = await packer(context);
    if (asked.from && asked.until && asked.from > asked.until) return no(backwards.refused);
    const { http } = context;
    const whose = { ...whoseOf(caller), language: asked.language, at: http.parts.clock() };
    const started = await http.shelf.start(whose, async (signal, tell) => {
      const made = await makePackage(http, caller, asked, signal, tell);
      return isRefused(made) ? made : entered(http, caller, asked, made);
    });
    return must(started);
  }),
  cancel: os.packages.cancel.handler(async ({ input, context }) => {
    const found = await context.http.shelf.cancel(whoseOf(await packer(context)), input.id);
    return found ? { id: input.id } : no(noSuch('這份佐證資料', 'package').refused);
  }),
};

/** A package can be fetched once the ledger says who made it, of what, and its hash; without that entry the file goes. */
async function entered(http: HttpParts, caller: Caller, asked: Asked, made: Made) {
  const { sections, language: _words, small, ...filter } = asked;
  const pos = await noteExport(http, caller, {
    what: 'package',
    format: 'zip',
    rows: made.records,
    bytes: made.size,
    sha256: made.sha256,
    filter: {
      ...filter,
      title: made.title,
      sections: sections ? String(sections.length) : 'all',
      ...(small ? { limit: '3 MB' } : {}),
    },
  });
  if (!isRefused(pos)) return { ...made, pos };
  await http.shelf.store.remove(made.sha256);
  return pos;
}

function cardOf({ id, at, state, phase, done, all, made, refused: why, language }: Package): PackageCard {
  const base = { id, at, state, phase, done, all, ...(why ? { refused: why } : {}) };
  if (!made) return base;
  const { size, ...told } = made;
  return { ...base, made: { ...told, bytes: size, name: fileName(made.title, at, language) } };
}

const fileName = (title: string, at: string, language: Package['language']): string =>
  `${safeName(`${title} ${language === 'zh' ? '佐證資料' : 'evidence'} ${localDate(at)}`, 80)}.zip`;

/** `GET /api/v1/packages/{id}/package.zip`: whoever made it fetches it, for a day. */
export function packageRoute(app: Hono, http: HttpParts): void {
  app.get('/api/v1/packages/:id/package.zip', async (c) => {
    const caller = await callerOf(http, c.req.raw);
    if (!caller?.viewer.person) return c.json({ error: 'UNAUTHORIZED' }, 401);
    const may = await look(http.parts, http.cache, caller.organisation, caller.viewer, async (one) =>
      audits(one, ...READS_TRAIL),
    );
    if (may !== true) return c.json(noSuch('這份佐證資料', 'package'), 404);
    const card = http.shelf.get(whoseOf(caller), c.req.param('id'));
    const file = card?.made && (await http.shelf.store.get(card.made.sha256));
    if (!card?.made || !file) return c.json(noSuch('這份佐證資料', 'package'), 404);
    const name = encodeURIComponent(fileName(card.made.title, card.at, card.language));
    return new Response(Readable.toWeb(Readable.from(file.stream())) as ReadableStream, {
      headers: {
        'Content-Type': 'application/zip',
        'Content-Length': String(file.size),
        'Content-Disposition': `attachment; filename*=UTF-8''${name}`,
        'Cache-Control': 'no-store',
      },
    });
  });
}

const backwards = refused({
  code: 'invalid',
  field: 'until',
  message: text('期間的迄日早於起日。', 'The period ends before it begins.'),
});
