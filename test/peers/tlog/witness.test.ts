import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { createLogKey, rawPublicKey } from '../../../src/adapters/sealing/keys.ts';
import { directoryStore } from '../../../src/adapters/sealing/store.ts';
import { type KnownLogs, parseKnownLogs } from '../../../src/adapters/witness/logs.ts';
import { treeMemory } from '../../../src/adapters/witness/memory.ts';
import { witnessServer } from '../../../src/adapters/witness/serve.ts';
import { openWitness } from '../../../src/adapters/witness/witness.ts';

const present = spawnSync('go', ['version']).status === 0;

test.skipIf(!present && process.env.CI !== 'true')(
  'a log written with Go’s x/mod/sumdb is cosigned by our witness, and judges what it gets',
  async () => {
    const place = mkdtempSync(join(tmpdir(), 'go-log-'));
    const program = join(place, 'witness');
    const env = { ...process.env, GO111MODULE: 'off', GOPATH: '/usr/share/gocode', GOFLAGS: '' };
    const built = spawnSync('go', ['build', '-o', program, join(import.meta.dirname, 'witness.go')], {
      env,
      encoding: 'utf8',
    });
    expect(built.stderr).toBe('');
    const [secret = '', verifier = ''] = spawnSync(program, ['-keygen'], { encoding: 'utf8' }).stdout.split('\n');

    const key = await createLogKey(join(place, 'pem'));
    const { keysOf } = parseKnownLogs(`log ${verifier}`) as KnownLogs;
    const memory = treeMemory(directoryStore(join(place, 'seen')));
    const witness = openWitness({
      name: 'w.example',
      key,
      rawPublicKey: rawPublicKey(key),
      memory,
      keysOf,
      now: () => new Date(),
    });
    const server = witnessServer(witness, (error) => expect.unreachable(String(error)));
    await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const child = spawn(program, ['-url', url, '-skey', secret, '-witness', witness.verifierKey]);
      let said = '';
      for (const out of [child.stdout, child.stderr]) out.on('data', (chunk: Buffer) => (said += chunk));
      await new Promise<void>((done) => child.once('close', () => done()));
      expect(said).toBe('ok 1000\n');
    } finally {
      server.close();
      server.closeAllConnections();
    }
  },
);
