import type { ValueType } from '../pack/types.ts';
import type { Text } from '../text.ts';

/**
 * What the type checker of CEL expressions is told and answers. The pack compiler builds the scope
 * (fields, sets, parameters, functions); the checker knows the grammar and the operators.
 */
export type TypeScope = {
  /** Bare names: fields of the record, sets, `this`, `now`, `actor`, `acts`, `param`, `lists`, `item`, `value`, … */
  names: Record<string, ValueType>;
  /** Functions by name; those of modules are facts. */
  functions: Record<string, FunctionType>;
  /** The type of `x.name`, when `x` has such a field. */
  fieldOf(type: ValueType, name: string): ValueType | undefined;
  /** The signature of `x.name(...)` beyond CEL's macros, when there is one. */
  methodOf?(type: ValueType, name: string): FunctionType | undefined;
  /** Row names of a list (`of` of a choice); when given, literals beside a choice must be among them. */
  rowsOf?(list: string): string[] | undefined;
};

export type FunctionType = {
  args: ValueType[];
  /** Arguments from this index on may be left out. */
  optionalFrom?: number;
  returns: ValueType;
  /** Who answers: `values`, `time` (the kernel itself) or a module (then it is a fact). */
  module: string;
  /** Depends on its arguments alone; a fact never is. */
  pure: boolean;
  /** Does something instead of answering: only in `does`. */
  effect?: boolean;
};

export type CelProblem = {
  code: 'wrong-type' | 'unknown-name' | 'reserved-name' | 'syntax';
  /** Characters into the source. */
  offset: number;
  length: number;
  message: Text;
  remedy: Text;
};

export type CelCheck = { type: ValueType; uses: { facts: string[]; names: string[] } } | { problems: CelProblem[] };
