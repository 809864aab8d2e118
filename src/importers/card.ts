import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { z } from 'zod';
import type { Card } from './types.ts';

const bilingual = z.strictObject({ zh: z.string().min(1), en: z.string().min(1) });
const card = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]+$/),
  label: bilingual,
  reads: bilingual,
  produce: bilingual,
  traps: z.array(bilingual),
  sources: z.array(z.url()),
});

/** The card beside an importer's code; a broken card is a defect and stops the program at start. */
export function readCard(folder: string): Card {
  return card.parse(parse(readFileSync(new URL('card.yaml', folder), 'utf8')));
}
