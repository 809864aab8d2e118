import { posix } from 'node:path';

/** The rules of the house (DESIGN.md section 4, STYLE.md) as a function of the files, so that it can itself be tested. */
export type File = { path: string; text: string };

/** Every violation, one line each: file, then what is wrong. */
export function findViolations(files: File[]): string[] {
  return files
    .filter(({ path }) => !path.includes('/fixtures/'))
    .flatMap((file) => [
      ...judgePlace(file),
      ...judgeLength(file),
      ...importsOf(file).flatMap((each) => judgeImport(file.path, each).map((wrong) => `${file.path}: ${wrong}`)),
    ]);
}

// ── places and sizes ───────────────────────────────────────────────────────────────────────────────────────────────

const LONGEST = 400;
const VAGUE = /^(utils?|helpers?|services?|common|misc|shared|lib)$/;
const MESSAGES = /(^|\/)(messages|locales)(\/|\.)/;

function judgePlace({ path }: File): string[] {
  const folders = path.split('/').slice(0, -1);
  const wrong = folders
    .filter((folder) => VAGUE.test(folder))
    .map((folder) => `${path}: a folder named ${folder} says nothing`);
  if (path.startsWith('packs/')) wrong.push(`${path}: packs are data, no code`);
  if (path.startsWith('src/') && layerOf(path) === undefined) wrong.push(`${path}: src has no such folder`);
  return wrong;
}

function judgeLength({ path, text }: File): string[] {
  const lines = text.split('\n').length - 1;
  return lines > LONGEST && !MESSAGES.test(path) ? [`${path}: ${lines} lines, ${LONGEST} at most`] : [];
}

// ── imports ────────────────────────────────────────────────────────────────────────────────────────────────────────

/** `kind`: type imports vanish before running; lazy ones are `import()`. */
type Import = { from: string; kind: 'type' | 'code' | 'lazy' };

const STATEMENT = /^[ \t]*(?:import|export)\s+(type\s+)?((?:[\w$*\s{},]+?)\s+from\s+)?['"]([^'"]+)['"]/gm;
const LAZY = /(typeof\s+)?\bimport\(\s*['"]([^'"]+)['"]\s*\)(?:\.[A-Z])?/g;

export function importsOf({ text }: File): Import[] {
  const code = text.replaceAll(/\/\*[\s\S]*?\*\//g, '').replaceAll(/^\s*\/\/.*$/gm, '');
  const statements = [...code.matchAll(STATEMENT)].map(([, type, names, from]): Import => {
    return { from: from!, kind: type || onlyTypes(names) ? 'type' : 'code' };
  });
  const lazy = [...code.matchAll(LAZY)].map(([whole, type, from]): Import => {
    return { from: from!, kind: type || /\.[A-Z]$/.test(whole) ? 'type' : 'lazy' };
  });
  return [...statements, ...lazy];
}

/** `{ type A, type B } from`: nothing of it is left at run time. */
function onlyTypes(names: string | undefined): boolean {
  const inner = /^\s*\{([\s\S]*)\}/.exec(names ?? '')?.[1];
  const parts = inner
    ?.split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  return parts !== undefined && parts.length > 0 && parts.every((part) => part.startsWith('type '));
}

// ── the dependency rule: kernel ← middle ← doors ← main; web takes only types ─────────────────────────────────────────

const MIDDLE = ['modules', 'probes', 'importers', 'print', 'adapters', 'runtime'];
/** The demo stands at the doors: it lives an office's life through them. */
const DOORS = ['http', 'cli', 'demo'];
/** Groups whose folders are siblings to each other, too. */
const OF_SIBLINGS = ['modules', 'probes', 'importers', 'adapters'];
const PURE_PACKAGES = ['yaml', '@marcbachmann/cel-js', 'canonicalize', 'node:crypto'];

type Layer = 'kernel' | 'middle' | 'door' | 'main';

function layerOf(path: string): Layer | undefined {
  // What the clock does asks every module, as the composition does.
  if (path === 'src/main.ts' || path === 'src/rounds.ts') return 'main';
  const group = groupOf(path);
  if (group === 'kernel') return 'kernel';
  if (MIDDLE.includes(group)) return 'middle';
  return DOORS.includes(group) ? 'door' : undefined;
}

/** `src/<group>/…` */
const groupOf = (path: string): string => path.split('/')[1] ?? '';
/** `src/modules/<sibling>/…`; undefined for files beside the siblings, which belong to all of them. */
const siblingOf = (path: string): string | undefined => (path.split('/').length > 3 ? path.split('/')[2] : undefined);
const isTest = (path: string): boolean => /\.(test|fixture)\.tsx?$/.test(path);

function judgeImport(path: string, { from, kind }: Import): string[] {
  const target = from.startsWith('.') ? posix.join(posix.dirname(path), from) : undefined;
  if (isTest(path)) return [];
  // The stand-in server for developing screens runs in Node and is never shipped.
  if (path.startsWith('web/dev/')) return [];
  if (path.startsWith('web/')) return judgeWeb(target, from, kind);
  if (!path.startsWith('src/')) return [];
  if (target === undefined) {
    return layerOf(path) === 'kernel' && !PURE_PACKAGES.includes(from)
      ? [`the kernel is pure and may not import ${from}`]
      : [];
  }
  if (target === 'package.json') return [];
  if (!target.startsWith('src/')) return [`src may not import ${target}`];
  return judgeLayers(path, target, kind);
}

function judgeWeb(target: string | undefined, from: string, kind: Import['kind']): string[] {
  if (target === undefined) return from.startsWith('node:') ? [`web may not import ${from}`] : [];
  if (target.startsWith('web/')) return [];
  return target.startsWith('src/') && kind === 'type' ? [] : [`web takes only types of src, not ${target}`];
}

function judgeLayers(path: string, target: string, kind: Import['kind']): string[] {
  const [here, there] = [layerOf(path), layerOf(target)];
  if (here === 'main' || target === path) return [];
  if (there === 'main')
    return startsThePlatform(path, kind)
      ? []
      : ['only what starts or replays the platform may import src/main.ts, and lazily'];
  if (here === 'kernel') return there === 'kernel' ? [] : [`the kernel may not import ${target}`];
  if (there === 'kernel') return [];
  if (here === 'middle' && there === 'door') return [`${groupOf(path)} may not import ${target}`];
  if (kind === 'type' || (here === 'door' && there === 'middle')) return [];
  if (groupOf(path) === 'demo' && groupOf(target) === 'http') return [];
  if (groupOf(path) !== groupOf(target)) return [`${groupOf(path)} may share types with ${target}, not code`];
  return judgeSiblings(path, target);
}

function judgeSiblings(path: string, target: string): string[] {
  const [here, there] = [siblingOf(path), siblingOf(target)];
  if (!OF_SIBLINGS.includes(groupOf(path)) || here === undefined || there === undefined || here === there) return [];
  return [`${here} may share types with ${target}, not code`];
}

const startsThePlatform = (path: string, kind: Import['kind']) =>
  ['src/cli/serve.ts', 'src/cli/replay.ts'].includes(path) && kind === 'lazy';
