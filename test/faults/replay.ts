import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import pg from 'pg';
import { evolve } from '../../src/kernel/engine/evolve.ts';
import type { EngineEvent, RecordState } from '../../src/kernel/engine/types.ts';
import { decodeEntry } from '../../src/kernel/ledger/envelope.ts';
import { isRefused } from '../../src/kernel/refusal.ts';

/**
 * Folds every record's events from the entries themselves and compares with the projection, present and newest past state.
 * For types without personal values: those stand encrypted in entries.
 */
export async function differences(dataDir: string, organisation: string) {
  const port = readFileSync(join(dataDir, 'postgres/cluster/postmaster.pid'), 'utf8').split('\n')[3]!.trim();
  const password = readFileSync(join(dataDir, 'secrets/postgres-app'), 'utf8').trim();
  const database = new pg.Client({ connectionString: `postgres://ancheng_app:${password}@127.0.0.1:${port}/ancheng` });
  await database.connect();
  try {
    await database.query(`select set_config('ancheng.organisation', $1, false)`, [organisation]);
    const folded = fold((await database.query<{ entry: Buffer }>('select entry from event order by pos')).rows);
    const kept = await database.query<{ id: string; body: RecordState; past: RecordState | null }>(
      'select c.id, c.body, v.body as past from record c left join record_version v on v.organisation = c.organisation and v.id = c.id and v.pos_to = c.pos',
    );
    const records = new Map(kept.rows.map(({ id, body }) => [id, body]));
    const differing = [
      ...kept.rows
        .filter(({ id, body, past }) => {
          const made = folded.get(id);
          return !same(made?.state, body) || !same(made?.past, past ?? undefined);
        })
        .map(({ id }) => id),
      ...[...folded.keys()].filter((id) => !records.has(id)),
    ];
    return { records, differing };
  } finally {
    await database.end();
  }
}

const same = (one: unknown, other: unknown) => isDeepStrictEqual(plain(one), plain(other));
const plain = (value: unknown): unknown => (value === undefined ? undefined : JSON.parse(JSON.stringify(value)));

type Folded = { state: RecordState; past?: RecordState | undefined; command: string };

function fold(rows: { entry: Buffer }[]): Map<string, Folded> {
  const states = new Map<string, Folded>();
  for (const { entry } of rows) {
    const envelope = decodeEntry(entry);
    if (isRefused(envelope) || !envelope.type.startsWith('record.')) continue;
    const { stream, type, data, at, actor, organisation, command } = envelope;
    const event = {
      stream,
      type,
      data,
      at,
      actor: { person: actor.person },
      organisation,
    } as unknown as EngineEvent & { at: string; actor: { person?: string } };
    const before = states.get(stream);
    const past = before?.command === command ? before.past : before?.state;
    states.set(stream, { state: evolve(before?.state, event as never), past, command });
  }
  return states;
}
