import { z } from 'zod';
import { type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { CommandContext, ModuleCommand, NewEvent } from '../../runtime/module.ts';
import { idFrom, missing, notAdministrator, reversed, today } from './authority.ts';
import { date, id, name } from './inputs.ts';
import { loadPersonsOfUnit, loadUnit, loadUnits } from './load.ts';
import { given, onDay, type Person, type Unit } from './people.ts';

const unitWord = text('單位', 'unit');

const addInput = z.object({ unit: id.optional(), name, under: id.optional(), from: date.optional() });
const editInput = z.object({ unit: id, name: name.optional(), under: id.optional() });
const endInput = z.object({ unit: id, until: date, successor: id.optional() });

export const addUnit: ModuleCommand<z.output<typeof addInput>, { taken: Unit | undefined; under: Unit | undefined }> = {
  input: addInput,
  async load(tx, input, { organisation }) {
    return {
      taken: await loadUnit(tx, organisation, input.unit),
      under: await loadUnit(tx, organisation, input.under),
    };
  },
  decide: decideAddUnit,
};

/** `unit.added`; refuses a known id and an unknown or ended unit above. */
export function decideAddUnit(
  loaded: { taken: Unit | undefined; under: Unit | undefined },
  input: z.output<typeof addInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { unit: string } } {
  const no = notAdministrator(context) ?? alreadyThere(loaded.taken) ?? notAbove(loaded.under, input.under, context);
  if (no) return refused(no);
  const unit = input.unit ?? idFrom(context, 'unit');
  const data = given({ unit, name: input.name, under: input.under, from: input.from });
  return { events: [{ stream: `unit:${unit}`, type: 'unit.added', data }], response: { unit } };
}

export const editUnit: ModuleCommand<z.output<typeof editInput>, { units: Unit[] }> = {
  input: editInput,
  load: async (tx, _input, { organisation }) => ({ units: await loadUnits(tx, organisation) }),
  decide: decideEditUnit,
};

/** `unit.edited`; refuses a unit placed below itself. */
export function decideEditUnit(
  { units }: { units: Unit[] },
  input: z.output<typeof editInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { unit: string } } {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const no =
    notAdministrator(context) ??
    (byId.has(input.unit) ? undefined : missing(unitWord, 'unit')) ??
    notAbove(byId.get(input.under ?? ''), input.under, context) ??
    circle(byId, input.unit, input.under);
  if (no) return refused(no);
  const data = given({ unit: input.unit, name: input.name, under: input.under });
  return { events: [{ stream: `unit:${input.unit}`, type: 'unit.edited', data }], response: { unit: input.unit } };
}

export const endUnit: ModuleCommand<z.output<typeof endInput>, { units: Unit[]; persons: Person[] }> = {
  input: endInput,
  async load(tx, input, { organisation }) {
    return {
      units: await loadUnits(tx, organisation),
      persons: await loadPersonsOfUnit(tx, organisation, input.unit),
    };
  },
  decide: decideEndUnit,
};

/** `unit.ended`; a unit that still has people, units or roles needs a successor, which takes them over. */
export function decideEndUnit(
  { units, persons }: { units: Unit[]; persons: Person[] },
  input: z.output<typeof endInput>,
  context: CommandContext,
): Refused | { events: NewEvent[]; response: { unit: string } } {
  const byId = new Map(units.map((unit) => [unit.id, unit]));
  const unit = byId.get(input.unit);
  const no =
    notAdministrator(context) ??
    (unit ? undefined : missing(unitWord, 'unit')) ??
    reversed(unit?.from, input.until) ??
    (input.successor === undefined ? orphans(units, persons, input, context) : badSuccessor(byId, input));
  if (no) return refused(no);
  const data = given({ unit: input.unit, until: input.until, successor: input.successor });
  return { events: [{ stream: `unit:${input.unit}`, type: 'unit.ended', data }], response: { unit: input.unit } };
}

const alreadyThere = (unit: Unit | undefined): Refusal | undefined =>
  unit && {
    code: 'duplicate',
    message: text(`單位代碼已由「${unit.name}」使用`, `The unit id is already used by “${unit.name}”`),
    fix: { text: text('請改用其他代碼', 'Choose another id'), go: 'field.unit' },
    field: 'unit',
  };

function notAbove(above: Unit | undefined, named: string | undefined, context: CommandContext): Refusal | undefined {
  if (named === undefined) return undefined;
  if (!above) return missing(text('上級單位', 'unit above'), 'under');
  if (above.until === undefined || today(context) <= above.until) return undefined;
  return {
    code: 'invalid',
    message: text(`「${above.name}」已於 ${above.until} 裁撤`, `“${above.name}” ended on ${above.until}`),
    fix: { text: text('請選擇現有單位', 'Choose a unit that exists today'), go: 'field.under' },
    field: 'under',
  };
}

function circle(units: Map<string, Unit>, unit: string, under: string | undefined): Refusal | undefined {
  const seen = new Set<string>();
  for (let above = under; above !== undefined && !seen.has(above); above = units.get(above)?.under) {
    seen.add(above);
    if (above !== unit) continue;
    return {
      code: 'invalid',
      message: text('單位不能隸屬於自己的下級', 'A unit cannot stand below itself'),
      fix: { text: text('請選擇其他上級單位', 'Choose another unit above'), go: 'field.under' },
      field: 'under',
    };
  }
  return undefined;
}

function orphans(
  units: Unit[],
  persons: Person[],
  input: { unit: string; until: string },
  context: CommandContext,
): Refusal | undefined {
  const people = persons
    .filter((person) => person.until === undefined || input.until < person.until)
    .map((p) => p.name);
  const below = units.filter((u) => u.under === input.unit && u.until === undefined).map((u) => u.name);
  const roles = context.directory.grants.filter(
    (g) => g.unit === input.unit && onDay({ ...(g.until ? { until: g.until } : {}) }, today(context)),
  );
  const items = [...people, ...below, ...roles.map((grant) => grant.role)];
  if (items.length === 0) return undefined;
  return {
    code: 'required',
    message: text('單位仍有人員、下級單位或角色', 'The unit still has people, units or roles'),
    fix: { text: text('請指定承接單位', 'Name the unit that takes over'), go: 'field.successor' },
    field: 'successor',
    items,
  };
}

function badSuccessor(
  units: Map<string, Unit>,
  input: { unit: string; until: string; successor?: string | undefined },
): Refusal | undefined {
  const successor = units.get(input.successor ?? '');
  if (!successor) return missing(text('承接單位', 'successor unit'), 'successor');
  const stands = successor.until === undefined || successor.until > input.until;
  if (successor.id !== input.unit && stands) return undefined;
  return {
    code: 'invalid',
    message: text('承接單位須為屆時仍存在的其他單位', 'The successor must be another unit that exists then'),
    fix: { text: text('請選擇其他單位', 'Choose another unit'), go: 'field.successor' },
    field: 'successor',
  };
}
