import { Worker } from 'node:worker_threads';
import type { Refused } from '../../kernel/refusal.ts';
import type { PrintDocument } from '../types.ts';

export type Job =
  | { do: 'print'; paper: PrintDocument; most?: number }
  | { do: 'split'; bytes: Uint8Array; most: number };
/** One file, or several where one would be larger than asked for; undefined when a PDF cannot be split without loss. */
export type Outcome = { files: Uint8Array[] } | Refused | undefined;
export type Said = { outcome: Outcome } | { defect: string };

/**
 * Prints and splits PDFs in a thread of its own, one at a time, so that nobody else waits meanwhile. `close` ends the thread, and whatever it
 * was doing rejects.
 */
export function openPress() {
  const worker = new Worker(new URL('./press-worker.ts', import.meta.url), {
    resourceLimits: { maxOldGenerationSizeMb: 1024 },
  });
  let ended: Error | undefined;
  let waiting: { resolve(outcome: Outcome): void; reject(error: Error): void } | undefined;
  const end = (error: Error) => {
    ended = error;
    waiting?.reject(error);
    waiting = undefined;
  };
  worker.on('message', (said: Said) => {
    if ('defect' in said) waiting?.reject(new Error(said.defect));
    else waiting?.resolve(said.outcome);
    waiting = undefined;
  });
  worker.on('error', end);
  worker.on('exit', () => end(new Error('the press has ended')));
  return {
    work: (job: Job): Promise<Outcome> =>
      new Promise((resolve, reject) => {
        if (ended) return reject(ended);
        if (waiting) return reject(new Error('the press does one thing at a time'));
        waiting = { resolve, reject };
        worker.postMessage(job);
      }),
    close: async (): Promise<void> => {
      await worker.terminate();
    },
  };
}

export type Press = ReturnType<typeof openPress>;
