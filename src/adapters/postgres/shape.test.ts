import { join } from 'node:path';
import { expect, test } from 'vitest';
import { readMigrations } from './migrate.ts';
import { shapeOf } from './shape.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

test('the shape of the database was written down (npm run shape) behind the newest migration', () => {
  expect(shapeOf(MIGRATIONS).last).toBe(readMigrations(MIGRATIONS).at(-1)?.name);
});
