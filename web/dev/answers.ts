import { implement, ORPCError } from '@orpc/server';
import type { contract as Contract } from '../../src/http/contract.ts';
import type { ListQuery, RecordView } from '../../src/runtime/views.ts';
import { endorsable, goLive, requestFields } from './case.ts';
import { history } from './course.ts';
import { headTasks, items, lateTasks, notices, procedures, tasks, types } from './lists.ts';
import { person, personas, unit } from './people.ts';

/** What the made-up office answers. Saving and acting change it until the server stops. */
export function answers(contract: typeof Contract) {
  const os = implement(contract).$context<{ persona: string }>();
  let record: RecordView = structuredClone(goLive);
  let told = structuredClone(notices);
  const saved: { id: string; name: string; query: ListQuery }[] = [];
  const refuse = (zh: string, en: string, code: 'conflict' | 'factor' | 'gate') =>
    new ORPCError('REFUSED', { defined: true, status: 422, data: { refused: [{ code, message: { zh, en } }] } });
  const whoAmI = (persona: string) => {
    const me = personas[persona];
    if (!me) throw new ORPCError('UNAUTHORIZED', { status: 401 });
    return me;
  };
  const search = <T extends { name: string }>(all: T[], words: string) =>
    all.filter((each) => each.name.includes(words));

  return {
    me: {
      get: os.me.get.handler(({ context }) => whoAmI(context.persona)),
      preferences: os.me.preferences.handler(({ input }) => input),
    },
    setup: { status: os.setup.status.handler(() => ({ step: 'start' as const, codeRequired: true, demoReady: true })) },
    tasks: {
      list: os.tasks.list.handler(({ input, context }) =>
        input.scope === 'all'
          ? lateTasks
          : context.persona === 'requester'
            ? []
            : context.persona === 'head'
              ? headTasks
              : tasks,
      ),
    },
    types: {
      list: os.types.list.handler(() => types),
      get: os.types.get.handler(({ input }) => {
        const card = types.find((type) => type.type === input.type) ?? types[0]!;
        return {
          ...card,
          purpose: {
            zh: '任何系統、網路或機房作業，都從這張表開始。',
            en: 'Whatever is to be done to systems, network or room begins here.',
          },
          sections: [
            {
              name: 'request',
              label: { zh: '申請內容', en: 'Request' },
              editable: card.mayOpen,
              fields: requestFields,
            },
          ],
          names: {},
          stages: goLive.rail.map((stage) => stage.label),
          clauseList: goLive.clauses,
        };
      }),
    },
    records: {
      list: os.records.list.handler(({ input }) => {
        const found = items.filter(
          (item) =>
            (!input.search || item.title.includes(input.search)) &&
            (!input.late || item.late) &&
            (input.type === undefined || ['go_live', 'finding'].includes(input.type)),
        );
        const from = Number(input.after ?? 0);
        const limit = input.limit ?? 30;
        return {
          items: found.slice(from, from + limit),
          ...(from + limit < found.length && { next: String(from + limit) }),
          total: found.length,
          totalIsExact: true,
          order: { by: 'changed', desc: true },
          columns: input.type
            ? [
                { field: 'system', label: { zh: '系統', en: 'System' }, type: 'ref' },
                { field: 'planned', label: { zh: '預定上線', en: 'Planned' }, type: 'period' },
              ]
            : [],
        };
      }),
      get: os.records.get.handler(({ input }) => {
        const waiting = headTasks.find((task) => task.record.id === input.id && task.action === 'endorse');
        if (waiting) return { ...record, ...waiting.record, ...endorsable };
        if (!input.asOf) return record;
        const sections = record.sections.map((section) => ({ ...section, editable: false }));
        return { ...record, asOf: input.asOf, actions: [], sections };
      }),
      open: os.records.open.handler(() => ({ id: record.id, pos: 48_212 })),
      save: os.records.save.handler(({ input }) => {
        if (input.version !== record.version)
          throw refuse('這筆紀錄已被他人更改', 'Somebody else changed it', 'conflict');
        record = { ...record, version: record.version + 1, values: { ...record.values, ...input.values } };
        return { pos: 48_212, version: record.version };
      }),
      act: os.records.act.handler(({ input }) => {
        if (input.factor?.totp === '000000') throw refuse('驗證碼不正確', 'The code is not right', 'factor');
        return { pos: 48_213, waitingFor: [], warnings: [] };
      }),
      comment: os.records.comment.handler(() => ({ pos: 48_214 })),
      history: os.records.history.handler(() => history),
      proof: os.records.proof.handler(() => ({ format: 'ancheng-proof/v1', record: 'r31', checkpoint: '…' })),
    },
    registers: { export: os.registers.export.handler(() => ({ name: '清冊.csv', csv: '編號,名稱\n1,甲', rows: 1 })) },
    lookups: {
      persons: os.lookups.persons.handler(({ input }) =>
        search(Object.values(person), input.search).map((each) => ({ ...each, hint: '行政課' })),
      ),
      units: os.lookups.units.handler(({ input }) => search(Object.values(unit), input.search)),
      records: os.lookups.records.handler(({ input }) =>
        search(
          [
            { id: 's1', name: '線上繳費系統', hint: '使用中' },
            { id: 'h1', name: 'WEB-02' },
            { id: 'h2', name: 'DB-01' },
            { id: 'h3', name: 'NAS-02' },
          ],
          input.search,
        ),
      ),
    },
    procedure: { list: os.procedure.list.handler(() => procedures) },
    trail: {
      list: os.trail.list.handler(() => ({
        items: [],
        size: 48_211,
        sealedSize: 48_211,
        root: goLive.proof.root,
        checkpointAt: new Date(Date.now() - 180_000).toISOString(),
      })),
    },
    notices: {
      list: os.notices.list.handler(() => ({ items: told })),
      read: os.notices.read.handler(({ input }) => {
        told = told.map((notice) => (input.ids.includes(notice.id) ? { ...notice, read: true } : notice));
        return { pos: 1 };
      }),
      acknowledge: os.notices.acknowledge.handler(({ input }) => {
        told = told.map((notice) =>
          notice.id === input.id && notice.ack
            ? { ...notice, ack: { ...notice.ack, done: new Date().toISOString() } }
            : notice,
        );
        return { pos: 1 };
      }),
    },
    findings: {
      list: os.findings.list.handler(() => ({
        items: [],
        total: 14,
        totalIsExact: true,
        order: { by: 'changed', desc: true },
        columns: [],
        counts: { high: 2, medium: 9, low: 3 },
        late: 1,
        nextDue: '2026-11-27T09:00:00.000Z',
      })),
    },
    views: {
      list: os.views.list.handler(() => saved),
      save: os.views.save.handler(({ input }) => {
        const view = { id: `v${saved.length + 1}`, name: input.name, query: input.query as ListQuery };
        saved.push(view);
        return view;
      }),
      remove: os.views.remove.handler(({ input }) => {
        saved.splice(
          saved.findIndex((view) => view.id === input.id),
          1,
        );
        return input;
      }),
    },
  };
}
