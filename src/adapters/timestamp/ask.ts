import { isRefused, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { readStamp, type Stamp, stampRequest } from './token.ts';

const PATIENCE_MS = 15_000;
const LARGEST_ANSWER = 256 * 1024;

/** Asks an authority (RFC 3161 over HTTP) for a token over `content`; what it answers is checked before it is kept. */
export async function askForStamp(
  url: string,
  content: Uint8Array,
): Promise<{ response: Uint8Array; stamp: Stamp } | Refused> {
  const { der, nonce } = stampRequest(content);
  try {
    const answer = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/timestamp-query' },
      body: new Uint8Array(der),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const response = new Uint8Array(await answer.arrayBuffer());
    if (!answer.ok || response.length > LARGEST_ANSWER) return unreachable(`HTTP ${answer.status}`);
    const stamp = readStamp(response, content, { nonce });
    return isRefused(stamp) ? stamp : { response, stamp };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return unreachable(cause instanceof Error ? cause.message : String(cause));
  }
}

const unreachable = (why: string): Refused =>
  refused({
    code: 'unready',
    message: text(`時戳機關無法回應：${why}`, `The time-stamping authority does not answer: ${why}`),
  });
