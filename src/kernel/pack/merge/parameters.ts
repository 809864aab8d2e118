import { type Origins, placeOf, said } from '../build/build.ts';
import type { ParameterSaying } from '../build/declarations.ts';
import { type Report, suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Parameter, ParameterValue } from '../types.ts';
import { quantity } from '../units.ts';
import type { Sayings } from './read.ts';

export type OrganisationParameters = Record<string, ParameterValue>;

export type ParameterMerge = {
  report: Report;
  origins: Origins;
  buildsOn(pack: string, on: string): boolean;
  /** ISO date: values dated later do not rule yet. */
  at?: string;
};

/** Every parameter with all adopted values; the strictest rules and names its clause. */
export function mergeParameters(packs: Sayings[], merge: ParameterMerge): Record<string, Parameter> {
  const parameters: Record<string, Parameter> = {};
  const sayings = packs.flatMap((pack) => pack.parameters);
  for (const saying of sayings) declare(saying, parameters, merge);
  for (const saying of sayings) addValues(saying, parameters, sayings, merge);
  for (const parameter of Object.values(parameters)) settle(parameter, merge.at);
  return parameters;
}

function declare(saying: ParameterSaying, into: Record<string, Parameter>, merge: ParameterMerge): void {
  if (!saying.declares) return;
  const known = own(into, saying.name);
  if (!known) {
    into[saying.name] = { ...saying.declares, values: [], value: saying.declares.default };
    merge.origins.set(into[saying.name]!, merge.origins.get(saying)!);
  } else if (known.unit !== saying.declares.unit || known.stricter !== saying.declares.stricter) {
    merge.report(
      'clash',
      placeOf(merge.origins, saying),
      {
        zh: `參數 ${saying.name} 已宣告，單位或方向不同`,
        en: `parameter ${saying.name} is already declared otherwise`,
      },
      { zh: '只寫 value: 與 clause:', en: 'only give value: and clause:' },
    );
  }
}

function addValues(
  saying: ParameterSaying,
  parameters: Record<string, Parameter>,
  all: ParameterSaying[],
  merge: ParameterMerge,
): void {
  const parameter = own(parameters, saying.name);
  if (!parameter) {
    const message = { zh: `沒有宣告參數 ${saying.name}`, en: `parameter ${saying.name} is not declared` };
    merge.report(
      'unknown-name',
      placeOf(merge.origins, saying),
      message,
      suggestion(saying.name, Object.keys(parameters)),
    );
    return;
  }
  for (const value of saying.values) {
    outsideLimits(value, parameter, merge);
    const stricter = all
      .filter(
        (other) => other.name === saying.name && other.pack !== saying.pack && merge.buildsOn(saying.pack, other.pack),
      )
      .flatMap((other) => other.values)
      .find((other) => isLooser(parameter, value.value, other.value));
    if (stricter) loosens(parameter, value, stricter, merge);
    parameter.values.push(value);
  }
}

type Value = Parameter['values'][number];

/** A pack that builds on another may tighten its figure, never loosen it; independent packs just meet at the strictest. */
function loosens(parameter: Parameter, value: Value, stricter: Value, merge: ParameterMerge): void {
  const who = stricter.clause ?? stricter.pack;
  merge.report(
    'loosens',
    placeOf(merge.origins, value, said(merge.origins, value, 'value') ? 'value' : undefined),
    {
      zh: `${parameter.name} 為 ${shown(parameter, value.value).zh}，${who} 定為 ${shown(parameter, stricter.value).zh}`,
      en: `${parameter.name} ${shown(parameter, value.value).en}, ${who} says ${shown(parameter, stricter.value).en}`,
    },
    { zh: '改嚴；放寬須經例外核准', en: 'tighten; only an exception loosens' },
  );
}

const shown = (parameter: Parameter, value: ParameterValue) =>
  typeof value === 'number' ? quantity(value, parameter.unit) : { zh: String(value), en: String(value) };

function outsideLimits(value: Value, parameter: Parameter, merge: ParameterMerge): void {
  const n = value.value;
  if (typeof n !== typeof parameter.default) wrongKind(value, parameter, merge);
  if (typeof n !== 'number') return;
  const low = parameter.min !== undefined && n < parameter.min;
  const high = parameter.max !== undefined && n > parameter.max;
  if (!low && !high) return;
  const limits = `${parameter.min ?? ''}–${parameter.max ?? ''}`;
  merge.report(
    'wrong-type',
    placeOf(merge.origins, value, 'value'),
    { zh: `${parameter.name} 的 ${n} 不在 ${limits}`, en: `${parameter.name} ${n} is outside ${limits}` },
    { zh: `改為 ${limits} 之間`, en: `choose within ${limits}` },
  );
}

