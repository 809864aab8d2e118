import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { pack, writeSums } from './archive.ts';
import { stage } from './stage.ts';
import { type Target, targetNamed, targetNames } from './targets.ts';

/**
 * `npm run package -- linux-x64|windows-x64 [--vc-redist FILE]`: one archive that installs without a network, in `release/`,
 * with its SHA-256 beside it. Packages of the foreign platform come through npm and are checked against the lock files.
 */
const ROOT = join(import.meta.dirname, '..');
const USAGE = `npm run package -- ${targetNames.join('|')} [--vc-redist vc_redist.x64.exe] [--out DIR]`;

async function build(target: Target, out: string, redistributable: string | undefined): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  const work = mkdtempSync(join(tmpdir(), 'ancheng-package-'));
  const folder = join(work, `ancheng-${version}`);
  mkdirSync(folder);
  try {
    stage(target, folder, { redistributable });
    writeSums(folder);
    mkdirSync(out, { recursive: true });
    const archive = join(out, `ancheng-${version}-${target.name}.${target.archive}`);
    const digest = await pack(folder, archive, moment());
    console.log(`${archive}\n${(statSync(archive).size / 1e6).toFixed(1)} MB  sha256 ${digest}`);
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

/** The time all files bear: SOURCE_DATE_EPOCH, else that of the commit, so that a build can be repeated. */
function moment(): Date {
  const given = process.env.SOURCE_DATE_EPOCH;
  const seconds = given ?? execFileSync('git', ['log', '-1', '--format=%ct'], { cwd: ROOT, encoding: 'utf8' });
  return new Date(Number(seconds) * 1000);
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'vc-redist': { type: 'string' }, out: { type: 'string' } },
});
const target = targetNamed(positionals[0]);
if (!target || positionals.length > 1) {
  console.error(USAGE);
  process.exitCode = 2;
} else {
  await build(target, values.out ?? join(ROOT, 'release'), values['vc-redist']);
}
