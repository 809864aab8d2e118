import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { sql } from 'kysely';
import type { Actor } from '../../kernel/engine/types.ts';
import { compile } from '../../kernel/pack/compile.ts';
import type { SourceFile } from '../../kernel/pack/types.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { actsNobodyCanPerform } from '../../modules/identity/index.ts';
import { ARCHIVES } from '../../modules/retention/index.ts';
import { INSTALLATION } from '../../runtime/organisations.ts';
import { parameters } from '../../runtime/query/procedure.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import type { HttpParts } from '../parts.ts';
import { asking, type Context, must, no, os, signedIn } from './ask.ts';

/** First run: the organisation, its packs, units, people; then set-up is over and the two-person rules hold. */

type Step = 'start' | 'packs' | 'units' | 'people' | 'acts' | 'finish' | 'done';
type Status = { step: Step; codeRequired: boolean; demoReady: boolean; organisation?: { id: string; name: string } };
type Row = { organisation: string; name: string; definition: string | null; setup_done: boolean };

/** What set-up shows of every pack. Packs are read at a start and only added to: each is compiled once. */
function cardsOf(files: SourceFile[]): ReturnType<typeof compileEach> {
  const known = compiled.get(files);
  if (known?.of === files.length) return known.cards;
  const cards = compileEach(files);
  compiled.set(files, { of: files.length, cards });
  return cards;
}

const compiled = new WeakMap<SourceFile[], { of: number; cards: ReturnType<typeof compileEach> }>();

/** A pack takes half a second: between two, others have their turn. */
async function compileEach(files: SourceFile[]) {
  const cards = [];
  for (const name of new Set(files.map((file) => file.path.split('/')[0]!))) {
    await setImmediate();
    const { definition } = compile(files, { adopt: [name] });
    const card = definition?.packs.find((pack) => pack.name === name);
    if (!definition || !card) continue;
    cards.push({
      name,
      version: card.version,
      title: card.title,
      ...(card.audience ? { audience: card.audience } : {}),
      clauses: Object.values(definition.clauses).filter((clause) => clause.pack === name).length,
      forms: Object.values(definition.records).filter((type) => type.packs.includes(name)).length,
      uses: card.uses,
    });
  }
  return cards;
}

/** How far the newest real organisation has come. */
async function status(http: HttpParts): Promise<Status> {
  const found =
    await sql<Row>`select organisation, name, definition, setup_done from organisation where not demo and organisation <> ${INSTALLATION} order by created_at desc limit 1`.execute(
      http.parts.db,
    );
  const demo = await sql`select 1 from organisation where demo limit 1`.execute(http.parts.db);
  const base = { codeRequired: http.setup.codeRequired(), demoReady: demo.rows.length > 0 };
  const row = found.rows[0];
  if (!row) return { step: demo.rows.length > 0 ? 'done' : 'start', ...base };
  return { step: await stepOf(http, row), ...base, organisation: { id: row.organisation, name: row.name } };
}

async function stepOf(http: HttpParts, row: Row): Promise<Step> {
  if (row.setup_done) return 'done';
  if (!row.definition) return 'packs';
  const tallies = await withOrganisation(http.parts.db, row.organisation, async (tx) => {
    const units = await sql`select 1 from unit where organisation = ${row.organisation} limit 1`.execute(tx);
    const people = await sql`select 1 from person where organisation = ${row.organisation} limit 1`.execute(tx);
    return { units: units.rows.length, people: people.rows.length };
  });
  if (tallies.units === 0) return 'units';
  return tallies.people === 0 ? 'people' : 'acts';
}

/** The organisation being set up, when the caller is the administrator doing it. */
async function settingUp(context: Context): Promise<{ organisation: string; actor: Actor }> {
  const caller = await signedIn(context);
  const now = await status(context.http);
  if (!caller.viewer.administrator || !now.organisation || now.step === 'done') {
    no([
      {
        code: 'state',
        message: text('初次設定已完成，或您不是設定的管理者。', 'Set-up is over, or you are not its administrator.'),
      },
    ]);
  }
  return {
    organisation: now.organisation.id,
    actor: { kind: 'setup', ...(caller.viewer.person ? { person: caller.viewer.person } : {}) },
  };
}

const running = async (context: Context, name: string, id: string, input: unknown) => {
  const { organisation, actor } = await settingUp(context);
  return must(await context.http.dispatch({ organisation, actor, command: { do: name, id, input } }));
};

/**
 * Where a role is held when nobody says: heads of a unit in their own, every other role in the unit at the top,
 * because a machine room, a CISO or an auditor serves the whole organisation and a role reaches only downwards.
 */
function placeOf(role: string, unit: string, units: Record<string, { under?: string }>): string {
  const seen = new Set<string>();
  let place = unit;
  while (role !== 'unit_head' && units[place]?.under !== undefined && !seen.has(place)) {
    seen.add(place);
    place = units[place]!.under!;
  }
  return place;
}

