import { sql } from 'kysely';
import type { DigestParts } from '../http/digest.ts';
import type { Importing, ImportOutcome, Report } from '../http/reports.ts';
import { type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import { digestOver } from './digests.ts';
import { buildDemo, DEMO_ORGANISATION, type DemoParts, demoIsBuilt, demoLines } from './index.ts';

type Platform = Importing & Pick<DigestParts, 'parts' | 'cache'>;
type Door = { openByInvitation: DemoParts['openAccount'] };
type Import = (importing: Importing, report: Report) => Promise<ImportOutcome | Refused>;

/**
 * Makes the demo organisation ready in this data folder, building it only the first time, and prints who can sign in.
 * Refuses a folder in which an earlier build broke off: half a demo would show half a story.
 */
export async function openDemo(
  platform: Platform,
  auth: Door,
  importReport: Import,
  say: (line: string) => void,
): Promise<Refused | undefined> {
  const { parts, dispatch, blobs } = platform;
  if (!(await demoIsBuilt(parts.db))) {
    if (await isBegun(parts.db)) return brokenOff;
    say('建立示範機關，約需半分鐘… · building the demo organisation, about half a minute…');
    await buildDemo({
      parts,
      dispatch,
      blobs,
      importReport: (report) => importReport(platform, report),
      digest: digestOver(platform, DEMO_ORGANISATION),
      openAccount: (wanted) => auth.openByInvitation(wanted),
      say,
    });
  }
  for (const line of demoLines()) say(line);
  return undefined;
}

async function isBegun(db: DemoParts['parts']['db']): Promise<boolean> {
  const begun = await sql`select 1 from organisation where organisation = ${DEMO_ORGANISATION}`.execute(db);
  return begun.rows.length > 0;
}

const brokenOff = refused({
  code: 'unready',
  message: text('示範資料上次未建立完成。', 'Building the demo broke off last time.'),
  fix: { text: text('請刪除示範資料夾後再啟動。', 'Delete the demo’s data folder and start again.') },
});
