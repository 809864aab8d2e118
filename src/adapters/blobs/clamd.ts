import { connect } from 'node:net';

export type BlobScan = { outcome: 'clean' } | { outcome: 'found'; name: string } | { outcome: 'failed'; why: string };

/**
 * Asks a clamd whether a content is clean, by its INSTREAM command (clamd(8)).
 * @param address `host:port` or the path of a socket
 * An unreachable or erring clamd is `failed`: unknown is never a pass.
 */
export function scanWithClamd(address: string, content: AsyncIterable<Uint8Array>): Promise<BlobScan> {
  return new Promise((resolve) => {
    const socket = address.startsWith('/')
      ? connect(address)
      : connect(Number(address.split(':').at(-1)), address.split(':').slice(0, -1).join(':'));
    let answer = '';
    socket.setTimeout(60_000, () => socket.destroy(new Error('no answer within a minute')));
    socket.on('data', (data) => {
      answer += data.toString('utf8');
    });
    socket.on('error', (error) => resolve({ outcome: 'failed', why: error.message }));
    socket.on('close', () => resolve(verdict(answer)));
    socket.on('connect', () => {
      send(socket, content).catch((error: Error) => socket.destroy(error));
    });
  });
}

async function send(socket: import('node:net').Socket, content: AsyncIterable<Uint8Array>): Promise<void> {
  socket.write('zINSTREAM\0');
  for await (const chunk of content) {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(chunk.length);
    socket.write(length);
    if (!socket.write(chunk)) await new Promise((drained) => socket.once('drain', drained));
  }
  socket.write(Buffer.alloc(4));
}

function verdict(answer: string): BlobScan {
  const line = answer.replace(/\0/g, '').trim();
  if (line.endsWith('OK')) return { outcome: 'clean' };
  const found = line.match(/stream: (.+) FOUND$/);
  return found ? { outcome: 'found', name: found[1]! } : { outcome: 'failed', why: line || 'no answer' };
}
