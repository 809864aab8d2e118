import { sql } from 'kysely';
import { SETUP_ENDED } from '../runtime/ledger-acts.ts';
import { createOrganisation } from '../runtime/organisations.ts';
import { withOrganisation } from '../runtime/store/session.ts';
import { care } from './care.ts';
import { cases } from './cases.ts';
import { digests } from './digests.ts';
import { documents } from './documents.ts';
import { ownText } from './own-text.ts';
import { DEMO_PASSWORD, deputies, PERSONAS, settle } from './people.ts';
import { registers } from './registers.ts';
import { requests } from './requests.ts';
import { createStory, type DemoParts, idIn, type Story } from './story.ts';
import { visits } from './visits.ts';
import { weaknesses } from './weaknesses.ts';

export type { DemoParts };

export const DEMO_ORGANISATION = 'demo-xihe';
export const DEMO_NAME = '西河鄉公所';
const PACKS = ['xiluo', 'exceptions', 'evidence'];

export type DemoAccount = {
  email: string;
  password: string;
  role: { zh: string; en: string };
  tries: { zh: string; en: string };
};

/** The id of a person or record of the demo: `chen`, `pay25-form`. */
export const demoId = (key: string): string => idIn(DEMO_ORGANISATION, key);

/** Who can sign in to the demo, with the one password and what to try. */
export const demoAccounts = (): DemoAccount[] =>
  PERSONAS.map(({ email, role, tries }) => ({ email, password: DEMO_PASSWORD, role, tries }));

/** The lines `ancheng demo` prints at every start. */
export function demoLines(): string[] {
  return [
    '',
    `  示範機關 · demo organisation: ${DEMO_NAME}`,
    `  共用密碼 · password of all:   ${DEMO_PASSWORD}`,
    ...demoAccounts().flatMap(({ email, role, tries }) => [
      `  ${email.padEnd(20)} ${role.zh} · ${role.en}`,
      `  ${''.padEnd(20)} ${tries.zh}`,
    ]),
    '',
  ];
}

/**
 * Builds the invented township office with half a year of life up to today, every act through the write door under a simulated
 * clock. The same day gives the same ids and events; only nonces of encrypted personal values and account ids differ.
 * Throws when an act of the story is not answered as told: then the demo, a pack or the engine is wrong.
 */
export async function buildDemo(demo: DemoParts): Promise<{ organisation: string; accounts: DemoAccount[] }> {
  const story = createStory(demo, DEMO_ORGANISATION);
  story.begin(-127, '08:30');
  await createOrganisation(demo.parts.db, { id: DEMO_ORGANISATION, name: DEMO_NAME, demo: true }, story.now());
  await found(story, demo);
  for (const chapter of [registers, documents, ownText, deputies, cases, requests, visits, weaknesses, care, digests])
    chapter(story);
  await story.play();
  await withOrganisation(demo.parts.db, DEMO_ORGANISATION, (tx) =>
    sql`update organisation set setup_done = true where organisation = ${DEMO_ORGANISATION}`.execute(tx),
  );
  return { organisation: DEMO_ORGANISATION, accounts: demoAccounts() };
}

async function found(story: Story, demo: DemoParts): Promise<void> {
  await story.run('compliance.found', { name: DEMO_NAME, demo: true });
  await story.run('compliance.adopt', { packs: PACKS });
  for (const [name, value] of Object.entries({ kind: 'agency', level: 'D', hosting: 'own' })) {
    await story.run('identity.edit_setting', { name, value });
  }
  await settle(story, demo);
  await story.run('identity.edit_setting', { name: SETUP_ENDED, value: true });
}

/** Whether this installation holds the demo already. */
export async function demoIsBuilt(db: DemoParts['parts']['db']): Promise<boolean> {
  const built = await sql`select 1 from organisation where organisation = ${DEMO_ORGANISATION} and setup_done`.execute(
    db,
  );
  return built.rows.length > 0;
}
