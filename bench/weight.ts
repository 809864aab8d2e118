/** `node bench/weight.ts`: what a browser fetches before the first page stands, compressed; build the pages first. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { brotliCompressSync, gzipSync } from 'node:zlib';

const WEB = join(import.meta.dirname, '../dist/web');
const html = readFileSync(join(WEB, 'index.html'), 'utf8');
const named = [...html.matchAll(/(?:src|href)="\/?((?:assets\/)?[\w.-]+\.(?:js|css))"/g)].map((match) => match[1]!);

/** What the named scripts import statically is fetched with them. */
function withImports(names: string[]): string[] {
  const all = new Set(names);
  for (const name of all) {
    if (!name.endsWith('.js')) continue;
    const script = readFileSync(join(WEB, name), 'utf8');
    for (const [, file] of script.matchAll(/(?:from|import)\s*"\.\/([\w.-]+\.js)"/g)) all.add(`assets/${file}`);
  }
  return [...all];
}

const pages = readdirSync(join(WEB, 'assets')).filter((name) => /^(page|zh-TW|thin|sign)/.test(name));
const first = withImports(named);
const weigh = (names: string[]) => {
  const bytes = names.map((name) => readFileSync(join(WEB, name)));
  const kilobytes = (size: (one: Buffer) => number) =>
    (bytes.reduce((sum, one) => sum + size(one), 0) / 1000).toFixed(0);
  return {
    files: names.length,
    'raw kB': kilobytes((one) => one.length),
    'gzip kB': kilobytes((one) => gzipSync(one).length),
    'brotli kB': kilobytes((one) => brotliCompressSync(one).length),
  };
};
console.table([
  { what: 'JavaScript before any page', ...weigh(first.filter((name) => name.endsWith('.js'))), budget: '200 kB' },
  { what: 'style sheets before any page', ...weigh(first.filter((name) => name.endsWith('.css'))), budget: '' },
  {
    what: 'every page script together',
    ...weigh(pages.filter((name) => name.endsWith('.js')).map((name) => `assets/${name}`)),
    budget: '',
  },
]);
