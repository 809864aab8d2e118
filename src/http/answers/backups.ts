import { unproven } from '../../kernel/engine/capacity.ts';
import { refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import { backupRuns } from '../../modules/backups/index.ts';
import { INSTALLATION } from '../../runtime/organisations.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import { recoveryPaper } from '../keeping-paper.ts';
import { pdfOf } from '../print.ts';
import { actorOf, asking, type Context, hasRole, must, mustWrite, no, notAllowed, os, signedIn } from './ask.ts';

/** Who sees what is kept and how it is backed up. */
export const READERS = ['security_officer', 'ciso', 'isms_coordinator', 'room_manager', 'auditor', 'isms_team_lead'];
/** Who orders keys, backups and drills, where one organisation has the installation to itself. */
const RUNNERS = ['room_manager', 'security_officer', 'isms_coordinator'];

/** A runner who has proven again who they are, where `factor` is asked for. */
async function running(context: Context, factor?: Parameters<typeof actorOf>[2] | 'none') {
  const caller = await signedIn(context);
  await mustWrite(context, caller);
  await asking(context, async (look) => hasRole(look, ...RUNNERS) || notAllowed);
  if ((await context.http.backupDesk.state()).shared) no(sharedHere.refused);
  if (factor === 'none') return caller;
  const actor = await actorOf(context, caller, factor);
  const early = unproven(actor);
  if (early) no([early]);
  return caller;
}

export const backupAnswers = {
  backups: os.keeping.backups.handler(async ({ context }) => {
    await asking(context, async (look) => hasRole(look, ...READERS) || notAllowed);
    const { db } = context.http.parts;
    const runs = await withOrganisation(db, INSTALLATION, (tx) => backupRuns(tx, INSTALLATION, 60));
    return runs.map(({ kind, at, disk_name, passed, about }) => {
      const { generations, reason } = about as { generations?: number; reason?: Text };
      return {
        kind,
        at: at.toISOString(),
        passed,
        ...(disk_name ? { disk: disk_name } : {}),
        ...(generations === undefined ? {} : { generations }),
        ...(reason ? { reason } : {}),
      };
    });
  }),
  desk: os.keeping.desk.handler(async ({ context }) => {
    const may = await asking(context, async (look) =>
      hasRole(look, ...READERS) ? { runs: hasRole(look, ...RUNNERS) } : notAllowed,
    );
    const state = await context.http.backupDesk.state();
    return { ...state, may: may.runs && !state.shared };
  }),
  makeKey: os.keeping.makeKey.handler(async ({ input: { replace, factor }, context }) => {
    const caller = await running(context, factor);
    const { sheet, installation } = must(await context.http.backupDesk.makeKey(replace, caller.viewer.person ?? ''));
    const organisation = caller.organisations.find(({ id }) => id === caller.organisation)?.name ?? '';
    const now = context.http.parts.clock();
    const pdf = must(await pdfOf(recoveryPaper(sheet, { organisation, installation, now })));
    return { name: `復原金鑰-${installation}.pdf`, pdf: Buffer.from(pdf).toString('base64'), sheet };
  }),
  prepareDisk: os.keeping.prepareDisk.handler(async ({ input: { place, name }, context }) => {
    const { viewer } = await running(context, 'none');
    return must(await context.http.backupDesk.prepare(place, name, viewer.person ?? ''));
  }),
  backUp: os.keeping.backUp.handler(async ({ context }) => {
    await running(context, 'none');
    return must(context.http.backupDesk.start());
  }),
  drill: os.keeping.drill.handler(async ({ input: { place, generation, sheet, factor }, context }) => {
    await running(context, factor);
    return must(await context.http.backupDesk.drill({ place, sheet, ...(generation ? { generation } : {}) }));
  }),
  stopDrill: os.keeping.stopDrill.handler(async ({ context }) => {
    await running(context, 'none');
    return must(context.http.backupDesk.stopDrill());
  }),
};

const sharedHere = refused({
  code: 'forbidden',
  message: text(
    '這套系統由多個機關共用，金鑰、備份與演練由系統管理者在主機上辦理。',
    'Several organisations share this installation; keys, backups and drills are the system administrator\u2019s, on the machine itself.',
  ),
});
