import { isUtf8 } from 'node:buffer';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { Witness, WitnessResponse } from './witness.ts';

// 63 proof lines and a checkpoint with 64 signatures, post-quantum ones (5 kB each) among them, stay below this.
const LARGEST_BODY = 512 * 1024;

/** The HTTP door of a witness: `POST /add-checkpoint`, nothing else. Put TLS in front of it (a reverse proxy). */
export function witnessServer(witness: Witness, failed: (error: unknown) => void): Server {
  return createServer((request, response) => {
    void answer(witness, request)
      .catch((error: unknown): WitnessResponse => {
        if (!request.complete) return { status: 400, type: 'text/plain', body: 'cut off\n' }; // it hung up, and hears no answer
        failed(error);
        return { status: 500, type: 'text/plain', body: 'internal error\n' };
      })
      .then(({ status, type, body }) => {
        response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(body) });
        response.end(body);
      });
  });
}

async function answer(witness: Witness, request: IncomingMessage): Promise<WitnessResponse> {
  const [path = ''] = (request.url ?? '/').split('?');
  if (!path.endsWith('/add-checkpoint')) return { status: 404, type: 'text/plain', body: 'not found\n' };
  if (request.method !== 'POST') return { status: 405, type: 'text/plain', body: 'POST only\n' };
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST_BODY) return { status: 413, type: 'text/plain', body: 'too large\n' };
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!isUtf8(body)) return { status: 400, type: 'text/plain', body: 'a note is UTF-8\n' };
  return witness.addCheckpoint(body.toString('utf8'));
}
