import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { usageError } from './command.ts';
import { EXIT, type ExitCode } from './exit.ts';
import { say } from './say.ts';
import { keepRunning } from './service-run.ts';
import {
  endSteps,
  holdSteps,
  installSteps,
  isFolderOfOurs,
  removeSteps,
  type ServiceSettings,
  type Step,
  startSteps,
  statusSteps,
  taskXml,
} from './service-windows.ts';
import { asArguments, readSettings, type Settings } from './settings.ts';
import { requestStop } from './stop-request.ts';

const PROGRAM = resolve(import.meta.dirname, '../..');
const STOP_SECONDS = 75;

/** `ancheng service` */
export const command: Command = {
  help: `用法 Usage: ancheng service install|remove|start|stop|status|run [--data 資料夾] [--host 位址] [--port 埠] [--http-port 埠]

在 Windows 登錄為開機即啟動的工作（以 LOCAL SERVICE 執行），並管理之。Linux 請用 systemctl。
On Windows: registers a task that starts with the machine (as LOCAL SERVICE), and manages it. On Linux use systemctl.

  install   登錄；再次執行即更新，未給的選項沿用前次 · registers; again to update, options not given are kept
  remove    移除登錄，資料保留 · removes it; data stays
  start, stop, status
  run       由登錄的工作執行：寫入 <資料夾>/logs，異常結束時重新啟動
            what the task runs: logs to <data>/logs, starts again after a failure`,
  run: runService,
};

async function runService(args: string[]): Promise<ExitCode> {
  const [what, ...rest] = args;
  if (what === 'run') return run(rest);
  if (!['install', 'remove', 'start', 'stop', 'status'].includes(what ?? ''))
    throw usageError(`install, remove, start, stop, status, run: ${what ?? ''}`);
  if (process.platform !== 'win32') return elsewhere(what!);
  if (what === 'install') return install(rest);
  if (what === 'stop') return stop(readSettings(rest, process.env, 'start').dataDir);
  return perform(what === 'remove' ? removeSteps : what === 'start' ? startSteps : statusSteps);
}

function elsewhere(what: string): ExitCode {
  const verb = { install: 'enable', remove: 'disable' }[what] ?? what;
  process.stderr.write(`✗ 本機請用 · here use: systemctl ${verb} ancheng\n`);
  return EXIT.environment;
}

function run(args: string[]): Promise<ExitCode> {
  const settings = readSettings(args, process.env, 'start');
  const program = [process.execPath, join(PROGRAM, 'bin/ancheng.js')];
  return keepRunning([...program, 'start', ...asArguments(settings)], settings.dataDir);
}

function install(args: string[]): ExitCode {
  const settings = withKept(args);
  for (const folder of [settings.dataDir, PROGRAM])
    if (!isFolderOfOurs(folder)) {
      process.stderr.write(`✗ 此資料夾不能專供安程使用 · this folder cannot be Ancheng's alone: ${folder}\n`);
      return EXIT.environment;
    }
  mkdirSync(settings.dataDir, { recursive: true });
  writeFileSync(keptIn(settings.dataDir), JSON.stringify(pick(settings)));
  const folder = mkdtempSync(join(tmpdir(), 'ancheng-task-'));
  try {
    const xml = join(folder, 'task.xml');
    writeFileSync(xml, `\uFEFF${taskXml({ program: PROGRAM, ...settings })}`, 'utf16le');
    return perform([...installSteps({ program: PROGRAM, ...settings }, xml), ...startSteps]);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Kept = Pick<ServiceSettings, 'host' | 'port' | 'httpPort'>;
const keptIn = (dataDir: string) => join(dataDir, 'service.json');
const pick = ({ host, port, httpPort }: Settings): Kept => ({ host, port, httpPort });

/** What the former installation was given stands, unless given anew. */
function withKept(args: string[]): Settings {
  const { values } = parseArgs({ args, strict: false });
  const asked = readSettings(args, process.env, 'start');
  const file = keptIn(asked.dataDir);
  const kept = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Kept) : undefined;
  if (!kept) return asked;
  return {
    ...asked,
    ...(values.host === undefined ? { host: kept.host } : {}),
    ...(values.port === undefined ? { port: kept.port } : {}),
    ...(values['http-port'] === undefined && kept.httpPort !== undefined ? { httpPort: kept.httpPort } : {}),
  };
}

/** Asks, waits until the data folder is free, and ends the task only then (or when it does not answer). */
async function stop(dataDir: string): Promise<ExitCode> {
  perform(holdSteps);
  if (existsSync(join(dataDir, 'ancheng.lock'))) {
    requestStop(dataDir);
    for (let second = 0; second < STOP_SECONDS && existsSync(join(dataDir, 'ancheng.lock')); second++)
      await wait(1_000);
  }
  return perform(endSteps);
}

function perform(steps: Step[]): ExitCode {
  for (const { program, args, lenient } of steps) {
    const { status, stdout, stderr, error } = spawnSync(program, args, { encoding: 'utf8', windowsHide: true });
    if (status === 0) {
      if (args[0] === '/Query') say(stdout.trim());
      continue;
    }
    if (lenient) continue;
    process.stderr.write(`✗ ${program} ${args.join(' ')}\n  ${error?.message ?? (stderr || stdout).trim()}\n`);
    process.stderr.write('  → 請以系統管理員身分執行 · run it as administrator\n');
    return EXIT.environment;
  }
  return EXIT.ok;
}
