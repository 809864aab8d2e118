import { type ChildProcess, fork } from 'node:child_process';
import type { SignerAnswer, SignerRequest } from './signer-door.ts';
import { type Failure, failureAt, failureOf, type Signer, signerOver } from './signer-door.ts';

/** A question with its number, and its answer, as they cross between the two processes. */
type Asked = { number: number; request: SignerRequest };
type Answered = { number: number; answer?: SignerAnswer; error?: Failure };

/** What a signer that was started tells its parent first. */
export const READY = 'ready';

/**
 * The signer as a process of its own that lives and dies with this one: the key is not in the memory of whatever answers
 * requests. A child that died is started again at the next question.
 * @param command script and arguments that serve {@link answerParent}.
 */
export async function signerAsChild(
  command: { execPath: string; script: string; args: string[] },
  said: (line: string) => void,
): Promise<Signer> {
  let child: Promise<Channel> | undefined;
  let closed = false;
  const running = () => {
    child ??= startChild(command, said, () => {
      child = undefined;
    });
    child.catch(() => {
      child = undefined;
    });
    return child;
  };
  const ask = async (request: SignerRequest) => {
    if (closed) throw new Error('the signer is closed');
    return (await running()).ask(request);
  };
  return signerOver(ask, async () => {
    closed = true;
    await (await child?.catch(() => undefined))?.end();
  });
}

type Channel = { ask(request: SignerRequest): Promise<SignerAnswer>; end(): Promise<void> };

async function startChild(
  { execPath, script, args }: { execPath: string; script: string; args: string[] },
  said: (line: string) => void,
  gone: () => void,
): Promise<Channel> {
  const child = fork(script, args, { execPath, execArgv: [], stdio: ['ignore', 'ignore', 'pipe', 'ipc'] });
  const waiting = new Map<number, { resolve: (answer: SignerAnswer) => void; reject: (error: Error) => void }>();
  let heard = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    heard = `${heard}${chunk}`.slice(-2000);
    said(String(chunk).trimEnd());
  });
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  void ended.then(() => {
    gone();
    for (const { reject } of waiting.values()) reject(new Error(`the signer ended: ${heard.trim()}`));
    waiting.clear();
  });
  await untilReady(child, () => heard);
  child.on('message', ({ number, answer, error }: Answered) => {
    const asked = waiting.get(number);
    waiting.delete(number);
    if (error !== undefined) asked?.reject(failureAt(error));
    else asked?.resolve(answer ?? {});
  });
  let number = 0;
  return {
    ask: (request) =>
      new Promise((resolve, reject) => {
        number += 1;
        waiting.set(number, { resolve, reject });
        child.send({ number, request } satisfies Asked, (error) => error && reject(error));
      }),
    async end() {
      if (child.connected) child.disconnect();
      await ended;
    },
  };
}

function untilReady(child: ChildProcess, heard: () => string): Promise<void> {
  return new Promise((resolve, reject) => {
    child.once('message', (message) => (message === READY ? resolve() : reject(new Error('the signer is confused'))));
    child.once('error', reject);
    child.once('exit', () => reject(new Error(`the signer did not start: ${heard().trim()}`)));
  });
}

/** The child's side: answers until the parent is gone. Resolves then. */
export function answerParent(answer: (request: SignerRequest) => Promise<SignerAnswer>): Promise<void> {
  const send = (message: Answered | string) => process.connected && process.send?.(message);
  process.on('message', ({ number, request }: Asked) => {
    answer(request).then(
      (said) => send({ number, answer: said }),
      (error: unknown) => send({ number, error: failureOf(error) }),
    );
  });
  send(READY);
  return new Promise((gone) => process.once('disconnect', () => gone()));
}
