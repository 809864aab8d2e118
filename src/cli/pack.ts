import { existsSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { loadPacks, SHIPPED_PACKS, withUsedPacks } from '../adapters/files/packs.ts';
import type { Diagnostic } from '../kernel/pack/types.ts';
import { type Command, usageError } from './command.ts';
import { EXIT } from './exit.ts';
import { say } from './say.ts';

/** `ancheng pack check [folder…]` */
export const command: Command = {
  help: `用法 Usage: ancheng pack check [資料夾 folder…] [--json]

編譯程序書包並執行其範例；錯誤附行、欄與改法。未指定資料夾時檢查隨附的全部程序書包。
Compiles packs and runs their examples; errors come with line, column and remedy. Without folders, checks all packs we ship.
Packs that the given ones use are taken from those we ship.

  --json   以 JSON 輸出 · as JSON`,
  async run(args) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' } } });
    const [verb, ...dirs] = positionals;
    if (verb !== 'check') throw usageError(`請用 pack check · use pack check`);
    for (const dir of dirs) if (!existsSync(dir)) throw usageError(`沒有這個資料夾 · no such folder: ${dir}`);
    const folders = await withUsedPacks(dirs);
    if (folders.length === 0) throw usageError('這裡沒有程序書包（pack.yaml） · no pack here (pack.yaml)');
    const { checkPacks } = await import('../kernel/check.ts');
    const shipped = folders
      .filter((folder) => folder.startsWith(resolve(SHIPPED_PACKS)))
      .map((folder) => basename(folder));
    const { diagnostics } = checkPacks(await loadPacks(folders), { shipped });
    if (values.json) say(JSON.stringify(diagnostics, null, 2));
    else tell(diagnostics, folders);
    return diagnostics.some(({ severity }) => severity === 'error') ? EXIT.refused : EXIT.ok;
  },
};

function tell(diagnostics: Diagnostic[], folders: string[]): void {
  for (const { severity, code, file, line, col, message, remedy } of diagnostics) {
    say(`${severity === 'error' ? '✗' : '!'} ${file}:${line}:${col} [${code}]`);
    say(`    ${message.zh} → ${remedy.zh}`);
    say(`    ${message.en} → ${remedy.en}`);
  }
  const errors = diagnostics.filter(({ severity }) => severity === 'error').length;
  say(
    `${folders.map((folder) => basename(folder)).join(', ')}: ${errors} 錯誤 errors, ${diagnostics.length - errors} 提醒 warnings`,
  );
}
