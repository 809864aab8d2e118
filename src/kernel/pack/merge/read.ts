import type { Build, Origins } from '../build/build.ts';
import {
  cardOf,
  clauseOf,
  dutyOf,
  listOf,
  monitorOf,
  type ParameterSaying,
  parameterOf,
  roleOf,
} from '../build/declarations.ts';
import { examplesOf } from '../build/examples.ts';
import { type Declared, type RecordBuild, recordOf } from '../build/record.ts';
import type { Report } from '../diagnostics.ts';
import { conform } from '../language/conform.ts';
import { construct, listOf as list, type Shape } from '../language/shape.ts';
import type { Clause, Duty, ExampleFile, List, Monitor, PackCard, Role, SourceFile } from '../types.ts';
import { entries, entry, type Item, readYaml, several } from '../yaml.ts';

/** Everything one pack says, in normal form, before packs meet. */
export type Sayings = {
  card: PackCard;
  clauses: Clause[];
  roles: Role[];
  parameters: ParameterSaying[];
  lists: List[];
  records: Declared[];
  duties: Duty[];
  monitors: Monitor[];
  examples: ExampleFile[];
};

type Read = { path: string; pack: string; kind: FileKind; item: Item };
type FileKind = 'pack' | 'record' | 'examples' | 'clauses' | 'declarations';

/** Reads every file, in the order of their paths so that nothing depends on how they arrived; those that cannot be read are reported and left out. */
export function readPacks(
  files: SourceFile[],
  report: Report,
  origins: Origins,
  draws: RecordBuild['draws'],
): Sayings[] {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const reads = sorted.flatMap((file) => readFile(file, report));
  const roles = new Set(reads.flatMap((read) => entries(entry(read.item, 'roles')).map((each) => each.key)));
  const packs = new Map<string, Read[]>();
  for (const read of reads) packs.set(read.pack, [...(packs.get(read.pack) ?? []), read]);
  return [...packs].map(([pack, of]) =>
    sayingsOf(pack, of, { pack, report, origins, roles, draws }, packs.has('base')),
  );
}

function readFile(file: SourceFile, report: Report): Read[] {
  if (!/\.ya?ml$/.test(file.path)) return [];
  const parts = file.path.split('/').filter(Boolean);
  const item = readYaml(file, report);
  if (!item) return [];
  const kind = kindOf(parts, item);
  const fine = conform(item, shapeOf(kind, item), report);
  return fine || item.kind !== 'scalar' ? [{ path: file.path, pack: parts[0]!, kind, item }] : [];
}

/** Told by the folder, as people look for it, and by the first key where a file stands elsewhere. */
function kindOf(parts: string[], item: Item): FileKind {
  const name = parts.at(-1)!.replace(/\.ya?ml$/, '');
  if (name === 'pack' && parts.length === 2) return 'pack';
  if (parts.includes('examples')) return 'examples';
  if (parts.includes('records') || entry(item, 'record')) return 'record';
  if (item.kind === 'list') return 'clauses';
  return 'declarations';
}

function shapeOf(kind: FileKind, item: Item): Shape {
  switch (kind) {
    case 'clauses':
      return list(construct('clause'));
    case 'examples':
      return item.kind === 'list' ? list(construct('example')) : construct('examples');
    default:
      return construct(kind);
  }
}

function sayingsOf(pack: string, reads: Read[], build: RecordBuild, hasBase: boolean): Sayings {
  const cardItem = reads.find((read) => read.kind === 'pack')?.item;
  const declared = (key: string) =>
    reads
      .filter((read) => read.kind === 'declarations' || read.kind === 'pack')
      .flatMap((read) => entries(entry(read.item, key)))
      .filter((each) => each.value.kind === 'map');
  const clauseItems = reads.flatMap((read) =>
    read.kind === 'clauses' ? several(read.item) : several(entry(read.item, 'clauses')),
  );
  return {
    card: cardItem ? cardOf(build, cardItem) : cardWithout(build, pack, hasBase),
    clauses: clauseItems.filter((item) => item.kind === 'map').map((item, n) => clauseOf(build, item, n)),
    roles: declared('roles').map((each) => roleOf(build, each)),
    parameters: declared('parameters').map((each) => parameterOf(build, each)),
    lists: declared('lists').map((each) => listOf(build, each)),
    records: reads
      .filter((read) => read.kind === 'record' && read.item.kind === 'map')
      .map((read) => recordOf(build, read.item)),
    duties: declared('duties').map((each) => dutyOf(build, each)),
    monitors: declared('monitors').map((each) => monitorOf(build, each)),
    examples: reads
      .filter((read) => read.kind === 'examples')
      .map((read) => examplesOf(read.path, pack, read.item, build.report)),
  };
}

/** A folder without `pack.yaml` is a pack of that name which refines base. */
const cardWithout = (_: Build, pack: string, hasBase: boolean): PackCard => ({
  name: pack,
  version: '0',
  title: { zh: pack, en: pack },
  uses: hasBase && pack !== 'base' ? ['base'] : [],
});
