import { missingYearWarning } from '../../kernel/calendar/calendar.ts';
import { localDate } from '../../kernel/calendar/date.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { fileOf } from '../files.ts';
import type { HttpParts } from '../parts.ts';
import { asking, hasRole, must, mustWrite, no, notAllowed, os, signedIn } from './ask.ts';

/** Years known to the office calendar, and bringing in the next one. */

function state(http: HttpParts) {
  const calendar = http.parts.calendar();
  const warning = missingYearWarning(calendar, localDate(http.parts.clock()));
  return {
    years: Object.entries(calendar.years).map(([year, { source, marked }]) => ({
      year: Number(year),
      source,
      daysOff: Object.values(marked).filter((day) => day.off).length,
      makeUpDays: Object.values(marked).filter((day) => !day.off).length,
    })),
    ...(warning ? { warning } : {}),
  };
}

export const calendarAnswers = {
  get: os.calendar.get.handler(async ({ context }) => {
    await signedIn(context);
    return state(context.http);
  }),
  import: os.calendar.import.handler(async ({ input, context }) => {
    const { http } = context;
    const caller = await signedIn(context);
    await mustWrite(context, caller);
    if (!caller.viewer.administrator) {
      await asking(context, async (look) =>
        hasRole(look, 'isms_coordinator', 'security_officer') ? true : notAllowed,
      );
    }
    const blob = (await fileOf(http, caller, input.file)) && (await http.blobs.get(input.file));
    if (!blob || blob.size > 5_000_000)
      return no([
        {
          code: 'missing',
          field: 'file',
          message: text('找不到這個檔案，請重新上傳。', 'No such file; upload it again.'),
        },
      ]);
    const chunks: Uint8Array[] = [];
    for await (const chunk of blob.stream()) chunks.push(chunk);
    const read = await http.addCalendar(Buffer.concat(chunks), input.name);
    if (isRefused(read)) return must(read) as never;
    return { ...state(http), imported: Object.keys(read.years) };
  }),
};
