import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { listenOnSocket, signerOnSocket } from './signer-socket.ts';

test.skipIf(process.platform === 'win32')(
  'connections that were closed while nobody asked are no sign that the signer is gone',
  async () => {
    const path = join(mkdtempSync(join(tmpdir(), 'door-')), 'socket');
    const answer = async () => ({ keys: [], who: { places: ['/signer'] } });
    const server = await listenOnSocket(path, answer, (error) => expect.unreachable(String(error)));
    const signer = await signerOnSocket(path);
    for (let question = 0; question < 5; question++) {
      server.closeIdleConnections();
      expect(await signer.who()).toEqual({ places: ['/signer'] });
    }
    server.close();
    server.closeAllConnections();
  },
);
