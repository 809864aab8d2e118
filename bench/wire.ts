/**
 * A client that costs the machine little: one kept connection, one request at a time, of the answer only status and body. What is
 * measured shares its two cores with whoever measures.
 */
import { connect, type Socket } from 'node:net';

export type Answer = { status: number; text: string };

/** A connection to `http://host:port`; `post` sends JSON and waits for the whole answer, whose length must be announced. */
export async function openWire(url: string, headers: Record<string, string>) {
  const { hostname, port, host } = new URL(url);
  const socket = connect({ host: hostname, port: Number(port), noDelay: true });
  await new Promise<void>((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
  });
  const fixed = Object.entries({ host, 'content-type': 'application/json', ...headers })
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('');
  const answers = answersOf(socket);
  return {
    post(path: string, body: unknown): Promise<Answer> {
      const text = JSON.stringify(body);
      socket.write(`POST ${path} HTTP/1.1\r\n${fixed}content-length: ${Buffer.byteLength(text)}\r\n\r\n${text}`);
      return answers();
    },
    close: () => socket.destroy(),
  };
}

function answersOf(socket: Socket): () => Promise<Answer> {
  let waiting: { resolve(answer: Answer): void; reject(error: Error): void } | undefined;
  let read = Buffer.alloc(0);
  socket.on('data', (chunk) => {
    read = read.length === 0 ? chunk : Buffer.concat([read, chunk]);
    const head = read.indexOf('\r\n\r\n');
    if (head < 0) return;
    const text = read.toString('latin1', 0, head);
    const length = Number(/^content-length: (\d+)/im.exec(text)?.[1] ?? 0);
    const end = head + 4 + length;
    if (read.length < end) return;
    waiting?.resolve({ status: Number(text.slice(9, 12)), text: read.toString('utf8', head + 4, end) });
    read = read.subarray(end);
  });
  socket.on('error', (error) => waiting?.reject(error));
  socket.on('close', () => waiting?.reject(new Error('the connection was closed')));
  return () =>
    new Promise((resolve, reject) => {
      waiting = { resolve, reject };
    });
}
