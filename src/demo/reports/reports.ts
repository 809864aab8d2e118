import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { localClock, localDate } from '../../kernel/calendar/date.ts';
import type { Moment } from '../../kernel/engine/types.ts';

const MINUTE = 60_000;

/** A report as the tool would have written it at that moment: the stored one with its times, and the host's address where it names one. */
export function reportOf(
  file: string,
  at: Moment,
  about: { address?: string; name?: string } = {},
): { name: string; text: string } {
  const end = Date.parse(at) - 5 * MINUTE;
  const start = end - 12 * MINUTE;
  const fields: Record<string, string> = {
    START: String(Math.floor(start / 1000)),
    END: String(Math.floor(end / 1000)),
    START_TEXT: asctime(start),
    END_TEXT: asctime(end),
    START_COLON: colons(start),
    END_COLON: colons(end),
    SIGNATURES: asctime(end - 10 * 60 * MINUTE),
    ADDRESS: about.address ?? '',
    NAME: about.name ?? '',
  };
  const text = readFileSync(join(import.meta.dirname, file), 'utf8');
  const day = localDate(at).replaceAll('-', '');
  return {
    name: `${day}-${about.name ?? 'office'}-${file}`,
    text: text.replaceAll(/@([A-Z_]+)@/g, (whole, field: string) => fields[field] ?? whole),
  };
}

/** `Fri Nov 20 10:15:00 2026`, Taiwan time. */
function asctime(at: number): string {
  const [weekday, day, month, year, clock] = new Date(at + 8 * 60 * MINUTE).toUTCString().replace(',', '').split(' ');
  return `${weekday} ${month} ${day} ${clock} ${year}`;
}

/** `2026:11:20 10:15:00`, Taiwan time. */
function colons(at: number): string {
  const moment = new Date(at).toISOString();
  return `${localDate(moment).replaceAll('-', ':')} ${localClock(moment).slice(0, 5)}:00`;
}
