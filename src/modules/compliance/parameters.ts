import { sql } from 'kysely';
import { z } from 'zod';
import { isLooser } from '../../kernel/pack/merge/parameters.ts';
import type { Parameter, ParameterValue, SourceFile } from '../../kernel/pack/types.ts';
import { type Refusal, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { ModuleCommand } from '../../runtime/module.ts';
import { adoptedEvent, adopting, type Compile, compiled, notYours, ownValues } from './adoption.ts';

const set = z.object({
  name: z.string().min(1).max(100),
  value: z.union([z.number(), z.string().max(200), z.boolean(), z.array(z.string().max(200)).max(100)]),
  reason: z.string().min(1).max(2000),
});
type Set = z.infer<typeof set>;
type Loaded = {
  exception?: string;
  cites?: Map<string, string>;
  definition?: import('../../kernel/pack/types.ts').Definition;
};

/**
 * An organisation may tighten freely; it loosens only under a CISO's exception in force that names the parameter,
 * and the value goes back when the exception ends (DESIGN.md section 2).
 */
export function setParameter(files: () => SourceFile[], compile: Compile): ModuleCommand<Set, Loaded> {
  return {
    input: set,
    async load(tx, input, { organisation, definition }) {
      if (!definition.parameters[input.name]) return {};
      const own = await ownValues(tx, organisation);
      const packs = definition.packs.map((pack) => pack.name);
      const exception = await exceptionFor(tx, organisation, input.name);
      const { definition: tuned } = await compiled(tx, organisation, files(), compile, packs, {
        parameters: { ...own.parameters, [input.name]: input.value },
        excepted: { ...own.excepted, ...(exception ? { [input.name]: exception } : {}) },
      });
      const clauses = definition.parameters[input.name]!.values.flatMap(({ clause }) => (clause ? [clause] : []));
      const cites = await citesOf(tx, organisation, clauses);
      return { cites, ...(exception ? { exception } : {}), ...(tuned ? { definition: tuned } : {}) };
    },
    decide({ exception, cites, definition: tuned }, { name, value, reason }, context) {
      const { organisation, definition } = context;
      const as = adopting(context);
      if (!as) return notYours;
      const parameter = definition.parameters[name];
      if (!parameter)
        return refused({
          code: 'missing',
          field: 'name',
          message: text(`沒有參數「${name}」。`, `There is no parameter "${name}".`),
        });
      const fault = valueFault(parameter, value);
      if (fault) return refused(fault);
      const demand = fallsShortOf(parameter, value);
      const named = demand?.clause && (cites?.get(demand.clause) ?? definition.clauses[demand.clause]?.ref);
      if (demand && !exception) return refused(needsException(parameter, demand, named));
      if (!tuned)
        return refused({
          code: 'invalid',
          field: 'value',
          message: text('此值無法套用。', 'This value cannot be applied.'),
        });
      return {
        events: [
          {
            stream: `parameter:${name}`,
            type: 'parameter.set',
            data: { name, value, reason, ...(demand && exception ? { exception } : {}) },
          },
          adoptedEvent(organisation, tuned),
        ],
        response: tuned.hash,
        as,
      };
    },
  };
}

const restore = z.object({ name: z.string(), exception: z.string() });

/** The clock takes a loosened value back when the exception behind it has ended. */
export function restoreParameter(
  files: () => SourceFile[],
  compile: Compile,
): ModuleCommand<z.infer<typeof restore>, Loaded> {
  return {
    input: restore,
    async load(tx, { name }, { organisation, definition }) {
      const { excepted, parameters } = await ownValues(tx, organisation);
      const { [name]: _gone, ...rest } = parameters;
      const packs = definition.packs.map((pack) => pack.name);
      const own = { parameters: rest, excepted };
      const { definition: tuned } = await compiled(tx, organisation, files(), compile, packs, own);
      return tuned ? { definition: tuned } : {};
    },
    decide({ definition: tuned }, { name, exception }, { organisation, actor }) {
      if (actor.kind !== 'clock' || !tuned) return notYours;
      return {
        events: [
          { stream: `parameter:${name}`, type: 'parameter.restored', data: { name, exception } },
          adoptedEvent(organisation, tuned),
        ],
        response: tuned.hash,
      };
    },
  };
}

async function exceptionFor(
  tx: Parameters<ModuleCommand<Set, Loaded>['load']>[0],
  organisation: string,
  name: string,
): Promise<string | undefined> {
  const found = await sql<{ record: string }>`select f.record from record_field f
    join record c on c.organisation = f.organisation and c.id = f.record and c.state = 'in_force'
    where f.organisation = ${organisation} and f.type = 'exception' and f.field = 'loosens' and f.t = ${name} limit 1`.execute(
    tx,
  );
  return found.rows[0]?.record;
}

/** What the organisation's own procedures call these clauses, the newest procedure first. */
async function citesOf(
  tx: Parameters<ModuleCommand<Set, Loaded>['load']>[0],
  organisation: string,
  clauses: string[],
): Promise<Map<string, string>> {
  const found = await sql<{ ours: string; title: string; cite: string }>`select l.ours, t.title, c.cite from text_link l
    join procedure_text t on t.organisation = l.organisation and t.id = l.text and t.edition = l.edition and t.ended_pos is null
    join text_clause c on c.organisation = l.organisation and c.text = l.text and c.edition = l.edition and c.key = l.clause
    where l.organisation = ${organisation} and l.pos_to is null and l.ours = any(${clauses}) order by t.pos, c.seq desc`.execute(
    tx,
  );
  return new Map(found.rows.map(({ ours, title, cite }) => [ours, `「${title}」${cite}`]));
}

function valueFault(parameter: Parameter, value: ParameterValue): Refusal | undefined {
  if (typeof value !== typeof parameter.default || Array.isArray(value) !== Array.isArray(parameter.default)) {
    return {
      code: 'invalid',
      field: 'value',
      message: text('值的種類不符。', 'This is not the kind of value the parameter takes.'),
    };
  }
  if (typeof value !== 'number') return undefined;
  const { min, max } = parameter;
  if ((min === undefined || value >= min) && (max === undefined || value <= max)) return undefined;
  return {
    code: 'invalid',
    field: 'value',
    message: text(
      `須介於 ${min ?? '—'} 與 ${max ?? '—'} 之間。`,
      `It must lie between ${min ?? '—'} and ${max ?? '—'}.`,
    ),
  };
}

type Demand = Parameter['values'][number];

/**
 * The strictest demand of an adopted pack that a value falls short of, if any. A default, or what the organisation set before, is
 * nobody's demand.
 */
export function fallsShortOf(parameter: Parameter, value: ParameterValue): Demand | undefined {
  return parameter.values
    .filter(({ pack, value: demanded }) => pack !== OWN && isLooser(parameter, value, demanded))
    .reduce<Demand | undefined>(
      (most, each) => (most && !isLooser(parameter, most.value, each.value) ? most : each),
      undefined,
    );
}

const OWN = 'organisation';

/** @param named the clause as people here know it: by the organisation's own procedure, else by its number in the pack */
function needsException(parameter: Parameter, demand: Demand, named: string | undefined): Refusal {
  const by = named ?? demand.clause ?? demand.pack;
  const wanted = String(demand.value);
  return {
    code: 'gate',
    gate: 'parameter.loosens',
    message: text(
      `「${parameter.label.zh}」依 ${by} 須為 ${wanted} 或更嚴；放寬須有資安長核准且期限內的例外。`,
      `"${parameter.label.en}" must be ${wanted} or stricter (${by}); loosening needs an exception the CISO approved, in force.`,
    ),
    fix: { text: text('申請例外', 'Ask for an exception'), go: 'exception.open' },
    ...(demand.clause ? { clauses: [demand.clause] } : {}),
  };
}
