import { parseArgs } from 'node:util';
import { type Entry, isUsageError } from './command.ts';
import { EXIT, EXIT_CODES, type ExitCode } from './exit.ts';
import { fileTrouble, isFileTrouble } from './file-trouble.ts';
import { say, tellRefused } from './say.ts';

/** Every command; each is loaded only when it is asked for. */
const commands: Record<string, Entry> = {
  start: {
    summary: { zh: '啟動平台', en: 'start the platform' },
    load: () => import('./start.ts'),
  },
  demo: {
    summary: {
      zh: '啟動示範機關（資料另存，不動正式資料）',
      en: 'start a demo organisation, in a data folder of its own',
    },
    load: () => import('./demo.ts'),
  },
  certificate: {
    summary: { zh: '設定 https 憑證', en: 'set up the certificate for https' },
    load: () => import('./certificate.ts'),
  },
  service: {
    summary: { zh: '登錄為 Windows 開機即啟動的工作', en: 'register as a task that starts with Windows' },
    load: () => import('./service.ts'),
  },
  verify: {
    summary: { zh: '驗證軌跡未遭竄改，可離線', en: 'verify that a ledger was not altered; works offline' },
    load: () => import('./verify.ts'),
  },
  signer: {
    summary: { zh: '獨立的封存點簽章程序', en: 'the signer of checkpoints, as a process of its own' },
    load: () => import('./signer.ts'),
  },
  backup: {
    summary: { zh: '備份到備份碟；製作復原金鑰', en: 'back up to a disk; make the recovery key' },
    load: () => import('./backup.ts'),
  },
  restore: {
    summary: { zh: '還原備份，或做還原演練', en: 'restore a backup, or drill it' },
    load: () => import('./restore.ts'),
  },
  witness: {
    summary: { zh: '為他機關的軌跡作見證', en: 'witness the ledgers of others' },
    load: () => import('./witness.ts'),
  },
  ledger: {
    summary: { zh: '匯出軌跡、離線見證', en: 'export ledgers; witness them without a network' },
    load: () => import('./ledger.ts'),
  },
  pack: {
    summary: { zh: '檢查程序書包：pack check [資料夾…]', en: 'check packs: pack check [folder…]' },
    load: () => import('./pack.ts'),
  },
  read: {
    summary: {
      zh: '讀取一份工具報告並顯示內容，不匯入',
      en: 'read a tool’s report and show what is in it, importing nothing',
    },
    load: () => import('./read.ts'),
  },
};

/** Runs one command line as this process: its exit code is set, and nothing keeps it once the work is done. */
export async function main(args: string[]): Promise<void> {
  // Whoever reads through a pipe may go (`| head`): the work goes on, and its exit code says how it ended.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
  process.exitCode = await exitCodeOf(args);
  // The work is done; a connection somebody keeps open must not keep the process.
  setTimeout(() => process.exit(), LINGER_MS).unref();
}

const LINGER_MS = 300;

/** Runs one command line to its end and returns its exit code; what nobody foresaw is told whole and is 70. */
export async function exitCodeOf(args: string[]): Promise<ExitCode> {
  try {
    return await run(args);
  } catch (error) {
    process.stderr.write(`程式缺陷，請連同下列訊息回報 · A defect; please report it with what follows\n`);
    console.error(error);
    return EXIT.defect;
  }
}

async function run([name, ...rest]: string[]): Promise<ExitCode> {
  if (name === undefined || name === 'help' || name === '--help' || name === '-h') return help();
  if (name === '--version') return version();
  const entry = Object.hasOwn(commands, name) ? commands[name] : undefined;
  if (!entry) return wrong(`沒有這個命令 no such command: ${name}`, overview());
  const { command } = await entry.load();
  if (asksForHelp(rest)) {
    say(`${command.help}\n\n${EXIT_CODES}`);
    return EXIT.ok;
  }
  try {
    return await command.run(rest);
  } catch (error) {
    if (isUsageError(error)) return wrong(error.message, `${usageIn(command.help)}\n\nancheng ${name} --help`);
    if (!isFileTrouble(error)) throw error;
    tellRefused(fileTrouble(error));
    return EXIT.environment;
  }
}

const asksForHelp = (args: string[]) =>
  parseArgs({ args, strict: false, options: { help: { type: 'boolean', short: 'h' } } }).values.help === true;

/** The lines of a help that say how the command is called: what went wrong stays on the screen. */
const usageIn = (help: string): string => help.split('\n\n', 1)[0] ?? help;

function wrong(message: string, usage: string): ExitCode {
  process.stderr.write(`✗ ${message}\n\n${usage}\n`);
  return EXIT.usage;
}

function help(): ExitCode {
  say(`${overview()}\n\n${EXIT_CODES}`);
  return EXIT.ok;
}

async function version(): Promise<ExitCode> {
  const { default: card } = await import('../../package.json', { with: { type: 'json' } });
  say(`ancheng ${card.version} (node ${process.versions.node})`);
  return EXIT.ok;
}

const overview =
  () => `安程 Ancheng:讓資安程序書自己運作 · runs an organisation's written information-security procedures

用法 Usage: ancheng <命令 command> [選項 options]

${Object.entries(commands)
  .map(([name, { summary }]) => `  ${name.padEnd(13)}${summary.zh}\n${' '.repeat(15)}${summary.en}`)
  .join('\n')}

ancheng <命令 command> --help 顯示該命令的說明 · shows its options`;