function wrongKind(value: Value, parameter: Parameter, merge: ParameterMerge): void {
  const example = JSON.stringify(parameter.default);
  merge.report(
    'wrong-type',
    placeOf(merge.origins, value, 'value'),
    { zh: `${parameter.name} 的值種類不對`, en: `${parameter.name} has a value of another kind` },
    { zh: `例如 ${example}`, en: `such as ${example}` },
  );
}

/** Levels compare in this order; figures and clock times by size. */
const LEVELS = ['low', 'basic', 'medium', 'moderate', 'high', 'critical'];

function sizeOf(value: ParameterValue): number | undefined {
  if (typeof value === 'number') return value;
  if (typeof value === 'boolean') return value ? 1 : 0;
  if (typeof value !== 'string') return undefined;
  const level = LEVELS.indexOf(value);
  if (level >= 0) return level;
  const clock = /^(\d\d?):(\d\d)$/.exec(value);
  return clock ? Number(clock[1]) * 60 + Number(clock[2]) : undefined;
}

/** Whether `value` asks for less than `than`, in the direction the parameter declares. */
export function isLooser(parameter: Pick<Parameter, 'stricter'>, value: ParameterValue, than: ParameterValue): boolean {
  if (Array.isArray(value) && Array.isArray(than)) {
    if (parameter.stricter === 'fewer') return value.some((each) => !than.includes(each));
    return parameter.stricter === 'more' && than.some((each) => !value.includes(each));
  }
  const [a, b] = [sizeOf(value), sizeOf(than)];
  if (a === undefined || b === undefined) return false;
  return parameter.stricter === 'lower' ? a > b : parameter.stricter === 'higher' && a < b;
}

/** The strictest of two values; lists meet (`fewer`) or join (`more`). */
function stricterOf(parameter: Parameter, one: ParameterValue, other: ParameterValue): ParameterValue {
  if (Array.isArray(one) && Array.isArray(other)) {
    if (parameter.stricter === 'fewer') return one.filter((each) => other.includes(each));
    if (parameter.stricter === 'more') return [...one, ...other.filter((each) => !one.includes(each))];
  }
  return parameter.stricter === 'none' || isLooser(parameter, one, other) ? other : one;
}

/** Computes `value` and `setBy`; without any value the default stands. */
function settle(parameter: Parameter, at: string | undefined): void {
  const ruling = latestPerPack(
    parameter.values.filter((value) => !value.from || (at !== undefined && value.from <= at)),
  );
  const first = ruling[0];
  if (!first) return;
  parameter.value = ruling.reduce((strictest, each) => stricterOf(parameter, strictest, each.value), first.value);
  const same = (each: Value) => JSON.stringify(each.value) === JSON.stringify(parameter.value);
  const setter = ruling.find((each) => same(each) && each.clause) ?? ruling.find(same) ?? first;
  parameter.setBy = { pack: setter.pack, ...(setter.clause ? { clause: setter.clause } : {}) };
}

/** A dated value replaces the same pack's earlier one from its day on. */
function latestPerPack(values: Value[]): Value[] {
  const latest = new Map<string, Value>();
  for (const value of values) {
    const before = latest.get(value.pack);
    if (!before || (before.from ?? '') <= (value.from ?? '')) latest.set(value.pack, value);
  }
  return [...latest.values()];
}

/** The organisation's own values: it tightens freely and loosens under an exception; what else would loosen is reported and left out. */
export function applyOrganisation(
  parameters: Record<string, Parameter>,
  values: OrganisationParameters,
  excepted: Record<string, string>,
  merge: ParameterMerge,
): void {
  for (const [name, value] of Object.entries(values)) {
    const parameter = own(parameters, name);
    const mine: Value = { pack: 'organisation', value };
    if (!parameter) {
      const message = { zh: `沒有參數 ${name}`, en: `there is no parameter ${name}` };
      merge.report('unknown-name', ORGANISATION, message, suggestion(name, Object.keys(parameters)));
    } else if (parameter.values.length > 0 && isLooser(parameter, value, parameter.value)) {
      const exception = own(excepted, name);
      if (exception) rules(parameter, mine, exception, merge);
      else loosens(parameter, mine, { pack: '', value: parameter.value, ...parameter.setBy }, merge);
    } else {
      outsideLimits(mine, parameter, merge);
      parameter.values.push(mine);
      parameter.value = parameter.stricter === 'none' ? value : stricterOf(parameter, parameter.value, value);
      if (parameter.values.length === 1) parameter.value = value;
      if (JSON.stringify(parameter.value) === JSON.stringify(value)) parameter.setBy = { pack: 'organisation' };
    }
  }
}

/** What an exception loosens rules in place of what the packs ask. */
function rules(parameter: Parameter, mine: Value, exception: string, merge: ParameterMerge): void {
  outsideLimits(mine, parameter, merge);
  parameter.values.push(mine);
  parameter.value = mine.value;
  parameter.setBy = { pack: mine.pack, exception };
}

export const ORGANISATION = { file: 'organisation', line: 1, col: 1 };
