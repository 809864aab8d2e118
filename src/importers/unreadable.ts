import { type Refused, refused } from '../kernel/refusal.ts';
import { type Text, text } from '../kernel/text.ts';

/** Refuses a file, naming the line and what to do; lines count from 1. */
export function unreadable(message: Text, remedy: Text, line?: number): Refused {
  const where = line === undefined ? message : text(`第 ${line} 行：${message.zh}`, `line ${line}: ${message.en}`);
  return refused({ code: 'invalid', message: where, fix: { text: remedy }, ...(line === undefined ? {} : { line }) });
}

/** Refuses a file that is larger than the importer takes. */
export function tooLarge(what: Text, line?: number): Refused {
  return refused({
    code: 'limit',
    message: what,
    fix: { text: text('請縮小掃描範圍，分次掃描後匯入', 'Scan a smaller range and import in parts') },
    ...(line === undefined ? {} : { line }),
  });
}
