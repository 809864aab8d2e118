import { placeOf } from '../build/build.ts';
import { suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Compile } from '../resolve.ts';
import { scopeOf } from '../scope.ts';
import type { Clause, Definition, RecordType } from '../types.ts';
import { expectYesNo } from './expression.ts';

/** Clauses and what realises them must name each other; nothing may stand without a basis. */
export function checkClauses(definition: Definition, compile: Compile): void {
  for (const clause of Object.values(definition.clauses)) {
    clause.by.forEach((name, n) => {
      if (exists(name, definition)) return;
      const at = placeOf(compile.origins, clause, 'by', n);
      const message = { zh: `"${name}" 沒有宣告`, en: `"${name}" is not declared` };
      compile.report('unknown-name', at, message, suggestion(name, mechanisms(definition, name.split('.')[0]!)));
    });
    if (clause.by.length === 0 && !clause.pending) nothingBehind(clause, compile);
    expectYesNo(clause.when, scopeOf(compile.known), compile);
  }
  for (const cite of citations(definition)) checkCitation(cite, definition, compile);
  for (const cite of valueCitations(definition)) citedClause(cite, definition, compile);
}

function nothingBehind(clause: Clause, compile: Compile): void {
  const message = { zh: `${clause.id} 沒有落實方式`, en: `${clause.id} has nothing behind it` };
  compile.report('nothing-behind', placeOf(compile.origins, clause), message, {
    zh: '宣告它，或寫 pending: 原因',
    en: 'declare it, or pending: reason',
  });
}

const MODULES = [
  'ledger duties monitoring findings evidence logs compliance identity notices inventory network retention documents',
]
  .join(' ')
  .split(' ')
  .concat(['hooks', 'print', 'backup', 'sealing', 'people', 'files', 'exceptions', 'search']);

/** Whether `kind.name(.member)` names something declared. */
function exists(name: string, definition: Definition): boolean {
  const [kind, first = '', second = ''] = name.split('.');
  const type = own(definition.records, first);
  switch (kind) {
    case 'record':
      return type !== undefined;
    case 'action':
      return type !== undefined && own(type.actions, second) !== undefined;
    case 'gate':
      return type !== undefined && own(type.gates, second) !== undefined;
    case 'field':
      return type !== undefined && own(type.fields, second) !== undefined;
    case 'retention':
      return type?.retention !== undefined;
    case 'list':
      return own(definition.lists, first) !== undefined;
    case 'duty':
      return own(definition.duties, first) !== undefined;
    case 'monitor':
      return own(definition.monitors, first) !== undefined;
    case 'role':
      return own(definition.roles, first) !== undefined;
    case 'parameter':
      return own(definition.parameters, first) !== undefined;
    case 'module':
      return MODULES.includes(first);
    default:
      return false;
  }
}

/** Everything of one kind that a clause may name. */
function mechanisms(definition: Definition, kind: string): string[] {
  const members = (key: 'actions' | 'gates' | 'fields') =>
    Object.values(definition.records).flatMap((type) =>
      Object.keys(type[key]).map((name) => `${kind}.${type.name}.${name}`),
    );
  const names = (of: Record<string, unknown>) => Object.keys(of).map((name) => `${kind}.${name}`);
  switch (kind) {
    case 'action':
      return members('actions');
    case 'gate':
      return members('gates');
    case 'field':
      return members('fields');
    case 'record':
    case 'retention':
      return names(definition.records);
    case 'list':
      return names(definition.lists);
    case 'duty':
      return names(definition.duties);
    case 'monitor':
      return names(definition.monitors);
    case 'role':
      return names(definition.roles);
    case 'parameter':
      return names(definition.parameters);
    case 'module':
      return MODULES.map((name) => `module.${name}`);
    default:
      return [
        'record',
        'action',
        'gate',
        'field',
        'retention',
        'list',
        'duty',
        'monitor',
        'role',
        'parameter',
        'module',
      ];
  }
}

type Citation = { name: string; clauses: string[]; of: object };

/** What cites clauses, under the name a clause's `by` gives it. */
export function citations(definition: Definition): Citation[] {
  const records = Object.values(definition.records).flatMap(recordCitations);
  const lists = Object.values(definition.lists).map((of) => ({ name: `list.${of.name}`, clauses: of.clauses, of }));
  const rows = Object.values(definition.lists).flatMap((list) =>
    Object.values(list.rows).map((of) => ({ name: `list.${list.name}`, clauses: of.clauses, of })),
  );
  const duties = Object.values(definition.duties).map((of) => ({ name: `duty.${of.name}`, clauses: of.clauses, of }));
  const monitors = Object.values(definition.monitors).map((of) => ({
    name: `monitor.${of.name}`,
    clauses: of.clauses,
    of,
  }));
  return [...records, ...lists, ...rows, ...duties, ...monitors];
}

