import { createServer } from 'node:net';

/** A free loopback port: the preferred one when it is free, otherwise one the system gives. */
export async function freePort(preferred?: number): Promise<number> {
  const kept = preferred ? await tryPort(preferred) : undefined;
  const port = kept ?? (await tryPort(0));
  if (port === undefined) throw new Error('the system gave no free loopback port');
  return port;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined)); // in use, or not ours to use: another will do
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : undefined));
    });
  });
}
