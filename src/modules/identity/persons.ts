import { z } from 'zod';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { actingPerson, idFrom, missing, notAdministrator, reversed, today } from './authority.ts';
import { date, email, id, name } from './inputs.ts';
import { loadDeputies, loadGrants, loadLinks, loadPerson, loadPersonsByEmail, loadUnit } from './load.ts';
import {
  type DeputyState,
  type GrantState,
  given,
  type LinkState,
  type Person,
  standing,
  type Unit,
} from './people.ts';

export const personWord = text('人員', 'person');
const unitWord = text('單位', 'unit');

const addInput = z.object({
  person: id.optional(),
  name,
  unit: id,
  title: name.optional(),
  email: email.optional(),
  from: date.optional(),
  until: date.optional(),
});
const editInput = z.object({
  person: id,
  name: name.optional(),
  unit: id.optional(),
  title: name.optional(),
  email: email.optional(),
});
const endInput = z.object({ person: id, until: date });

type Added = { taken: Person | undefined; unit: Unit | undefined; sameEmail: Person[] };

export const addPerson: ModuleCommand<z.output<typeof addInput>, Added> = {
  input: addInput,
  async load(tx, input, { organisation }) {
    return {
      taken: await loadPerson(tx, organisation, input.person),
      unit: await loadUnit(tx, organisation, input.unit),
      sameEmail: await loadPersonsByEmail(tx, organisation, input.email),
    };
  },
  decide: decideAddPerson,
};

/** `person.added`; name and e-mail are personal values of that person. */
export function decideAddPerson(
  loaded: Added,
  input: z.output<typeof addInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { person: string } } {
  const no =
    notAdministrator(context) ??
    (loaded.taken && emailTaken([loaded.taken], undefined, context, 'person')) ??
    notStanding(loaded.unit, context) ??
    reversed(input.from, input.until) ??
    emailTaken(loaded.sameEmail, undefined, context);
  if (no) return refused(no);
  const person = input.person ?? idFrom(context, 'person');
  const { name: personName, unit, title, email: address, from, until } = input;
  const data = given({ person, name: personName, unit, title, email: address, from, until });
  return { events: [aboutPerson('person.added', person, data)], response: { person } };
}

type Edited = { person: Person | undefined; unit: Unit | undefined; sameEmail: Person[] };

export const editPerson: ModuleCommand<z.output<typeof editInput>, Edited> = {
  input: editInput,
  async load(tx, input, { organisation }) {
    return {
      person: await loadPerson(tx, organisation, input.person),
      unit: await loadUnit(tx, organisation, input.unit),
      sameEmail: await loadPersonsByEmail(tx, organisation, input.email),
    };
  },
  decide: decideEditPerson,
};

/** `person.edited` with what changed. */
export function decideEditPerson(
  loaded: Edited,
  input: z.output<typeof editInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { person: string } } {
  const no =
    notAdministrator(context) ??
    (loaded.person ? undefined : missing(personWord, 'person')) ??
    (input.unit === undefined ? undefined : notStanding(loaded.unit, context)) ??
    emailTaken(loaded.sameEmail, input.person, context);
  if (no) return refused(no);
  const { person, name: personName, unit, title, email: address } = input;
  const data = given({ person, name: personName, unit, title, email: address });
  return { events: [aboutPerson('person.edited', person, data)], response: { person } };
}

type Ended = { person: Person | undefined; grants: GrantState[]; deputies: DeputyState[]; links: LinkState[] };

/** `key`: the node key against which the person's grants are checked. */
export const endPerson = (key: Uint8Array): ModuleCommand<z.output<typeof endInput>, Ended> => ({
  input: endInput,
  async load(tx, { person }, { organisation }) {
    return {
      person: await loadPerson(tx, organisation, person),
      grants: await loadGrants(tx, organisation, { person }, key),
      deputies: await loadDeputies(tx, organisation, person),
      links: await loadLinks(tx, organisation, { person }),
    };
  },
  decide: decideEndPerson,
});

/**
 * `person.ended`; when the last day is already over, grants, deputies and accounts end with it, otherwise they lapse by
 * the person's own last day. Refuses to end the last administrator or oneself.
 */
export function decideEndPerson(
  loaded: Ended,
  input: z.output<typeof endInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { person: string } } {
  const { person } = input;
  const no =
    notAdministrator(context) ??
    (loaded.person ? undefined : missing(personWord, 'person')) ??
    reversed(loaded.person?.from, input.until) ??
    endsOneself(person, context);
  if (no) return refused(no);
  const ended: NewEvent = { stream: `person:${person}`, type: 'person.ended', data: { person, until: input.until } };
  const over = input.until < today(context);
  return { events: over ? [ended, ...endsWith(loaded, context)] : [ended], response: { person } };
}

function endsWith({ grants, deputies, links }: Ended, context: CommandContext): NewEvent[] {
  return [
    ...grants
      .filter((grant) => standing(grant, today(context)))
      .map(({ id: grant, person }) => ({ stream: `grant:${grant}`, type: 'grant.revoked', data: { grant, person } })),
    ...deputies
      .filter((deputy) => deputy.endedAt === undefined)
      .map(({ id: deputy }) => ({ stream: `deputy:${deputy}`, type: 'deputy.ended', data: { deputy } })),
    ...links
      .filter((link) => link.endedAt === undefined)
      .map(({ account, person }) => ({
        stream: `account:${account}`,
        type: 'account.unlinked',
        data: { account, person },
      })),
  ];
}

/** An event of a person's stream; name and e-mail are encrypted with that person's key. */
function aboutPerson(type: string, person: string, data: NewEvent['data']): NewEvent {
  const personal = ['name', 'email'].filter((path) => path in data).map((path) => ({ path: [path], subject: person }));
  return { stream: `person:${person}`, type, data, personal };
}

function notStanding(unit: Unit | undefined, context: CommandContext): Refusal | undefined {
  if (!unit) return missing(unitWord, 'unit');
  if (unit.until === undefined || today(context) <= unit.until) return undefined;
  return {
    code: 'invalid',
    message: text(`「${unit.name}」已於 ${unit.until} 裁撤`, `“${unit.name}” ended on ${unit.until}`),
    fix: { text: text('請選擇現有單位', 'Choose a unit that exists today'), go: 'field.unit' },
    field: 'unit',
  };
}

function emailTaken(
  same: Person[],
  except: string | undefined,
  context: CommandContext,
  field = 'email',
): Refusal | undefined {
  const other = same.find((p) => p.id !== except && (p.until === undefined || today(context) <= p.until));
  if (!other) return undefined;
  return {
    code: 'duplicate',
    message: text(`已有相同資料的人員：${other.name}`, `${other.name} is already there with the same ${field}`),
    fix: {
      text: text('請修改既有人員，或改用其他資料', 'Edit that person, or use another value'),
      go: `field.${field}`,
    },
    field,
  };
}

function endsOneself(person: string, context: CommandContext): Refusal | undefined {
  if (actingPerson(context) !== person) return undefined;
  return {
    code: 'never',
    message: text('不能辦理自己的離職', 'Nobody ends their own employment here'),
    fix: { text: text('請由另一位系統管理者辦理', 'Another administrator does this') },
  };
}
