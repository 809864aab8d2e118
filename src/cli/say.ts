import type { Refused } from '../kernel/refusal.ts';

/** A plain line on standard output. */
export const say = (line: string): void => {
  process.stdout.write(`${line}\n`);
};

/** Refusals, in both languages, each with its remedy, on standard error. */
export function tellRefused({ refused }: Refused): void {
  for (const { message, fix, line } of refused) {
    const at = line === undefined ? '' : `(${line}) `;
    const zh = `✗ ${at}${message.zh}${fix ? `\n  → ${fix.text.zh}` : ''}`;
    const en = `  ${at}${message.en}${fix ? `\n  → ${fix.text.en}` : ''}`;
    process.stderr.write(`${zh}\n${en}\n`);
  }
}
