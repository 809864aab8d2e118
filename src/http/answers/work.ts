import { rememberLook } from '../../runtime/last-look.ts';
import { shownOf } from '../../runtime/query/closed-sections.ts';
import { historyOf } from '../../runtime/query/history.ts';
import { listRecords } from '../../runtime/query/lists.ts';
import type { Look } from '../../runtime/query/look.ts';
import { noSuch, recordOf } from '../../runtime/query/look.ts';
import * as lookups from '../../runtime/query/lookups.ts';
import { personNamed } from '../../runtime/query/names.ts';
import { mayRead } from '../../runtime/query/reading.ts';
import { recordView } from '../../runtime/query/record.ts';
import { allTasks, myTasksRead } from '../../runtime/query/tasks.ts';
import { typeCards, typeDetail } from '../../runtime/query/types.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import type { ListQuery, Named } from '../../runtime/views.ts';
import { noteReading } from '../readings.ts';
import {
  asking,
  type Context,
  commanding,
  hasRole,
  must,
  mustWrite,
  no,
  notAllowed,
  os,
  signedIn,
  stated,
} from './ask.ts';
import { correctionAnswers } from './corrections.ts';
import { paperAnswers, refuseOtherPrint } from './paper.ts';
import { notSealed } from './proof.ts';
import { signingAnswers } from './signing.ts';

/** Tasks, types, records, and what pickers look up. */

export const taskAnswers = {
  list: os.tasks.list.handler(({ input, context }) =>
    asking(context, async (look) => {
      if (input.scope === 'mine') return myTasksRead(look);
      return hasRole(look, 'isms_coordinator', 'security_officer', 'ciso', 'auditor', 'isms_team_lead')
        ? allTasks(look, input.late ? 'late' : input.week ? 'week' : 'all')
        : notAllowed;
    }),
  ),
};

export const typeAnswers = {
  list: os.types.list.handler(({ context }) => asking(context, typeCards)),
  get: os.types.get.handler(({ input, context }) => asking(context, (look) => typeDetail(look, input.type))),
};

export const recordAnswers = {
  list: os.records.list.handler(({ input, context }) =>
    asking(context, (look) => listRecords(look, input as ListQuery), input.asOf),
  ),
  get: os.records.get.handler(async ({ input, context }) => {
    const view = await asking(context, (look) => recordView(look, input.id), input.asOf);
    if (view.logged) await reading(context, view);
    return view;
  }),
  ...correctionAnswers,
  ...paperAnswers,
  ...signingAnswers,
  open: os.records.open.handler(async ({ input: { commandId, ...input }, context }) => {
    const { pos, response } = await commanding(context, { do: 'open', id: commandId, ...stated(input) });
    return { id: (response as { record: string }).record, pos };
  }),
  save: os.records.save.handler(async ({ input, context }) => {
    const { pos, response } = await commanding(context, {
      do: 'save',
      id: input.commandId,
      record: input.id,
      version: input.version,
      values: input.values,
      ...stated({ owner: input.owner }),
    });
    return { pos, version: (response as { version: number }).version };
  }),
  act: os.records.act.handler(async ({ input, context }) => {
    const paper = input.paper && stated(input.paper);
    if (paper) await refuseOtherPrint(context, input.id, paper);
    const { pos, response } = await commanding(
      context,
      {
        do: 'act',
        id: input.commandId,
        record: input.id,
        action: input.action,
        with: input.with,
        ...stated({ version: input.version, waive: input.waive, backfill: input.backfill, paper }),
      },
      { factor: input.factor },
    );
    const { waitingFor = [], warnings = [] } = response as { waitingFor?: string[]; warnings?: never[] };
    const named = await asking(
      context,
      async (look): Promise<Named[]> => waitingFor.map((person) => personNamed(look, person)),
    );
    return { pos, waitingFor: named, warnings };
  }),
  comment: os.records.comment.handler(async ({ input, context }) => {
    const { pos } = await commanding(context, {
      do: 'comment',
      id: input.commandId,
      record: input.id,
      text: input.text,
    });
    return { pos };
  }),
  link: os.records.link.handler(async ({ input, context }) => {
    const { pos } = await commanding(context, {
      do: 'link',
      id: input.commandId,
      record: input.id,
      to: input.to,
      as: input.as,
    });
    return { pos };
  }),
  looked: os.records.looked.handler(async ({ input: { id, version }, context }) => {
    const caller = await signedIn(context);
    await mustWrite(context, caller);
    const { person } = caller.viewer;
    if (person === undefined) return no(notAllowed.refused);
    await asking(context, async (look) => (await readable(look, id)) ?? noSuch('這筆紀錄', 'record'));
    const { organisation } = caller;
    const at = context.http.parts.clock();
    await withOrganisation(context.http.parts.db, organisation, (tx) =>
      rememberLook(tx, { organisation, person, record: id }, { version, at }),
    );
    return { at };
  }),
  history: os.records.history.handler(({ input, context }) =>
    asking(context, async (look) => {
      const found = await readable(look, input.id);
      return found ? historyOf(look, input.id, found.type) : noSuch('這筆紀錄', 'record');
    }),
  ),
  proof: os.records.proof.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const positions = await asking(context, async (look) => {
      const found = await readable(look, input.id);
      return found
        ? (await historyOf(look, input.id, found.type)).filter((item) => item.sealed).map((item) => item.pos)
        : noSuch('這筆紀錄', 'record');
    });
    const proofs = await context.http.ledger.proofs(caller.organisation, positions);
    if (!proofs) return no(notSealed.refused);
    return {
      format: 'c2sp.org/tlog-proof@v1',
      record: input.id,
      checkpoint: proofs.checkpoint,
      key: proofs.key,
      proofs: proofs.proofs,
    };
  }),
};

async function reading(context: Context, { id, type }: { id: string; type: string }): Promise<void> {
  const caller = await signedIn(context);
  must((await noteReading(context.http, caller, { record: id, type, way: 'page' })) ?? true);
}

async function readable(look: Look, id: string) {
  const found = await recordOf(look, id);
  return found && (await mayRead(look, found.state, found.type)) ? shownOf(look, found) : undefined;
}

export const lookupAnswers = {
  persons: os.lookups.persons.handler(({ input, context }) =>
    asking(context, async (look) => lookups.persons(look, input.search, input.limit)),
  ),
  units: os.lookups.units.handler(({ input, context }) =>
    asking(context, async (look) => lookups.units(look, input.search, input.limit)),
  ),
  records: os.lookups.records.handler(({ input, context }) =>
    asking(context, (look) => lookups.records(look, input.type, input.search, input.limit)),
  ),
};
