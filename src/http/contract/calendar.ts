import { z } from 'zod';
import { Id, Label, read, write } from './shapes.ts';

/** The office calendar that working days are counted by. */
const Years = z.array(
  z.object({ year: z.number().int(), source: z.string(), daysOff: z.number().int(), makeUpDays: z.number().int() }),
);
const State = z.object({ years: Years, warning: Label.optional() });

export const calendar = {
  get: read('calendar', '/calendar', 'Years known, and what is missing').output(State),
  import: write('calendar', '/calendar', 'A later year: the official CSV (Big5) or JSON, uploaded before as a file')
    .input(z.object({ file: Id, name: z.string().min(1).max(200) }))
    .output(State.extend({ imported: z.array(z.string()) })),
};
