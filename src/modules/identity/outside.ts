import { z } from 'zod';
import { addDays } from '../../kernel/calendar/date.ts';
import { type Capacity, capacityIn } from '../../kernel/engine/capacity.ts';
import { type AuditScope, OUTSIDE_AUDITOR } from '../../kernel/engine/outside.ts';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { ADMINISTRATOR, actingPerson, approves, idFrom, isSetup, missing, reversed, today } from './authority.ts';
import { date, id } from './inputs.ts';
import { loadGrants, loadPerson } from './load.ts';
import { type GrantState, given, overlap, type Person, standing } from './people.ts';
import { personWord } from './persons.ts';

const LONGEST_DAYS = 366;
const MOST_NAMED = 500;
const named = z.array(id).max(MOST_NAMED).default([]);
export const admitInput = z.object({
  person: id,
  procedures: named,
  clauses: named,
  units: named,
  from: date.optional(),
  until: date,
});

type Admitting = { person: Person | undefined; grants: GrantState[] };
type Admitted = Refused | { events: NewEvent[]; response: { grant: string; waitingForSecond: boolean }; as?: Capacity };

export const admitAuditor = (key: Uint8Array): ModuleCommand<z.output<typeof admitInput>, Admitting> => ({
  input: admitInput,
  async load(tx, input, { organisation }) {
    return {
      person: await loadPerson(tx, organisation, input.person),
      grants: await loadGrants(tx, organisation, { person: input.person }, key),
    };
  },
  decide: decideAdmitAuditor,
});

/**
 * `grant.asked` for an auditor from elsewhere: what it may see and until when. A second person has to agree, and one of the two has to be
 * somebody who approves, because an administrator may not read what it would open. Longer or wider is asked for anew, and replaces what is in
 * force when it is agreed to. Refuses whoever has a role here: an outsider is nothing else.
 */
export function decideAdmitAuditor(
  loaded: Admitting,
  input: z.output<typeof admitInput>,
  context: CommandContext,
): Admitted {
  const from = input.from ?? today(context);
  const as = capacityIn(context, askers(context), [input.person]);
  const no =
    notAsker(as, context) ??
    (loaded.person ? undefined : missing(personWord, 'person')) ??
    reversed(from, input.until) ??
    tooLong(from, input.until) ??
    unknownScope(input, context) ??
    insider(loaded.grants, context) ??
    asked(loaded.grants, context);
  if (no || !loaded.person) return refused(no ?? missing(personWord, 'person'));
  const { person, until, procedures, clauses, units } = input;
  const grant = idFrom(context, 'grant');
  const data = given({
    ...{ grant, person, role: OUTSIDE_AUDITOR, unit: loaded.person.unit, from, until },
    scope: { procedures, clauses, units },
    by: actingPerson(context),
  });
  const event: NewEvent = { stream: `grant:${grant}`, type: 'grant.asked', data };
  const response = { grant, waitingForSecond: true };
  return { events: [event], response, ...(as && as !== 'barred' ? { as } : {}) };
}

/** Administrators and whoever approves. */
const askers = ({ definition }: CommandContext): string[] => [
  ADMINISTRATOR,
  ...Object.values(definition.roles).flatMap(({ name, approving }) => (approving ? name : [])),
];

function notAsker(as: Capacity | 'barred' | undefined, context: CommandContext): Refusal | undefined {
  if ((as && as !== 'barred') || isSetup(context)) return undefined;
  return {
    code: as === 'barred' ? 'never' : 'by',
    message: text(
      '外部稽核須由系統管理者或具核准權責者提出',
      'An administrator or somebody who approves asks for an outside auditor',
    ),
    fix: { text: text('請洽資安承辦人', 'Ask the coordinator') },
  };
}

