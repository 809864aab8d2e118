import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { directoryStore } from '../adapters/sealing/store.ts';
import { isRefused } from '../kernel/refusal.ts';
import { checkpointPaper } from '../print/checkpoint.ts';
import { openFonts } from '../print/fonts.ts';
import { renderPdf } from '../print/pdf/render.ts';
import { usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { logKey } from './ledger.ts';
import { say, tellRefused } from './say.ts';
import { logFolder } from './sealing.ts';
import { keepAsked } from './witness-request.ts';

/** The paper the ledger page prints, from the published files; the office goes by its identifier, for its name is in the database. */
export async function writeSheet(
  dataDir: string,
  organisations: string[],
  to: string,
  wanted = 'zh',
): Promise<ExitCode> {
  const language = (['zh', 'en'] as const).find((one) => one === wanted);
  if (!language) throw usageError('--language 為 zh 或 en · --language is zh or en');
  const [organisation, ...more] = organisations;
  if (organisation === undefined || more.length > 0)
    throw usageError('請以 --organisation 指定一個機關 · name one organisation');
  const path = join(logFolder(dataDir, organisation), 'checkpoint');
  const note = readFileSync(path, 'utf8');
  const key = logKey(dataDir, note.split('\n')[0] ?? '');
  const moments = { sealedAt: statSync(path).mtime.toISOString(), now: new Date().toISOString() };
  const fonts = openFonts();
  const paper = checkpointPaper({ note, key, ...moments, organisation, language });
  const pdf = isRefused(fonts) ? fonts : await renderPdf(paper, { fonts });
  if (isRefused(pdf)) {
    tellRefused(pdf);
    return EXIT.refused;
  }
  mkdirSync(dirname(to), { recursive: true });
  writeFileSync(to, pdf);
  await keepAsked(directoryStore(logFolder(dataDir, organisation)), note);
  say(`✓ ${to}`);
  return EXIT.ok;
}
