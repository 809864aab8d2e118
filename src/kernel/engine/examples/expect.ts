import type { Refusal } from '../../refusal.ts';
import { settled } from '../solve.ts';
import type { Row, Seal } from '../types.ts';
import { waiting } from '../waiting.ts';
import { answer, inputOf } from './answer.ts';
import { find, isType } from './select.ts';
import type { Happened } from './step.ts';
import type { World } from './world.ts';

/** What was expected and what came instead. */
export type Wrong = { expected: string; got: string };
type Then = Record<string, unknown>;
type Check = (world: World, happened: Happened, wanted: unknown, then: Then) => Wrong | undefined;

/** Compares a step's outcome with its `then`. A refusal nobody expected is wrong even without one. */
export function checkThen(world: World, happened: Happened, then: Then | undefined): Wrong | undefined {
  const wanted = then ?? {};
  if (wanted.refused === undefined && happened.refusals.length > 0) {
    return { expected: shown(wanted), got: refusalsShown(happened.refusals) };
  }
  for (const [key, value] of Object.entries(wanted)) {
    const check = CHECKS[key];
    if (!check) return { expected: `a known word in then`, got: key };
    const wrong = check(world, happened, value, wanted);
    if (wrong) return wrong;
  }
  return undefined;
}

const shown = (then: Then): string =>
  Object.keys(then).length === 0
    ? 'no refusal'
    : Object.entries(then)
        .map(([key, value]) => `${key} ${plain(value)}`)
        .join(', ');

