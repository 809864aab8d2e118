import type { Definition, ExampleFile, Position } from '../pack/types.ts';
import { checkThen } from './examples/expect.ts';
import { ExampleFault } from './examples/fault.ts';
import { runStep } from './examples/step.ts';
import { makeWorld, type World } from './examples/world.ts';

/** How one example went. `refusedGates` are the gates seen refusing, as `type.gate`: a gate nobody sees refuse is untried. */
export type ExampleResult = {
  path: string;
  example: string;
  at: Position;
  ok: boolean;
  expected?: string;
  got?: string;
  refusedGates: string[];
};

/**
 * Runs packs' own examples through the engine, each in a fresh world in memory under a simulated clock. Facts are given, no module
 * is asked; a fact not given is unknown. Given records may be incomplete: only what is asked counts. Never throws for what an example
 * says: what cannot be run is a failed example telling why.
 */
export function runExamples(definition: Definition, files: ExampleFile[]): ExampleResult[] {
  return files.flatMap((file) => file.examples.map((example) => runExample(definition, file, example)));
}

function runExample(
  definition: Definition,
  file: ExampleFile,
  example: ExampleFile['examples'][number],
): ExampleResult {
  const result = { path: file.path, example: example.name, at: example.at };
  const refused = new Set<string>();
  try {
    const world = makeWorld(definition, file.world, example);
    for (const step of example.steps) {
      const wrong = tryStep(world, step, refused);
      if (wrong) return { ...result, at: step.at, ok: false, ...wrong, refusedGates: [...refused] };
    }
  } catch (error) {
    if (!(error instanceof ExampleFault)) throw error;
    return { ...result, ok: false, expected: 'an example that runs', got: error.message, refusedGates: [...refused] };
  }
  return { ...result, ok: true, refusedGates: [...refused] };
}

function tryStep(world: World, step: ExampleFile['examples'][number]['steps'][number], refused: Set<string>) {
  const happened = runStep(world, step.when);
  for (const gate of happened.refusedGates) refused.add(gate);
  return checkThen(world, happened, step.then);
}
