import type { Duplex } from 'node:stream';
import type { PostgresPool, PostgresPoolClient } from 'kysely';
import type pg from 'pg';
import { connecting } from './away.ts';

/** How often a statement must come before it is worth keeping, and how many are kept per connection. */
const WORTH = 3;
const MOST = 200;

/**
 * A pool whose connections keep the statements that come again prepared, so that PostgreSQL parses and plans each once per
 * connection instead of at every call: half of what a short command costs the database.
 */
export function preparing(pool: pg.Pool): PostgresPool {
  const names = new Map<string, { calls: number; name?: string }>();
  const wrapped = new WeakMap<pg.PoolClient, PostgresPoolClient>();
  let kept = 0;

  function nameOf(text: string): string | undefined {
    const known = names.get(text);
    if (known?.name) return known.name;
    if (kept >= MOST) return undefined;
    const calls = (known?.calls ?? 0) + 1;
    const name = calls >= WORTH ? `kept_${++kept}` : undefined;
    names.set(text, name ? { calls, name } : { calls });
    if (names.size > MOST * 10) forgetRare(names);
    return name;
  }

  return {
    async connect() {
      const client = await pool.connect().catch((error: unknown) => {
        throw connecting(error);
      });
      const known = wrapped.get(client) ?? prepared(client, nameOf);
      wrapped.set(client, known);
      return known;
    },
    end: () => pool.end(),
  };
}

/** Statements that differ at each call must not gather for ever. */
function forgetRare(names: Map<string, { name?: string }>): void {
  for (const [text, { name }] of names) if (!name) names.delete(text);
}

function prepared(client: pg.PoolClient, nameOf: (text: string) => string | undefined): PostgresPoolClient {
  let outdated = false;
  let begins: string | undefined;
  const hold = holding(client.connection.stream);
  const query = (text: unknown, values?: readonly unknown[]): Promise<unknown> => {
    // Nobody waits for a transaction to begin: that sets out with the first statement, and fails it when it fails.
    if (typeof text === 'string' && /^(begin|start transaction)\b/.test(text)) {
      begins = text;
      return Promise.resolve(BEGUN);
    }
    hold();
    if (begins) {
      const begun = client.query(begins);
      begins = undefined;
      const first = query(text, values);
      return Promise.all([begun, first]).then(([, result]) => result);
    }
    if (typeof text !== 'string' || values === undefined || values.length === 0)
      return client.query(text as string, values as unknown[]);
    const name = nameOf(text);
    const sent = client.query(name ? { name, text, values: [...values] } : { text, values: [...values] });
    sent.catch((error: { code?: string }) => {
      outdated ||= error.code === CHANGED_TABLE;
    });
    return sent;
  };
  return { query: query as unknown as PostgresPoolClient['query'], release: () => client.release(outdated) };
}

/** What is asked in one turn of the program leaves in one packet. */
function holding(stream: Duplex): () => void {
  let held = false;
  return () => {
    if (held) return;
    held = true;
    stream.cork();
    process.nextTick(() => {
      held = false;
      stream.uncork();
    });
  };
}

/** What a statement without rows answers. */
const BEGUN = { command: 'BEGIN', rowCount: null, rows: [] };

/** "cached plan must not change result type": a table got a column meanwhile; this connection is not used again. */
const CHANGED_TABLE = '0A000';