function tooLong(from: string, until: string): Refusal | undefined {
  if (until <= addDays(from, LONGEST_DAYS)) return undefined;
  return {
    code: 'limit',
    message: text('外部稽核的期間最長一年', 'An outside auditor is let in for a year at most'),
    fix: { text: text('到期前可再申請延長', 'Ask for longer before it ends'), go: 'field.until' },
    field: 'until',
  };
}

function unknownScope({ procedures, clauses, units }: AuditScope, context: CommandContext): Refusal | undefined {
  const { definition, directory } = context;
  if (procedures.length + clauses.length === 0)
    return {
      code: 'required',
      message: text('請指定可檢視的程序書或條文', 'Say which procedures or clauses it may see'),
      field: 'procedures',
    };
  const packs = new Set(definition.packs.map(({ name }) => name));
  if (procedures.some((name) => !packs.has(name))) return missing(text('程序書', 'procedure'), 'procedures');
  if (clauses.some((name) => !definition.clauses[name])) return missing(text('條文', 'clause'), 'clauses');
  if (units.some((name) => !directory.units[name])) return missing(text('單位', 'unit'), 'units');
  return undefined;
}

function insider(grants: GrantState[], context: CommandContext): Refusal | undefined {
  const other = grants.find((grant) => grant.role !== OUTSIDE_AUDITOR && standing(grant, today(context)));
  if (!other) return undefined;
  return {
    code: 'never',
    message: text(
      '此人在本機關有其他角色，不能是外部稽核人員',
      'This person holds a role here and cannot be an outside auditor',
    ),
    fix: { text: text('請為外部稽核人員另建人員資料', 'Add the auditor as a person of their own'), go: 'field.person' },
    field: 'person',
  };
}

function asked(grants: GrantState[], context: CommandContext): Refusal | undefined {
  const waiting = grants.some((grant) => grant.givenAt === undefined && standing(grant, today(context)));
  if (!waiting) return undefined;
  return {
    code: 'duplicate',
    message: text('已有一件待第二人確認', 'One is asked for already and waits for a second person'),
    fix: { text: text('請先確認或撤回', 'Confirm it or take it back first') },
  };
}

/** An outsider is let into nothing else, also after its last day. */
export function isOutsider(grants: GrantState[], person: string): Refusal | undefined {
  if (!grants.some((grant) => grant.role === OUTSIDE_AUDITOR && grant.givenAt !== undefined && grant.person === person))
    return undefined;
  return {
    code: 'never',
    message: text('外部稽核人員不得擔任本機關角色', 'An outside auditor holds no role here'),
    fix: { text: text('請另建人員資料', 'Add them as another person') },
    field: 'person',
  };
}

/** One of the two who let somebody in from outside has to be somebody who approves. */
export function unheard(grant: GrantState, as: Capacity, context: CommandContext): Refusal | undefined {
  if (grant.role !== OUTSIDE_AUDITOR) return undefined;
  const confirming = as.for ?? actingPerson(context);
  if ([grant.askedBy, confirming].some((person) => person !== undefined && approves(context, person))) return undefined;
  return {
    code: 'by',
    message: text(
      '外部稽核的範圍須有一位具核准權責者同意',
      'Somebody who approves has to agree to what an outside auditor sees',
    ),
    fix: {
      text: text('請資安承辦人、資安專責人員或資安長確認', 'The coordinator, security officer or CISO confirms it'),
    },
  };
}

/** What is in force of an outsider ends when something new is agreed to: the newest word alone says what it sees. */
export const replaced = (grants: GrantState[], by: GrantState, context: CommandContext): NewEvent[] =>
  by.role !== OUTSIDE_AUDITOR
    ? []
    : grants
        .filter(
          (grant) =>
            grant.id !== by.id && grant.givenAt !== undefined && standing(grant, today(context)) && overlap(grant, by),
        )
        .map(({ id: grant, person }) => ({
          stream: `grant:${grant}`,
          type: 'grant.revoked',
          data: { grant, person, replacedBy: by.id },
        }));
