import { parentPort } from 'node:worker_threads';
import { isRefused } from '../../kernel/refusal.ts';
import { openFonts } from '../fonts.ts';
import type { Job, Outcome, Said } from './press.ts';
import { renderPdf } from './render.ts';
import { splitPdf } from './split.ts';

/** The press’s own thread. */
async function work(job: Job): Promise<Outcome> {
  if (job.do === 'split') {
    const files = await splitPdf(job.bytes, job.most);
    return files && { files };
  }
  const fonts = openFonts();
  if (isRefused(fonts)) return fonts;
  const bytes = await renderPdf(job.paper, { fonts });
  if (isRefused(bytes)) return bytes;
  if (job.most === undefined || bytes.length <= job.most) return { files: [bytes] };
  return { files: (await splitPdf(bytes, job.most)) ?? [bytes] };
}

parentPort?.on('message', (job: Job) => {
  work(job).then(
    (outcome) => say({ outcome }),
    (error: unknown) => say({ defect: error instanceof Error ? (error.stack ?? error.message) : String(error) }),
  );
});

const say = (said: Said) => parentPort?.postMessage(said);
