import type { Text } from '../../text.ts';

/**
 * What may stand where in a pack file. One description serves the reader (wrong keys and values with their place)
 * and the JSON Schema that editors complete from.
 */
export type Shape =
  | { shape: 'text'; as?: Notation }
  | { shape: 'name' } // an identifier: lower case, digits, underscores
  | { shape: 'number' }
  | { shape: 'flag' }
  | { shape: 'word'; of: readonly string[] }
  | { shape: 'scalar' }
  | { shape: 'anything' }
  | { shape: 'list'; of: Shape }
  | { shape: 'several'; of: Shape } // one, or a list of them
  | { shape: 'named'; of: Shape; nullable?: boolean } // a map from names
  | { shape: 'map'; of: Shape } // a map from any text
  | { shape: 'human' } // { zh, en }
  | { shape: 'construct'; name: string }
  | { shape: 'either'; of: Shape[] }; // told apart by what YAML has there: scalar, list or map

/** How a text is to be read; editors show it, later steps parse it. */
export type Notation = 'condition' | 'time' | 'who' | 'which' | 'template' | 'reference' | 'version' | 'type' | 'date';

export type Construct = {
  /** What people call it in a diagnostic. */
  says: Text;
  keys: Record<string, Key>;
  /** Other keys are allowed and have this shape (columns of a list row). */
  rest?: Shape;
};
export type Key = { shape: Shape; required?: boolean; says?: string };

export const text: Shape = { shape: 'text' };
export const name: Shape = { shape: 'name' };
export const number: Shape = { shape: 'number' };
export const flag: Shape = { shape: 'flag' };
export const human: Shape = { shape: 'human' };
export const scalar: Shape = { shape: 'scalar' };
export const anything: Shape = { shape: 'anything' };
export const condition: Shape = { shape: 'text', as: 'condition' };
export const template: Shape = { shape: 'text', as: 'template' };
export const time: Shape = { shape: 'either', of: [{ shape: 'text', as: 'time' }, number] };
export const which: Shape = { shape: 'text', as: 'which' };
export const word = (...of: string[]): Shape => ({ shape: 'word', of });
export const listOf = (of: Shape): Shape => ({ shape: 'list', of });
export const several = (of: Shape): Shape => ({ shape: 'several', of });
export const named = (of: Shape): Shape => ({ shape: 'named', of });
/** Members that a later pack might try to withdraw by naming them without a value. */
export const members = (of: Shape): Shape => ({ shape: 'named', of, nullable: true });
export const mapOf = (of: Shape): Shape => ({ shape: 'map', of });
export const construct = (called: string): Shape => ({ shape: 'construct', name: called });
export const either = (...of: Shape[]): Shape => ({ shape: 'either', of });
