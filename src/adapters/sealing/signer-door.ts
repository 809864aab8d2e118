import type { Refusal } from '../../kernel/refusal.ts';
import { isRefused } from '../../kernel/refusal.ts';
import type { Acknowledged, Acknowledgements } from './acknowledged.ts';
import { type LogSigner, verifierKeyOf } from './signer.ts';

/** What the platform asks of the signer, one JSON object a question; bytes are base64. */
export type SignerRequest =
  | { do: 'keys' }
  | { do: 'who' }
  | { do: 'flush' }
  | { do: 'last'; origin: string }
  | { do: 'sign'; origin: string; size: number; root: string; proof: string[] }
  | { do: 'acknowledge'; organisation: string; events: { pos: number; mac: string }[] }
  | { do: 'acknowledged'; organisation: string }
  | { do: 'sealed'; organisation: string; size: number };

export type SignerAnswer = {
  keys?: string[];
  who?: SignerSelf;
  last?: { size: number; root: string };
  note?: string;
  refused?: Refusal[];
  events?: { pos: number; mac: string }[];
};

/** Whom the signer runs as (absent on Windows), and the files and folders it alone should reach. */
export type SignerSelf = { uid?: number; places: string[] };

/** Why the signer could not do what it was asked, across the process boundary. */
export type Failure = { error: string; code?: string };

export function failureOf(error: unknown): Failure {
  if (!(error instanceof Error)) return { error: String(error) };
  const { code } = error as NodeJS.ErrnoException;
  return { error: error.message, ...(typeof code === 'string' ? { code } : {}) };
}

export const failureAt = ({ error, code }: Failure): Error =>
  Object.assign(new Error(`the signer failed: ${error}`), code === undefined ? {} : { code });

/** The signer as the platform sees it, wherever it runs. */
export type Signer = LogSigner & {
  acknowledge(organisation: string, events: readonly Acknowledged[]): Promise<void>;
  acknowledged(organisation: string): Promise<Acknowledged[]>;
  sealed(organisation: string, size: number): Promise<void>;
  who(): Promise<SignerSelf>;
  /** Nothing more is asked; what was acknowledged is on the disk. */
  close(): Promise<void>;
};

/** Answers the platform's questions; the only way to the key. */
export function answerSigner(signer: LogSigner, kept: Acknowledgements, places: string[] = []) {
  return async (request: SignerRequest): Promise<SignerAnswer> => {
    switch (request.do) {
      case 'keys':
        return { keys: signer.publicKeys.map(base64) };
      case 'who': {
        const uid = process.getuid?.();
        return { who: { places, ...(uid === undefined ? {} : { uid }) } };
      }
      case 'flush':
        await kept.flush();
        return {};
      case 'last': {
        const last = await signer.last(request.origin);
        return last ? { last: { size: last.size, root: base64(last.root) } } : {};
      }
      case 'sign': {
        const { origin, size, root, proof } = request;
        const note = await signer.sign({ origin, size, root: bytes(root) }, proof.map(bytes));
        return isRefused(note) ? { refused: note.refused } : { note };
      }
      case 'acknowledge':
        kept.report(
          request.organisation,
          request.events.map(({ pos, mac }) => ({ pos, mac: bytes(mac) })),
        );
        return {};
      case 'acknowledged':
        return { events: (await kept.of(request.organisation)).map(({ pos, mac }) => ({ pos, mac: base64(mac) })) };
      case 'sealed':
        kept.sealed(request.organisation, request.size);
        return {};
      default:
        throw new TypeError(`the signer is asked ${JSON.stringify(request satisfies never)}`);
    }
  };
}

/** The platform's side: asks the keys once, then whatever is needed. */
export async function signerOver(
  ask: (request: SignerRequest) => Promise<SignerAnswer>,
  close: () => Promise<void>,
): Promise<Signer> {
  const publicKeys = ((await ask({ do: 'keys' })).keys ?? []).map(bytes);
  return {
    publicKeys,
    verifierKey: (origin) => verifierKeyOf(origin, publicKeys),
    async last(origin) {
      const { last } = await ask({ do: 'last', origin });
      return last && { size: last.size, root: bytes(last.root) };
    },
    async sign({ origin, size, root }, proof) {
      const { note, refused } = await ask({ do: 'sign', origin, size, root: base64(root), proof: proof.map(base64) });
      if (refused) return { refused };
      if (note === undefined) throw new Error('the signer gave no answer');
      return note;
    },
    async acknowledge(organisation, events) {
      await ask({ do: 'acknowledge', organisation, events: events.map(({ pos, mac }) => ({ pos, mac: base64(mac) })) });
    },
    async acknowledged(organisation) {
      const { events = [] } = await ask({ do: 'acknowledged', organisation });
      return events.map(({ pos, mac }) => ({ pos, mac: bytes(mac) }));
    },
    async sealed(organisation, size) {
      await ask({ do: 'sealed', organisation, size });
    },
    async who() {
      const { who } = await ask({ do: 'who' });
      if (!who) throw new Error('the signer does not say who it is');
      return who;
    },
    close,
  };
}

const base64 = (raw: Uint8Array) => Buffer.from(raw).toString('base64');
const bytes = (encoded: string): Uint8Array => Buffer.from(encoded, 'base64');
