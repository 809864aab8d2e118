/** What the machine itself can do, for the column beside our figures. */
import { closeSync, fdatasyncSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';

export const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
/** The value below which so much of the sorted whole lies. */
export const quantile = (values: number[], of: number): number =>
  values.toSorted((a, b) => a - b)[Math.min(values.length - 1, Math.floor(values.length * of))] ?? Number.NaN;

/** Flushes to disk per second: 8 KB appended and synced, one after another. */
export function flushesPerSecond(folder = tmpdir(), seconds = 1): number {
  const path = join(folder, `flush-${process.pid}`);
  const file = openSync(path, 'w');
  const block = Buffer.alloc(8192, 7);
  const end = performance.now() + seconds * 1000;
  let flushes = 0;
  while (performance.now() < end) {
    writeSync(file, block);
    fdatasyncSync(file);
    flushes += 1;
  }
  closeSync(file);
  rmSync(path);
  return flushes / seconds;
}

/** What PostgreSQL does bare: one 400-byte row in one transaction, so many connections at once, as pgbench measures. */
export async function bareInsertsPerSecond(url: string, clients: number, seconds = 2): Promise<number> {
  const connections = await Promise.all(
    Array.from({ length: clients }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  await connections[0]!.query(
    'create table if not exists bench_bare (id bigint generated always as identity primary key, body text)',
  );
  const body = 'x'.repeat(400);
  const end = performance.now() + seconds * 1000;
  let done = 0;
  await Promise.all(
    connections.map(async (client) => {
      while (performance.now() < end) {
        await client.query({ name: 'insert', text: 'insert into bench_bare (body) values ($1)', values: [body] });
        done += 1;
      }
    }),
  );
  await connections[0]!.query('drop table bench_bare');
  await Promise.all(connections.map((client) => client.end()));
  return done / seconds;
}
