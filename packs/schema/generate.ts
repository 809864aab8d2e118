import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { SCHEMA_KINDS, schemaFor } from '../../src/kernel/pack/schema.ts';

// Writes the JSON Schemas that editors complete pack files from: `node packs/schema/generate.ts`.
for (const kind of SCHEMA_KINDS) {
  const file = join(import.meta.dirname, `${kind}.schema.json`);
  writeFileSync(file, `${JSON.stringify(schemaFor(kind), null, 2)}\n`);
}
