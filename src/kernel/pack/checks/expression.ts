import { checkExpression } from '../../cel/check.ts';
import { comparable, familyOf, nameOf } from '../../cel/families.ts';
import { readExpression, walk } from '../../cel/parse.ts';
import type { TypeScope } from '../../cel/types.ts';
import { suggestion } from '../diagnostics.ts';
import { own } from '../own.ts';
import type { Compile } from '../resolve.ts';
import { elementOf } from '../scope.ts';
import type { Expression, RecordType, Template, Time, ValueType } from '../types.ts';
import { entry, type Item, inside } from '../yaml.ts';

/** Types one expression; reports each problem at its column. The type is `any` when it does not type. */
export function checkedType(expression: Expression, scope: TypeScope, compile: Compile): ValueType {
  const item = compile.origins.get(expression);
  const typed = checkExpression(expression.cel, scope);
  if (!('problems' in typed)) {
    checkNamed(expression, compile);
    return typed.type;
  }
  for (const problem of typed.problems) {
    const code = problem.code === 'syntax' ? 'wrong-type' : problem.code;
    compile.report(code, inside(item, problem.offset), problem.message, problem.remedy);
  }
  return { is: 'any' };
}

type Named = 'duties' | 'roles' | 'lists' | 'clauses';
/** Text arguments that are names of things declared: which argument, of what. */
const NAMED: Record<string, [argument: number, of: Named]> = {
  last_done: [0, 'duties'],
  missed: [0, 'duties'],
  has_role: [1, 'roles'],
  agreed: [1, 'lists'],
  passed_quiz: [1, 'lists'],
  clause_state: [0, 'clauses'],
};

function checkNamed(expression: Expression, compile: Compile): void {
  const read = readExpression(expression.cel);
  if ('problem' in read) return;
  walk(read.tree, (tree) => {
    const [nth, of] = (tree.op === 'call' && own(NAMED, tree.name)) || [];
    const argument = tree.op === 'call' && nth !== undefined ? tree.args[nth] : undefined;
    if (!of || argument?.op !== 'value' || own<unknown>(compile.known[of], String(argument.value))) return;
    const name = String(argument.value);
    const at = inside(compile.origins.get(expression), argument.at[0]);
    const message = { zh: `"${name}" 沒有宣告`, en: `"${name}" is not declared` };
    compile.report('unknown-name', at, message, suggestion(name, Object.keys(compile.known[of])));
  });
}

/** An expression that must give a value of one of these types. */
export function expectType(expression: Expression, scope: TypeScope, wanted: ValueType[], compile: Compile): void {
  const type = checkedType(expression, scope, compile);
  if (wanted.some((each) => suits(type, each, compile.known.records))) return;
  const [is, want] = [nameOf(type), nameOf(wanted[0]!)];
  compile.report(
    'wrong-type',
    inside(compile.origins.get(expression), 0),
    { zh: `這裡要${want.zh}，卻是${is.zh}`, en: `${want.en} is wanted here, not ${is.en}` },
    wanted[0]!.is === 'moment' ? A_MOMENT : { zh: `改為${want.zh}`, en: `give ${want.en}` },
  );
}

const A_MOMENT = {
  zh: '寫成 3 workdays、3 days，或給一個時間',
  en: 'write 3 workdays, 3 days, or give a moment',
};

/** Whether a value may be stored where `wanted` is declared: one record also where several may stand. */
export function suits(type: ValueType, wanted: ValueType, records: Record<string, RecordType>): boolean {
  if (wanted.is === 'any' || type.is === 'any') return true;
  if (comparable(type, wanted)) return pointsAlike(type, wanted, records);
  if (familyOf(wanted) === 'many') return suits(type, elementOf(wanted), records);
  if (wanted.is === 'text') return true; // anything can be said in words
  return familyOf(type) === 'text' && familyOf(wanted) === 'one';
}

/** A kind may stand where its base type is wanted. */
function pointsAlike(type: ValueType, wanted: ValueType, records: Record<string, RecordType>): boolean {
  const [one, other] = [elementOf(type), elementOf(wanted)];
  if (one.is !== 'ref' || other.is !== 'ref') return one.is !== 'ref' || other.is !== 'person';
  const kinds = own(records, one.to)?.kinds ?? [];
  return [one.to, ...kinds].includes(other.to) || one.to === 'any' || other.to === 'any';
}

export function expectYesNo(expression: Expression | undefined, scope: TypeScope, compile: Compile): void {
  if (expression) expectType(expression, scope, [{ is: 'yes_no' }], compile);
}

/** A moment, or a span from when the waiting began. */
export function checkTime(time: Time | undefined, scope: TypeScope, compile: Compile): void {
  if (time?.kind === 'cel') expectType(time.of, scope, [{ is: 'moment' }, { is: 'span' }], compile);
}

const BRACES = /\{([^{}]*)\}/g;

/** CEL in the braces of a text, in both languages. */
export function checkTemplate(template: Template | undefined, scope: TypeScope, compile: Compile): void {
  if (!template) return;
  const item = compile.origins.get(template);
  for (const language of ['zh', 'en'] as const) checkBraces(template[language], entry(item, language), scope, compile);
}

export function checkBraces(source: string, item: Item | undefined, scope: TypeScope, compile: Compile): void {
  for (const match of source.matchAll(BRACES)) {
    const cel = match[1]!.trim();
    const typed = checkExpression(cel, scope);
    if (!('problems' in typed)) continue;
    const start = match.index + 1 + (match[1]!.length - match[1]!.trimStart().length);
    for (const problem of typed.problems) {
      const code = problem.code === 'syntax' ? 'wrong-type' : problem.code;
      compile.report(code, inside(item, start + problem.offset), problem.message, problem.remedy);
    }
  }
}

/** `is:` is stored and sealed, so it may not ask what changes behind the seal. */
export function expectPure(expression: Expression, scope: TypeScope, compile: Compile): void {
  const typed = checkExpression(expression.cel, scope);
  if ('problems' in typed) return;
  for (const fact of typed.uses.facts) {
    const at = inside(compile.origins.get(expression), Math.max(0, expression.cel.indexOf(fact)));
    const message = { zh: `${fact}() 會在簽核後改變`, en: `${fact}() changes behind the seal` };
    compile.report('not-pure', at, message, { zh: '改在關卡詢問', en: 'ask it in a gate' });
  }
}
