import { readSpan } from '../../cel/things.ts';
import type { Value } from '../types.ts';
import { ExampleFault } from './fault.ts';

/** `last_scan(pay)`, `rule_hits(w2, 30 days)`, `trained(lu, evidence)`: one key however it is written. */
export function readFact(written: string, name: (short: string) => string): string {
  const match = /^\s*([\w.]+)\s*(?:\((.*)\))?\s*$/s.exec(written);
  if (!match) throw new ExampleFault(`"${written}" is no fact: write name(argument, …)`);
  const args = (match[2] ?? '')
    .split(',')
    .map((arg) => arg.trim().replace(/^(['"])(.*)\1$/, '$2'))
    .filter((arg) => arg !== '');
  return factKey(match[1]!, args.map(name));
}

/** A fact and its arguments as one text. */
export const factKey = (name: string, args: Value[]): string => `${name}(${args.map(plain).join(', ')})`;

function plain(arg: Value): string {
  const span = readSpan(arg);
  if (span) return `${span.n} ${span.unit}s`;
  return typeof arg === 'object' ? JSON.stringify(arg) : String(arg);
}
