import { formatVerifierKey, parseVerifierKey, type Verifier } from '../../kernel/ledger/note.ts';
import { isRefused, type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/** The logs a witness serves. */
export type KnownLogs = { keysOf(origin: string): readonly Verifier[]; count: number };

/**
 * Reads the list of a witness: `log <vkey>` trusts a key for one log (its name is the origin); `installation <vkey>` trusts
 * it for every ledger of an installation of Ancheng (`name/log/…`), organisations founded later included. `#` begins a comment.
 */
export function parseKnownLogs(content: string): KnownLogs | Refused {
  const logs: Verifier[] = [];
  const installations: Verifier[] = [];
  for (const [at, line] of content.split('\n').entries()) {
    const [word = '#', key = '', ...more] = line.trim().split(/\s+/).filter(Boolean);
    if (word.startsWith('#')) continue;
    const verifier = parseVerifierKey(key);
    const known = word === 'log' || word === 'installation';
    if (!known || isRefused(verifier) || verifier.kind !== 'ed25519' || more.length > 0) return wrong(at + 1);
    (word === 'log' ? logs : installations).push(verifier);
  }
  return {
    count: logs.length + installations.length,
    keysOf: (origin) => [
      ...logs.filter(({ name }) => name === origin),
      ...installations.filter(({ name }) => origin.startsWith(`${name}/log/`)).map((one) => renamed(one, origin)),
    ],
  };
}

/** The same key as the log's own name has it: names are part of key ids. */
function renamed({ publicKey }: Verifier, origin: string): Verifier {
  const raw = publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
  const verifier = parseVerifierKey(formatVerifierKey(origin, raw));
  if (isRefused(verifier)) throw new TypeError(`not an origin: ${origin}`);
  return verifier;
}

const wrong = (line: number): Refused =>
  refused({
    code: 'invalid',
    line,
    message: text(
      `見證清單第 ${line} 行應為「log 驗證金鑰」或「installation 驗證金鑰」。`,
      `Line ${line} of the witness's list should be "log <vkey>" or "installation <vkey>".`,
    ),
  });