export const setupAnswers = {
  status: os.setup.status.handler(({ context }) => status(context.http)),
  start: os.setup.start.handler(async ({ input, context }) => {
    const { http } = context;
    const before = await status(http);
    if (before.organisation)
      return no([{ code: 'state', message: text('機關已建立。', 'The organisation exists already.') }]);
    must(await http.auth.openWithSetupCode({ ...input.account, code: input.code }));
    const organisation = await http.setup.createOrganisation(input.organisation.name);
    must(
      await http.dispatch({
        organisation,
        actor: { kind: 'setup' },
        command: { do: 'compliance.found', id: input.commandId, input: { name: input.organisation.name } },
      }),
    );
    for (const [name, value] of Object.entries({
      kind: input.organisation.kind,
      level: input.organisation.level,
      hosting: input.organisation.hosting,
      [ARCHIVES]: input.organisation.archives,
    })) {
      if (value === undefined) continue;
      must(
        await http.dispatch({
          organisation,
          actor: { kind: 'setup' },
          command: { do: 'identity.edit_setting', id: randomUUID(), input: { name, value } },
        }),
      );
    }
    return status(http);
  }),
  packs: os.setup.packs.handler(async ({ context }) => {
    await signedIn(context); // compiling every pack is work that strangers may not cause
    const cards = await cardsOf(context.http.packFiles());
    const adopted = await sql<{
      definition: string | null;
    }>`select definition from organisation where not demo and organisation <> ${INSTALLATION} order by created_at desc limit 1`.execute(
      context.http.parts.db,
    );
    return cards.map((card) => ({ ...card, adopted: Boolean(adopted.rows[0]?.definition) }));
  }),
  adopt: os.setup.adopt.handler(async ({ input, context }) => {
    await running(context, 'compliance.adopt', input.commandId, { packs: input.packs.map((pack) => pack.name) });
    return asking(context, async (look) => ({
      clauses: Object.keys(look.context.definition.clauses).length,
      types: Object.keys(look.context.definition.records).length,
      parameters: (await parameters(look)).filter((one) => one.values.length > 0),
    }));
  }),
  units: os.setup.units.handler(async ({ input, context }) => {
    const ids = new Map(input.units.map((unit) => [unit.key, randomUUID()]));
    const made = [];
    for (const unit of input.units) {
      const id = ids.get(unit.key)!;
      const under = unit.under ? ids.get(unit.under) : undefined;
      if (unit.under && !under)
        return no([
          {
            code: 'missing',
            field: 'under',
            message: text(`沒有上級單位「${unit.under}」。`, `There is no unit "${unit.under}".`),
          },
        ]);
      await running(context, 'identity.add_unit', randomUUID(), {
        unit: id,
        name: unit.name,
        ...(under ? { under } : {}),
      });
      made.push({ id, name: unit.name, key: unit.key });
    }
    return made;
  }),
  people: os.setup.people.handler(async ({ input, context }) => {
    const caller = await signedIn(context);
    const { units } = await asking(context, async (look) => look.context.directory);
    const made = [];
    for (const { roles, me, ...person } of input.people) {
      const id = randomUUID();
      await running(context, 'identity.add_person', randomUUID(), { person: id, ...person });
      if (me && caller.viewer.account)
        await running(context, 'identity.link_account', randomUUID(), { account: caller.viewer.account, person: id });
      for (const { role, unit } of roles)
        await running(context, 'identity.give_role', randomUUID(), {
          person: id,
          role,
          unit: unit ?? placeOf(role, person.unit, units),
        });
      made.push({ id, name: person.name });
    }
    return made;
  }),
  acts: os.setup.acts.handler(({ context }) =>
    asking(context, async ({ context: { definition, directory } }) =>
      actsNobodyCanPerform(definition, directory).map((act) => ({
        type: act.type,
        typeLabel: definition.records[act.type]?.label ?? text(act.type, act.type),
        action: act.action,
        label: act.label,
        why:
          act.persons === 0
            ? text('沒有人擔任此角色', 'Nobody holds this role')
            : text('只有一人擔任，可能須自行核准', 'Only one person holds it'),
        roles: [definition.roles[act.role]?.label ?? text(act.role, act.role)],
        clauses: definition.records[act.type]?.actions[act.action]?.clauses ?? [],
      })),
    ),
  ),
  finish: os.setup.finish.handler(async ({ context }) => {
    const { organisation } = await settingUp(context);
    await context.http.setup.finish(organisation);
    return status(context.http);
  }),
  demo: os.setup.demo.handler(async ({ context }) => {
    const { http } = context;
    if (!http.demo)
      return no(
        refused({ code: 'unready', message: text('此安裝未附示範資料。', 'This installation has no demo.') }).refused,
      );
    const { organisation, accounts } = await http.demo();
    return { organisation: { id: organisation, name: '' }, accounts };
  }),
};
