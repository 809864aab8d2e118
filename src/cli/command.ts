import type { Text } from '../kernel/text.ts';
import type { ExitCode } from './exit.ts';

/** One command line command. `run` gets what follows the name, and answers with the exit code. */
export type Command = { help: string; run(args: string[]): Promise<ExitCode> };

/** What the table of commands knows before anything is loaded. */
export type Entry = { summary: Text; load(): Promise<{ command: Command }> };

/** Wrong usage, told to the person with the command's help. Thrown by the reading of arguments only. */
export const isUsageError = (error: unknown): error is Error =>
  error instanceof Error && String((error as NodeJS.ErrnoException).code).startsWith('ERR_PARSE_ARGS');

/** An argument `parseArgs` lets through and we do not; reported the way its own errors are. */
export const usageError = (message: string): Error =>
  Object.assign(new Error(message), { code: 'ERR_PARSE_ARGS_VALUE' });