const plain = (value: unknown): string => (typeof value === 'string' ? value : JSON.stringify(value)).replace(/"/g, '');

const refusalName = (refusal: Refusal): string => refusal.gate ?? refusal.code;

function refusalsShown(refusals: Refusal[]): string {
  const words = refusals.map((refusal) => {
    const unknown = refusal.unknown ? ` (unknown: ${refusal.unknown.join(', ')})` : '';
    return `${refusalName(refusal)}: ${refusal.message.en}${unknown}`;
  });
  return `refused ${words.join('; ')}`;
}

const list = (value: unknown): string[] =>
  value === undefined || value === null ? [] : Array.isArray(value) ? value.map(String) : [String(value)];

const byName = (refusals: Refusal[], name: string): Refusal[] =>
  refusals.filter((refusal) => refusal.gate === name || refusal.code === name);

const CHECKS: Record<string, Check> = {
  refused: (world, happened, wanted) => {
    if (byName(happened.refusals, String(wanted)).length > 0) return undefined;
    const got = happened.refusals.length > 0 ? refusalsShown(happened.refusals) : statesShown(world, happened);
    return { expected: `refused ${wanted}`, got };
  },
  clause: (_world, happened, wanted, then) => {
    const clauses = byName(happened.refusals, String(then.refused)).flatMap((refusal) => refusal.clauses ?? []);
    return missing('clause', list(wanted), clauses);
  },
  because: (_world, happened, wanted, then) => {
    const reasons = byName(happened.refusals, String(then.refused)).flatMap((refusal) => refusal.because ?? []);
    return missing('because', list(wanted), reasons);
  },
  also: (_world, happened, wanted) => missing('also refused', list(wanted), happened.refusals.map(refusalName)),
  warned: (_world, happened, wanted) =>
    missing(
      'warned',
      list(wanted),
      happened.decisions.flatMap((decision) => decision.warnings.map(refusalName)),
    ),
  state: (world, _happened, wanted) => {
    for (const [selector, state] of Object.entries(wanted as Record<string, string>)) {
      const got = find(world, selector).state;
      if (got !== state) return { expected: `${selector} in ${state}`, got };
    }
    return undefined;
  },
  opened: (world, happened, wanted) => {
    for (const [type, count] of Object.entries(wanted as Record<string, number>)) {
      const got = openedIds(happened).filter((id) => isType(world, world.records.get(id)!, type)).length;
      if (got !== count) return { expected: `${count} ${type} opened`, got: String(got) };
    }
    return undefined;
  },
  told: (_world, happened, wanted) => {
    const told = happened.decisions.flatMap((decision) =>
      decision.events.flatMap((event) => (event.type === 'record.told' ? (event.data.to as string[]) : [])),
    );
    if (list(wanted).length === 0 && told.length > 0) return { expected: 'nobody told', got: told.join(', ') };
    return missing('told', list(wanted), told);
  },
  owed: (world, happened, wanted) => {
    const owed = happened.record === undefined ? [] : find(world, happened.record).owed.map(({ action }) => action);
    if (list(wanted).length === 0 && owed.length > 0) return { expected: 'nothing owed', got: owed.join(', ') };
    return missing('owed', list(wanted), owed);
  },
  waiting_for: (world, happened, wanted) => missing('waiting for', list(wanted), waitingPersons(world, happened)),
  waived: (_world, happened, wanted) => {
    const waived = Object.assign({}, ...happened.decisions.map((decision) => decision.waived)) as Record<
      string,
      string
    >;
    for (const [gate, by] of Object.entries(wanted as Record<string, unknown>)) {
      const right = by === true ? gate in waived : waived[gate] === String(by);
      if (!right) return { expected: `${gate} waived by ${by}`, got: waived[gate] ?? 'not waived' };
    }
    return undefined;
  },
  rows: (world, _happened, wanted) => {
    for (const [path, count] of Object.entries(wanted as Record<string, number>)) {
      const dot = path.lastIndexOf('.');
      const rows = find(world, path.slice(0, dot)).values[path.slice(dot + 1)] as Row[] | undefined;
      if ((rows?.length ?? 0) !== count)
        return { expected: `${count} rows in ${path}`, got: String(rows?.length ?? 0) };
    }
    return undefined;
  },
  sealed: (world, happened, wanted) => {
    const given = typeof wanted === 'object' && !Array.isArray(wanted) ? (wanted as Record<string, Partial<Seal>>) : {};
    for (const [path, expected] of Object.entries(given)) {
      const dot = path.lastIndexOf('.');
      const seal = find(world, path.slice(0, dot)).seals.findLast(
        (one) => one.action === path.slice(dot + 1) && !one.void,
      );
      const { by, for: principal } = expected ?? {};
      if (!seal || (by && seal.by !== by) || (principal && seal.for !== principal)) {
        return {
          expected: `${path} sealed by ${by ?? 'somebody'}${principal ? ` for ${principal}` : ''}`,
          got: seal ? `${seal.by} for ${seal.for ?? 'self'}` : 'no seal',
        };
      }
    }
    if (Object.keys(given).length > 0) return undefined;
    const seals =
      happened.record === undefined
        ? []
        : find(world, happened.record)
            .seals.filter((one) => !one.void)
            .map(({ action }) => action);
    return missing('sealed', list(wanted), seals);
  },
  late: (world, _happened, wanted) => {
    for (const [selector, state] of Object.entries(wanted as Record<string, string>)) {
      const record = find(world, selector);
      if (record.state !== state || !record.late.includes('late')) {
        return {
          expected: `${selector} late in ${state}`,
          got: `${record.state}${record.late.includes('late') ? ', late' : ', not late'}`,
        };
      }
    }
    return undefined;
  },
  violated: (world, happened, wanted) => {
    const broken = happened.decisions.flatMap((decision) =>
      decision.events.filter((event) => event.type === 'record.violated').map((event) => String(event.data.action)),
    );
    const standing =
      happened.record === undefined
        ? []
        : find(world, happened.record)
            .owed.filter((owed) => owed.violated)
            .map(({ action }) => action);
    return missing('violated', list(wanted), [...broken, ...standing]);
  },
  values: (world, _happened, wanted) => {
    for (const [path, value] of Object.entries(wanted as Record<string, unknown>)) {
      const dot = path.lastIndexOf('.');
      const got = find(world, path.slice(0, dot)).values[path.slice(dot + 1)];
      if (plain(got ?? 'nothing') !== plain(value))
        return { expected: `${path} ${plain(value)}`, got: plain(got ?? 'nothing') };
    }
    return undefined;
  },
};

function missing(what: string, wanted: string[], got: string[]): Wrong | undefined {
  const absent = wanted.filter((one) => !got.includes(one));
  return absent.length === 0
    ? undefined
    : { expected: `${what} ${wanted.join(', ')}`, got: got.length > 0 ? [...new Set(got)].join(', ') : 'nothing' };
}

const openedIds = (happened: Happened): string[] =>
  happened.decisions.flatMap((decision) =>
    decision.events.filter((event) => event.type === 'record.opened').map((event) => event.stream),
  );

function statesShown(world: World, happened: Happened): string {
  if (happened.record === undefined) return 'no refusal';
  const state = world.records.get(happened.record);
  return state ? `${happened.record} in ${state.state}` : 'no refusal';
}

/** Whose vote is missing, and whoever must act next on the record. */
function waitingPersons(world: World, happened: Happened): string[] {
  const votes = happened.decisions.flatMap((decision) => decision.waitingFor);
  if (happened.record === undefined || votes.length > 0) return votes;
  const state = find(world, happened.record);
  const next = settled(
    inputOf(world, { kind: 'clock' }),
    (input) => waiting(input, state),
    (needs, known) => answer(world, needs, known),
  );
  return next.flatMap((one) => one.persons);
}
