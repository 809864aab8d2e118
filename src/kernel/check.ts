import { type ExampleResult, runExamples } from './engine/examples.ts';
import { untitled } from './pack/checks/texts.ts';
import { type CompileOptions, compile } from './pack/compile.ts';
import { diagnostic, inOrder } from './pack/diagnostics.ts';
import { buildsOn } from './pack/merge/order.ts';
import type { Definition, Diagnostic, ExampleFile, Gate, RecordType, SourceFile } from './pack/types.ts';

export type CheckOptions = Omit<CompileOptions, 'organisation'> & {
  /** Packs we ship: a gate of theirs that no example sees refuse is an error, not a warning, and each has a title. */
  shipped?: string[];
};

export type Checked = { definition?: Definition; diagnostics: Diagnostic[]; results: ExampleResult[] };

/**
 * Compiles packs together, then runs each one's examples on that pack and what it uses, so that a pack which tightens another does
 * not change the other's own. Examples run only when everything compiles; then each failing one is `example-fails`, and each gate
 * that no example sees refuse is `untried`. A gate we ship without `title:` is `missing-text`.
 */
export function checkPacks(files: SourceFile[], options: CheckOptions = {}): Checked {
  const { definition, diagnostics, examples } = compile(files, options);
  if (!definition) return { diagnostics, results: [] };
  const runs = [...Map.groupBy(examples, (file) => file.pack)].map(([pack, own]) =>
    tryAlone(files, { ...options, adopt: [pack] }, definition, own),
  );
  const results = runs.flatMap((run) => run.results);
  const shipped = options.shipped ?? [];
  const found = [
    ...diagnostics,
    ...runs.flatMap((run) => run.errors),
    ...untitled(definition, shipped),
    ...failing(results),
    ...untried(definition, examples, results, shipped),
  ];
  return { definition, diagnostics: inOrder(found), results };
}

/** A pack's examples where it stands alone; errors it has only there are those of a pack that does not name all it uses. */
function tryAlone(
  files: SourceFile[],
  options: CompileOptions,
  together: Definition,
  examples: ExampleFile[],
): { errors: Diagnostic[]; results: ExampleResult[] } {
  const whole = together.packs.at(-1)?.name === options.adopt?.[0] && usesAll(together);
  const { definition, diagnostics } = whole ? { definition: together, diagnostics: [] } : compile(files, options);
  if (!definition) return { errors: diagnostics.filter(({ severity }) => severity === 'error'), results: [] };
  return { errors: [], results: runExamples(definition, examples) };
}

/** Whether the last pack builds on every other, as when one pack is checked with what it uses. */
function usesAll({ packs }: Definition): boolean {
  const builds = buildsOn(packs.map((card) => ({ card })));
  return packs.every((card) => builds(packs.at(-1)!.name, card.name));
}

function failing(results: ExampleResult[]): Diagnostic[] {
  return results
    .filter((result) => !result.ok)
    .map((result) =>
      diagnostic(
        'example-fails',
        result.at,
        {
          zh: `「${result.example}」應為 ${result.expected ?? '通過'}，實為 ${result.got ?? '不明'}`,
          en: `expected ${result.expected ?? 'it to pass'}, got ${result.got ?? 'nothing'} (${result.example})`,
        },
        { zh: '改範例或改程序書', en: 'mend either' },
      ),
    );
}

/** Only packs that bring examples, or that we ship, are held to trying their gates. */
function untried(
  definition: Definition,
  examples: ExampleFile[],
  results: ExampleResult[],
  shipped: string[],
): Diagnostic[] {
  const refused = new Set(results.flatMap((result) => result.refusedGates));
  const trying = new Set([...shipped, ...examples.map((file) => file.pack)]);
  return Object.values(definition.records).flatMap((type) => {
    const related = Object.values(definition.records).filter((other) => isRelated(type, other));
    return Object.values(type.gates)
      .filter((gate) => trying.has(gate.pack))
      .filter((gate) => !related.some((other) => refused.has(`${other.name}.${gate.name}`)))
      .map((gate) => untriedGate(type.name, gate, shipped.includes(gate.pack)));
  });
}

/** A gate inherited by a kind is tried where either sees it refuse. */
const isRelated = (type: RecordType, other: RecordType): boolean =>
  type === other || type.kinds.includes(other.name) || other.kinds.includes(type.name);

function untriedGate(type: string, gate: Gate, error: boolean): Diagnostic {
  const found = diagnostic(
    'untried',
    gate.at,
    { zh: `沒有範例看到 ${type}.${gate.name} 拒絕`, en: `no example sees ${gate.name} refuse (${type})` },
    { zh: '加一個範例', en: 'add one' },
  );
  return error ? { ...found, severity: 'error' } : found;
}
