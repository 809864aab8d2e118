import { join } from 'node:path';
import { expect, test } from 'vitest';
import { behind, shapeOf } from './shape.ts';

const MIGRATIONS = join(import.meta.dirname, '../../../migrations');

test('the shape of the database was written down (npm run shape) behind every migration there is', () => {
  expect(shapeOf(MIGRATIONS).last).toBe(behind(MIGRATIONS));
});
