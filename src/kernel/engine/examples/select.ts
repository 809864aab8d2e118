import type { RecordState } from '../types.ts';
import { ExampleFault } from './fault.ts';
import { matchesField } from './fields.ts';
import type { World } from './world.ts';

/**
 * The record a selector means: `r1` by its short name, `finding[case=r3]` by a field (its newest open match). Throws when there is none.
 */
export function find(world: World, selector: string): RecordState {
  const known = world.records.get(selector);
  if (known) return known;
  const match = /^(\w+)\[(.+)\]$/.exec(selector);
  if (!match) throw new ExampleFault(`there is no record ${selector}`);
  const tests = match[2]!.split(',').map((test) => test.split('=').map((part) => part.trim()) as [string, string]);
  const found = [...world.records.values()].filter(
    (state) => isType(world, state, match[1]!) && tests.every(([name, value]) => matchesField(state, name, value)),
  );
  const open = found.filter((state) => !world.definition.records[state.type]?.flow[state.state]?.final);
  const chosen = (open.length > 0 ? open : found).at(-1);
  if (!chosen) throw new ExampleFault(`there is no ${selector}`);
  return chosen;
}

export const isType = (world: World, state: RecordState, type: string): boolean =>
  state.type === type || (world.definition.records[state.type]?.kinds.includes(type) ?? false);
