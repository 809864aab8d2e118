import type { RecordState } from '../engine/types.ts';
import type { ValueType } from '../pack/types.ts';
import type { Language, Text } from '../text.ts';
import { evaluate } from './evaluate.ts';
import { format } from './format.ts';
import { parse, type Tree } from './parse.ts';
import { isKnown, isPending, type RowThing } from './things.ts';
import type { Scope } from './world.ts';

/**
 * Both languages of a text with CEL in braces, formatted for the reader. What is unknown reads 「尚無資料」 / "not known";
 * what is pending is noted as a need and reads as an ellipsis in this pass.
 */
export function renderText(template: Text, scope: Scope): Text {
  return { zh: render(template.zh, 'zh', scope), en: render(template.en, 'en', scope) };
}

export function render(template: string, language: Language, scope: Scope): string {
  return templateParts(template)
    .map((part) => (part.cel === undefined ? part.text : shown(part.cel, language, scope)))
    .join('');
}

const UNKNOWN = { zh: '尚無資料', en: 'not known' };

function shown(cel: string, language: Language, scope: Scope): string {
  const asked = evaluate(cel, scope);
  if (isPending(asked)) return '…';
  return isKnown(asked) ? format(asked, language, scope, declaredType(parse(cel), scope)) : UNKNOWN[language];
}

/** The declared type of a field or column named by a path, so that a choice shows its label. */
export function declaredType(tree: Tree, scope: Scope): ValueType | undefined {
  const { world, self } = scope;
  if (tree.op === 'name') return self && world.typeOf(self)?.fields[tree.name]?.type;
  if (tree.op !== 'field') return undefined;
  const of = tree.of.op === 'name' || tree.of.op === 'field' ? evaluatePath(tree.of, scope) : undefined;
  if (typeof of !== 'object' || Array.isArray(of)) return stateType(of, tree.name, scope);
  if (of.thing === 'row') return (of as RowThing).columns[tree.name]?.type;
  return of.thing === 'record' ? world.typeOf(of.state)?.fields[tree.name]?.type : undefined;
}

function stateType(id: unknown, field: string, scope: Scope): ValueType | undefined {
  const state = typeof id === 'string' && scope.world.isLoaded(id) ? scope.world.record(id) : undefined;
  return state && 'values' in state ? scope.world.typeOf(state as RecordState)?.fields[field]?.type : undefined;
}

function evaluatePath(tree: Tree, scope: Scope) {
  const asked = evaluate(tree, scope);
  return isKnown(asked) ? asked : undefined;
}

export type TemplatePart =
  | { text: string; cel?: undefined }
  | { cel: string; format?: string; at: number; text?: undefined };

const cache = new Map<string, TemplatePart[]>();

/** A template's texts and expressions, in order; `format` is the `4` of `{seq:4}`. Braces do not nest outside quotes. */
export function templateParts(template: string): TemplatePart[] {
  const known = cache.get(template);
  if (known) return known;
  const parts: TemplatePart[] = [];
  let from = 0;
  for (let open = template.indexOf('{'); open >= 0; open = template.indexOf('{', from)) {
    const close = closing(template, open);
    if (close < 0) break;
    if (open > from) parts.push({ text: template.slice(from, open) });
    parts.push(expressionPart(template.slice(open + 1, close), open + 1));
    from = close + 1;
  }
  if (from < template.length) parts.push({ text: template.slice(from) });
  if (cache.size > 20_000) cache.clear();
  cache.set(template, parts);
  return parts;
}

function closing(template: string, open: number): number {
  let quote = '';
  let depth = 0;
  for (let i = open; i < template.length; i++) {
    const letter = template[i]!;
    if (quote) quote = letter === quote ? '' : quote;
    else if (letter === "'" || letter === '"') quote = letter;
    else if (letter === '{') depth++;
    else if (letter === '}' && --depth === 0) return i;
  }
  return -1;
}

function expressionPart(inside: string, at: number): TemplatePart {
  const padded = /^(\w[\w.]*):(\d+)$/.exec(inside.trim());
  return padded ? { cel: padded[1]!, format: padded[2]!, at } : { cel: inside.trim(), at };
}
