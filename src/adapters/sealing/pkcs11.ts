import { spawn } from 'node:child_process';
import { createPublicKey } from 'node:crypto';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rawPublicKey } from './keys.ts';
import type { SigningKey } from './signing-key.ts';

/** What a PKCS#11 URI (RFC 7512) says, as far as a signer needs it. */
type TokenKey = { module: string; token: string; object: string; pin: string | undefined };

/**
 * Opens an Ed25519 key in a PKCS#11 token (HSM, smart card, SoftHSM). The URI names `token`, `object`, `module-path` and
 * `pin-source=file:…` or `pin-source=credential:NAME`. The work is done by `pkcs11-tool` of OpenSC, which every
 * distribution keeps; the PIN travels in its environment, never in its arguments.
 */
export async function openTokenKey(uri: string): Promise<SigningKey> {
  const key = await parseUri(uri);
  const pem = await withFolder(async (folder) => {
    const out = join(folder, 'public.pem');
    await run(key, ['--read-object', '--type', 'pubkey', '--label', key.object, '--output-file', out]);
    return readFile(out);
  });
  const publicKey = publicKeyIn(pem);
  if (publicKey.asymmetricKeyType !== 'ed25519') throw new Error(`${uri} is a key that is not Ed25519`);
  return {
    publicKey: rawPublicKey(publicKey),
    sign: (body) =>
      withFolder(async (folder) => {
        const [input, output] = [join(folder, 'body'), join(folder, 'signature')];
        await writeFile(input, body);
        await run(key, [
          ...['--login', '--sign', '--mechanism', 'EDDSA', '--label', key.object],
          ...['--input-file', input, '--output-file', output],
        ]);
        const signature = await readFile(output);
        if (signature.length !== 64)
          throw new Error(`${uri}: the token gave ${signature.length} bytes, not a signature`);
        return signature;
      }),
  };
}

/** PEM from newer releases of OpenSC, DER from older ones. */
const publicKeyIn = (bytes: Buffer) =>
  bytes.toString('latin1').startsWith('-----')
    ? createPublicKey(bytes)
    : createPublicKey({ key: bytes, format: 'der', type: 'spki' });

async function parseUri(uri: string): Promise<TokenKey> {
  const [path = '', query = ''] = uri.slice('pkcs11:'.length).split('?');
  const part = (text: string, between: string, name: string) => {
    const found = text.split(between).find((each) => each.startsWith(`${name}=`));
    return found === undefined ? undefined : decodeURIComponent(found.slice(name.length + 1));
  };
  const [token, object] = [part(path, ';', 'token'), part(path, ';', 'object')];
  const module = part(query, '&', 'module-path');
  if (!token || !object || !module) throw new Error(`${uri} names no token, object or module-path`);
  return { token, object, module, pin: await readPin(part(query, '&', 'pin-source')) };
}

async function readPin(source: string | undefined): Promise<string | undefined> {
  if (source === undefined) return undefined;
  const place = source.startsWith('credential:')
    ? join(process.env.CREDENTIALS_DIRECTORY ?? '', source.slice('credential:'.length))
    : source.replace(/^file:(\/\/)?/, '');
  return (await readFile(place, 'utf8')).trim();
}

async function withFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'ancheng-token-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function run({ module, token, pin }: TokenKey, more: string[]): Promise<void> {
  const login = pin === undefined ? [] : ['--pin', 'env:ANCHENG_TOKEN_PIN'];
  const child = spawn('pkcs11-tool', ['--module', module, '--token-label', token, ...login, ...more], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...process.env, ...(pin === undefined ? {} : { ANCHENG_TOKEN_PIN: pin }) },
  });
  let said = '';
  child.stderr.on('data', (chunk: Buffer) => {
    said += chunk;
  });
  return new Promise((resolve, reject) => {
    child.once('error', (error) => reject(new Error(`pkcs11-tool cannot be run (install opensc): ${error.message}`)));
    child.once('close', (code) => (code === 0 ? resolve() : reject(new Error(`pkcs11-tool: ${said.trim()}`))));
  });
}
