#!/usr/bin/env node
// The door of the command line. Ancheng needs Node 24; under an older one (20 and up) this file runs itself again with
// the Node that npm installed beside it, passing signals, exit code and standard streams through.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const NEEDED = 24;
const ENVIRONMENT = 3;
const root = dirname(dirname(fileURLToPath(import.meta.url)));

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  const { main } = await import('../src/cli/main.ts');
  await main(process.argv.slice(2));
} else {
  runPinned(join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'));
}

function runPinned(node) {
  if (!existsSync(node)) {
    console.error(`找不到 Node ${NEEDED}(${node})。請在 ${root} 執行 npm ci。`);
    console.error(`Node ${NEEDED} is not installed (${node}). Run npm ci in ${root}.`);
    process.exit(ENVIRONMENT);
  }
  const asRoot = process.getuid?.() === 0;
  const stdio = asRoot ? ['inherit', 'inherit', 'inherit', 'ipc'] : 'inherit';
  const child = spawn(node, process.argv.slice(1), { stdio });
  if (asRoot) child.on('message', followToAccount);
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.once('error', (error) => {
    console.error(`${node}: ${error.message}`);
    process.exit(ENVIRONMENT);
  });
  child.once('exit', (code, signal) => process.exit(code ?? 128 + (constants.signals[signal] ?? 0)));
}

// Started as root, the program hands itself over to an ordinary account: so does this process, which only waits for it.
function followToAccount({ account }) {
  if (!account) return;
  process.setgroups([account.gid]);
  process.setgid(account.gid);
  process.setuid(account.uid);
}
