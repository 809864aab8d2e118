import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Calendar, emptyCalendar, withYears } from '../../kernel/calendar/calendar.ts';
import { type OfficeYears, readOfficeCalendar } from '../../kernel/calendar/office.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';

/** The office calendar in force: the years that came with the program, and those imported later, which win. */
export type OfficeCalendar = {
  current(): Calendar;
  /** Reads a year's file (official CSV in Big5, or JSON) and keeps it; refuses with line and remedy, keeping nothing. */
  add(file: Uint8Array, name: string): Promise<OfficeYears | Refused>;
};

export function openCalendar(shipped: string, own: string): OfficeCalendar {
  mkdirSync(own, { recursive: true, mode: 0o700 });
  let calendar = folderInto(folderInto(emptyCalendar, shipped), own);
  return {
    current: () => calendar,
    async add(file, name) {
      const years = readOfficeCalendar(file, name);
      if (isRefused(years)) return years;
      const path = join(
        own,
        `${Object.keys(years.years).join('-')}.${name.toLowerCase().endsWith('.json') ? 'json' : 'csv'}`,
      );
      await writeFile(`${path}.new`, file, { mode: 0o600 });
      await rename(`${path}.new`, path);
      calendar = withYears(calendar, years.years);
      return years;
    },
  };
}

/** A file in the folder that cannot be read is a defect of the release, or of a hand that put it there: it says which. */
function folderInto(calendar: Calendar, folder: string): Calendar {
  return readdirSync(folder)
    .filter((name) => /\.(json|csv)$/.test(name))
    .sort()
    .reduce((known, name) => {
      const years = readOfficeCalendar(readFileSync(join(folder, name)), name);
      if (isRefused(years)) throw new Error(`${join(folder, name)}: ${years.refused[0]?.message.en}`);
      return withYears(known, years.years);
    }, calendar);
}
