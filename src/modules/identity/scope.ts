import { z } from 'zod';
import type { AuditScope } from '../../kernel/engine/outside.ts';
import { citedAs, packTitle } from '../../kernel/pack/cite.ts';
import type { Definition } from '../../kernel/pack/types.ts';
import type { Text } from '../../kernel/text.ts';

const shape = z.object({ procedures: z.array(z.string()), clauses: z.array(z.string()), units: z.array(z.string()) });

/** The scope of a grant as its row has it: drivers give JSON read or as text. Its members are in one order, for the mark over the row. */
export const scopeIn = (stored: AuditScope | string): AuditScope =>
  shape.parse(typeof stored === 'string' ? JSON.parse(stored) : stored);

/** A scope as people read it: titles, clause numbers, names of units. */
export const scopeWords = (
  definition: Definition,
  { procedures, clauses, units }: AuditScope,
  unitName: (id: string) => string,
): { procedures: Text[]; clauses: Text[]; units: string[] } => ({
  procedures: procedures.map((name) => packTitle(definition, name)),
  clauses: clauses.map((id) => citedAs(definition, id)),
  units: units.map(unitName),
});
