import type { Origins } from './build/build.ts';
import { placeOf } from './build/build.ts';
import type { Draws } from './build/which.ts';
import { checkClauses, checkGatesStand } from './checks/clauses.ts';
import { checkCircles, checkFlow, checkNobody, checkSelfApproval } from './checks/graph.ts';
import { checkRecord } from './checks/record.ts';
import { checkTexts } from './checks/texts.ts';
import { checkDuty, checkList, checkMonitor, checkRole } from './checks/work.ts';
import { derive, markApproving } from './derive.ts';
import { inOrder, newReport, type Report } from './diagnostics.ts';
import { definitionHash } from './hash.ts';
import { applyRows, mergeLists, type OrganisationRows } from './merge/lists.ts';
import { buildsOn, inOrderOfUse } from './merge/order.ts';
import { applyOrganisation, mergeParameters, type OrganisationParameters } from './merge/parameters.ts';
import { readPacks, type Sayings } from './merge/read.ts';
import { mergeRecords } from './merge/records.ts';
import { type StandIns, typesReplaced } from './merge/stand-in.ts';
import { orderOf } from './order.ts';
import { own } from './own.ts';
import { type Compile, inferTypes, queriesOf, resolveSource } from './resolve.ts';
import { openersOf } from './scope.ts';
import type { Definition, Diagnostic, ExampleFile, SourceFile } from './types.ts';

export type CompileOptions = {
  /** The packs to merge, with what they use; all of them when left out. */
  adopt?: string[];
  /** What the organisation tuned on screen: only ever stricter, except parameters that an exception in force (by its id) loosens. */
  organisation?: {
    parameters?: OrganisationParameters;
    excepted?: Record<string, string>;
    listRows?: OrganisationRows;
  };
  /** ISO date of adoption: parameter values dated later do not rule yet. */
  at?: string;
};

export type Compiled = {
  /** Absent when anything is wrong; warnings do not count. */
  definition?: Definition;
  diagnostics: Diagnostic[];
  examples: ExampleFile[];
};

/**
 * Compiles pack files into one merged definition. Whatever the files hold, nothing is thrown: what is wrong comes back
 * as diagnostics with file, line, column and remedy, in the order a person would mend them.
 */
export function compile(files: SourceFile[], options: CompileOptions = {}): Compiled {
  const report = newReport();
  const origins: Origins = new WeakMap();
  const draws: Draws = new WeakMap();
  const all = readPacks(files, report, origins, draws);
  if (report.unreadable.length > 0) return { diagnostics: inOrder(report.list), examples: [] };
  const { packs, standIns } = inOrderOfUse(all, options.adopt, report, origins);
  const definition = mergePacks(packs, { standIns, replaced: typesReplaced(all, standIns) }, options, report, origins);
  const look: Compile = {
    known: { ...definition, openers: openersOf(definition), cache: new Map() },
    report,
    origins,
    draws,
  };
  settle(definition, look);
  check(definition, look);
  const examples = packs.flatMap((pack) => pack.examples);
  const diagnostics = inOrder(report.list);
  if (diagnostics.some((each) => each.severity === 'error')) return { diagnostics, examples };
  const plain = JSON.parse(JSON.stringify(definition)) as Definition;
  const whole = { ...plain, order: orderOf(plain) };
  return { definition: { ...whole, hash: definitionHash(whole) }, diagnostics, examples };
}

function mergePacks(
  packs: Sayings[],
  { standIns, replaced }: { standIns: StandIns; replaced: Set<string> },
  options: CompileOptions,
  report: Report,
  origins: Origins,
): Definition {
  const merge = { report, origins, buildsOn: buildsOn(packs), ...(options.at ? { at: options.at } : {}) };
  const builtThrough = buildsOn(packs, standIns);
  const definition: Definition = {
    hash: '',
    packs: packs.map((pack) => pack.card),
    clauses: once(packs, 'clauses', (clause) => clause.id, { zh: '條文', en: 'clause' }, report, origins),
    roles: once(packs, 'roles', (role) => role.name, { zh: '角色', en: 'role' }, report, origins),
    parameters: mergeParameters(packs, merge),
    lists: mergeLists(packs, report, origins),
    records: mergeRecords(packs, { ...merge, builtThrough, replaced }),
    duties: once(packs, 'duties', (duty) => duty.name, { zh: '例行作業', en: 'duty' }, report, origins),
    monitors: once(packs, 'monitors', (monitor) => monitor.name, { zh: '監測', en: 'monitor' }, report, origins),
  };
  const { parameters = {}, excepted = {} } = options.organisation ?? {};
  applyOrganisation(definition.parameters, parameters, excepted, merge);
  applyRows(definition.lists, options.organisation?.listRows ?? {}, report);
  return definition;
}

type Listed = { clauses: unknown; roles: unknown; duties: unknown; monitors: unknown };

/** Union by name; two of one name clash. A role said again in the same words is the same role. */
function once<K extends keyof Listed & keyof Sayings>(
  packs: Sayings[],
  key: K,
  nameOf: (each: Sayings[K][number]) => string,
  kind: { zh: string; en: string },
  report: Report,
  origins: Origins,
): Record<string, Sayings[K][number]> {
  const all: Record<string, Sayings[K][number] & { pack: string }> = {};
  for (const pack of packs) {
    for (const each of pack[key] as (Sayings[K][number] & { pack: string })[]) {
      const name = nameOf(each);
      const known = own(all, name);
      if (!known) all[name] = each;
      else if (key !== 'roles' || JSON.stringify({ ...known, pack: '' }) !== JSON.stringify({ ...each, pack: '' })) {
        const who = known.pack === each.pack ? { zh: each.pack, en: each.pack } : both(known.pack, each.pack);
        const message = { zh: `${who.zh}：${kind.zh} "${name}" 重複`, en: `${who.en} both have ${kind.en} "${name}"` };
        report('clash', placeOf(origins, each), message, { zh: '其中一個改名', en: 'rename one' });
      }
    }
  }
  return all;
}

const both = (one: string, other: string) => ({ zh: `${one} 與 ${other}`, en: `${one} and ${other}` });

/** Rules of the language that need the merged whole: sources of queries, flows, types of what is computed. */
function settle(definition: Definition, look: Compile): void {
  derive(definition.records, look.origins);
  markApproving(definition);
  for (const type of Object.values(definition.records))
    for (const query of queriesOf(type)) resolveSource(query, type, look);
  inferTypes(look);
}

function check(definition: Definition, look: Compile): void {
  for (const type of Object.values(definition.records)) {
    checkRecord(type, definition.roles, look);
    checkFlow(type, look);
    checkSelfApproval(type, look);
    checkNobody(type, look);
  }
  checkCircles(Object.values(definition.records), definition.roles, look);
  for (const role of Object.values(definition.roles)) checkRole(role, definition, look);
  for (const list of Object.values(definition.lists)) checkList(list, definition, look);
  for (const duty of Object.values(definition.duties)) checkDuty(duty, definition, look);
  for (const monitor of Object.values(definition.monitors)) checkMonitor(monitor, definition, look);
  checkTexts(definition, look);
  checkClauses(definition, look);
  checkGatesStand(definition, look);
}
