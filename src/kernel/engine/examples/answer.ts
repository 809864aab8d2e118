import { emptyCalendar } from '../../calendar/calendar.ts';
import { matches } from '../../cel/where.ts';
import type { Query } from '../../pack/types.ts';
import { nothingKnown } from '../solve.ts';
import type { Actor, Input, Known, Need, RecordState, Row, Value } from '../types.ts';
import { factKey } from './facts.ts';
import type { World } from './world.ts';

/** Examples draw the same sample each time. */
const SEED = { size: 0, root: '00'.repeat(32) };

/** What the engine is given: this world, nothing known yet. */
export function inputOf(world: World, actor: Actor): Input {
  const { definition, directory, now } = world;
  const definitions = new Map([[definition.hash, definition]]);
  return {
    organisation: 'example',
    current: definition,
    definitions,
    directory,
    calendar: emptyCalendar,
    actor,
    now,
    known: nothingKnown(),
  };
}

/** Answers everything from memory. */
export function answer(world: World, needs: Need[], known: Known): void {
  for (const need of needs) {
    switch (need.need) {
      case 'record':
        known.records.set(need.id, world.records.get(need.id));
        break;
      case 'fact':
        known.facts.set(need.key, world.facts.get(factKey(need.name, need.args)));
        break;
      case 'set':
        known.sets.set(need.key, setOf(world, need.query, need.outer));
        break;
      case 'unique':
        known.taken.set(need.key, takenBy(world, need));
        break;
      case 'sequence':
        known.sequences.set(need.key, world.sequences.get(need.key) ?? 1);
        break;
      case 'seed':
        known.seed = SEED;
        break;
      default:
        need satisfies never;
    }
  }
}

function setOf(world: World, query: Query, outer: Record<string, Value>): RecordState[] | Row[] {
  const find = (id: string) => world.records.get(id);
  const { from } = query;
  if (from.kind === 'module')
    return moduleRows(world, from.source).filter((row) => !query.where || matches(query.where, row, outer, find));
  if (from.kind !== 'record') return [];
  return [...world.records.values()]
    .filter((state) => state.type === from.type || world.definition.records[state.type]?.kinds.includes(from.type))
    .filter((state) => !query.where || matches(query.where, state, outer, find))
    .sort((a, b) => (a.openedAt < b.openedAt ? -1 : a.openedAt > b.openedAt ? 1 : 0));
}

function moduleRows(world: World, source: string): Row[] {
  if (source === 'person') return Object.values(world.directory.persons) as unknown as Row[];
  return world.rows.get(source) ?? [];
}

function takenBy(world: World, need: Extract<Need, { need: 'unique' }>): string | undefined {
  const gate = world.definition.records[need.type]?.gates[need.gate];
  const wanted = JSON.stringify(need.values);
  return [...world.records.values()].find(
    (state) =>
      state.id !== need.except &&
      state.type === need.type &&
      (gate?.while?.includes(state.state) ?? true) &&
      JSON.stringify((gate?.unique ?? []).map((field) => state.values[field])) === wanted,
  )?.id;
}
