import { chmod, chown, rm } from 'node:fs/promises';
import { createServer, request as httpRequest, type IncomingMessage, type Server } from 'node:http';
import type { SignerAnswer, SignerRequest } from './signer-door.ts';
import { type Failure, failureAt, failureOf, type Signer, signerOver } from './signer-door.ts';

const LARGEST = 1024 * 1024;

/**
 * Opens the signer's door on a Unix socket its group may use (a pipe name on Windows). Who may ask is who may open the file.
 * @param owner under root: the one account that may use it, instead of the group.
 */
export async function listenOnSocket(
  path: string,
  answer: (request: SignerRequest) => Promise<SignerAnswer>,
  failed: (error: unknown) => void,
  owner?: { uid: number; gid: number },
): Promise<Server> {
  const server = createServer((request, response) => {
    void read(request)
      .then((body) => answer(JSON.parse(body) as SignerRequest))
      .then((said) => response.end(JSON.stringify(said)))
      .catch((error: unknown) => {
        failed(error);
        response.writeHead(500).end(JSON.stringify(failureOf(error)));
      });
  });
  if (process.platform !== 'win32') await rm(path, { force: true });
  await new Promise<void>((listening, refused) => {
    server.once('error', refused);
    server.listen(path, listening);
  });
  if (process.platform !== 'win32') await chmod(path, owner ? 0o600 : 0o660);
  if (owner) await chown(path, owner.uid, owner.gid);
  return server;
}

/** A signer behind a Unix socket, of another user or kept by systemd. @throws when nobody answers there. */
export function signerOnSocket(socketPath: string): Promise<Signer> {
  const ask = (asked: SignerRequest) =>
    new Promise<SignerAnswer>((resolve, reject) => {
      // A connection for each question: one that was kept may just be closing, which would look as if nobody were there.
      const request = httpRequest({ socketPath, method: 'POST', path: '/', agent: false }, (response) => {
        read(response)
          .then((body) => {
            if (response.statusCode !== 200) throw failureAt(JSON.parse(body) as Failure);
            resolve(JSON.parse(body) as SignerAnswer);
          })
          .catch(reject);
      });
      request.once('error', reject);
      request.end(JSON.stringify(asked));
    });
  return signerOver(ask, async () => {
    await ask({ do: 'flush' });
  });
}

async function read(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of message as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > LARGEST) throw new Error('the question is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}
