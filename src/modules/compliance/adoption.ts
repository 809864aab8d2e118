import { sql } from 'kysely';
import { z } from 'zod';
import { type Acting, type Capacity, capacityWith } from '../../kernel/engine/capacity.ts';
import type { Definition, Diagnostic, ParameterValue, SourceFile } from '../../kernel/pack/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand, NewEvent, Tx } from '../../runtime/module.ts';

/** Compiles adopted packs with the organisation's own parameter values on top. */
export type Compile = (
  files: SourceFile[],
  options: { adopt: string[]; organisation: Tuned },
) => { definition?: Definition; diagnostics: Diagnostic[] };

/** An organisation's own parameter values, and the exceptions in force under which some of them are looser than the packs ask. */
export type Tuned = { parameters: Record<string, ParameterValue>; excepted: Record<string, string> };

type Loaded = { definition?: Definition; errors: Diagnostic[] };

const found = z.object({ name: z.string().min(1).max(100), demo: z.boolean().default(false) });

/** The first event of an organisation's ledger. */
export const foundOrganisation: ModuleCommand<z.infer<typeof found>, { empty: boolean }> = {
  input: found,
  async load(tx, _input, { organisation }) {
    const head = await sql<{
      next_pos: string;
    }>`select next_pos from head where organisation = ${organisation}`.execute(tx);
    return { empty: Number(head.rows[0]?.next_pos ?? 0) === 0 };
  },
  decide({ empty }, { name, demo }, { organisation }) {
    if (!empty) return refused({ code: 'state', message: text('機關已建立。', 'The organisation exists already.') });
    return {
      events: [{ stream: `organisation:${organisation}`, type: 'organisation.founded', data: { name, demo } }],
      response: organisation,
    };
  },
};

const adopt = z.object({ packs: z.array(z.string().min(1).max(60)).min(1).max(20) });

/** Adopting packs: compiled together with what they use; the definition is kept by its hash before the event names it. */
export function adoptPacks(files: () => SourceFile[], compile: Compile): ModuleCommand<z.infer<typeof adopt>, Loaded> {
  return {
    input: adopt,
    async load(tx, { packs }, { organisation }) {
      return compiled(tx, organisation, files(), compile, packs, await ownValues(tx, organisation));
    },
    decide({ definition, errors }, _input, context) {
      const as = adopting(context);
      if (!as) return notYours;
      if (!definition) return refused(...errors.slice(0, 20).map(broken));
      return { events: [adoptedEvent(context.organisation, definition)], response: definition.hash, as };
    },
  };
}

/** Compiles and keeps the body: content-addressed, so keeping it before the event is decided changes nothing. */
export async function compiled(
  tx: Tx,
  organisation: string,
  files: SourceFile[],
  compile: Compile,
  packs: string[],
  tuned: Tuned,
): Promise<Loaded> {
  const { definition, diagnostics } = compile(files, { adopt: packs, organisation: tuned });
  const errors = diagnostics.filter((diagnostic) => diagnostic.severity === 'error');
  if (!definition || errors.length > 0) return { errors };
  await sql`insert into definition (organisation, hash, body) values (${organisation}, ${definition.hash}, ${JSON.stringify(definition)}::json)
    on conflict do nothing`.execute(tx);
  return { definition, errors: [] };
}

/** What the organisation set itself; a value whose exception is no longer in force is left out, whoever asks first. */
export async function ownValues(tx: Tx, organisation: string): Promise<Tuned> {
  const { rows } = await sql<{ parameter: string; value: ParameterValue; exception: string | null }>`
    select v.parameter, v.value, v.exception from organisation_value v
    left join record c on c.organisation = v.organisation and c.id = v.exception
    where v.organisation = ${organisation} and (v.exception is null or c.state = 'in_force')`.execute(tx);
  return {
    parameters: Object.fromEntries(rows.map(({ parameter, value }) => [parameter, value])),
    excepted: Object.fromEntries(rows.flatMap((row) => (row.exception ? [[row.parameter, row.exception]] : []))),
  };
}

export function adoptedEvent(organisation: string, definition: Definition): NewEvent {
  return {
    stream: `organisation:${organisation}`,
    type: 'definition.adopted',
    data: {
      hash: definition.hash,
      packs: definition.packs.map(({ name, version }) => ({ name, version })),
      standing: standing(definition),
    },
  };
}

/** Clauses that show themselves by being in force: everything behind them is a list of rules, a role, a parameter or machinery. */
function standing(definition: Definition): string[] {
  const kinds = new Set(['list', 'role', 'parameter', 'module']);
  return Object.values(definition.clauses)
    .filter(
      (clause) => !clause.pending && clause.by.length > 0 && clause.by.every((by) => kinds.has(by.split('.')[0]!)),
    )
    .map((clause) => clause.id)
    .sort();
}

/** Coordinators adopt and tune; set-up does it before anybody has a role. */
export const adopting = (acting: Acting): Capacity | undefined =>
  acting.actor.kind === 'setup'
    ? { grants: [] }
    : capacityWith(acting, ['isms_coordinator', 'ciso', 'security_officer']);

export const notYours: Refused = refused({
  code: 'by',
  message: text(
    '由資安承辦人、資安專責人員或資安長辦理。',
    'The ISMS coordinator, the security officer or the CISO does this.',
  ),
});

const broken = (diagnostic: Diagnostic) => ({
  code: 'invalid' as const,
  line: diagnostic.line,
  message: text(
    `${diagnostic.file}:${diagnostic.line}:${diagnostic.col} ${diagnostic.message.zh}`,
    `${diagnostic.file}:${diagnostic.line}:${diagnostic.col} ${diagnostic.message.en}`,
  ),
  fix: { text: diagnostic.remedy },
});