function recordCitations(type: RecordType): Citation[] {
  const of = (kind: string, each: { name: string; clauses: string[] }) => ({
    name: `${kind}.${type.name}.${each.name}`,
    clauses: each.clauses,
    of: each,
  });
  const retention = type.retention && {
    name: `retention.${type.name}`,
    clauses: type.retention.clauses,
    of: type.retention,
  };
  const columns = Object.values(type.fields).flatMap((field) =>
    field.type.is === 'table'
      ? Object.values(field.type.columns).map((column) => ({
          ...of('field', field),
          clauses: column.clauses,
          of: column,
        }))
      : [],
  );
  return [
    { name: `record.${type.name}`, clauses: type.clauses, of: type },
    ...Object.values(type.actions).map((each) => of('action', each)),
    ...Object.values(type.gates).map((each) => of('gate', each)),
    ...Object.values(type.fields).map((each) => of('field', each)),
    ...columns,
    ...(retention ? [retention] : []),
  ];
}

/** A parameter's figure cites a clause but need not be named there: what applies it is. */
function valueCitations(definition: Definition): Citation[] {
  const values = Object.values(definition.parameters).flatMap((parameter) =>
    parameter.values.map((of) => ({ name: `parameter.${parameter.name}`, clauses: of.clause ? [of.clause] : [], of })),
  );
  return values.filter((each) => each.clauses.length > 0);
}

function checkCitation(cite: Citation, definition: Definition, compile: Compile): void {
  for (const clause of citedClause(cite, definition, compile)) {
    if (clause.by.includes(cite.name) || namedAsAncestor(clause, cite.name, definition)) continue;
    const message = {
      zh: `${cite.name} 引用 ${clause.id}，那裡沒有列它`,
      en: `${cite.name} cites ${clause.id}, not named there`,
    };
    const at = placeOf(compile.origins, clause, 'by');
    compile.report('one-sided', at, message, {
      zh: '加進它的 by，或改引自己程序書的條文',
      en: 'add it to by:, or cite a clause of your own pack',
    });
  }
}

/** The clauses cited that are here; one of a pack that is not adopted may be cited, one that no longer exists may not. */
function citedClause(cite: Citation, definition: Definition, compile: Compile): Clause[] {
  return cite.clauses.flatMap((id, n) => {
    const clause = own(definition.clauses, id);
    if (clause) return [clause];
    if (definition.packs.some((pack) => id === pack.name || id.startsWith(`${pack.name}.`))) {
      const at = placeOf(compile.origins, cite.of, 'clause', n);
      const message = { zh: `沒有條文 "${id}"`, en: `there is no clause "${id}"` };
      compile.report('unknown-name', at, message, suggestion(id, Object.keys(definition.clauses)));
    }
    return [];
  });
}

/** What a kind inherits is named under the type that declared it. */
function namedAsAncestor(clause: Clause, name: string, definition: Definition): boolean {
  const [kind, record, member] = name.split('.');
  const type = record === undefined ? undefined : own(definition.records, record);
  return (type?.kinds ?? []).some((base) => clause.by.includes([kind, base, ...(member ? [member] : [])].join('.')));
}

/** Gates need a basis and a way out; a gate nobody cites is somebody's invention. */
export function checkGatesStand(definition: Definition, compile: Compile): void {
  for (const type of Object.values(definition.records)) {
    for (const gate of Object.values(type.gates)) {
      const at = placeOf(compile.origins, gate);
      if (gate.clauses.length === 0) {
        const message = { zh: `關卡 ${gate.name} 沒有依據`, en: `gate ${gate.name} cites nothing` };
        compile.report('no-clause', at, message, { zh: '加上 clause:', en: 'add clause:' });
      }
      if (!gate.fix && !gate.advises) {
        const message = { zh: `關卡 ${gate.name} 只擋不教`, en: `gate ${gate.name} leaves people stuck` };
        compile.report('no-remedy', at, message, {
          zh: '寫明做什麼、到哪裡做：fix:',
          en: 'say what to do, where: fix:',
        });
      }
    }
  }
}
