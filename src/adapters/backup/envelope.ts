import { createHash, createHmac, type KeyObject, sign, verify } from 'node:crypto';
import { Readable, Transform } from 'node:stream';
import { createZstdCompress, createZstdDecompress, zstdCompressSync, zstdDecompressSync } from 'node:zlib';
import { Decrypter, Encrypter } from 'age-encryption';

/**
 * How anything lies on a backup disk: zstd, then age (v1, X25519), so that `age -d -i key FILE | zstd -d` opens it without us.
 * age authenticates every 64 KB; what was altered or cut short is refused, not half read.
 */
export async function seal(plain: Uint8Array, recipient: string): Promise<Uint8Array> {
  return encrypterTo(recipient).encrypt(new Uint8Array(zstdCompressSync(plain)));
}

/** Opens what {@link seal} made. @throws when the key is another, or the bytes were altered. */
export async function unseal(sealed: Uint8Array, identity: string): Promise<Uint8Array> {
  return new Uint8Array(zstdDecompressSync(await decrypterWith(identity).decrypt(sealed)));
}

/** {@link seal} for contents of any size; memory stays small. */
export async function sealStream(plain: AsyncIterable<Uint8Array>, recipient: string): Promise<Readable> {
  const packed = Readable.from(plain).pipe(createZstdCompress());
  const web = Readable.toWeb(packed.pipe(copied())) as ReadableStream<Uint8Array>;
  return Readable.fromWeb((await encrypterTo(recipient).encrypt(web)) as never);
}

/** Opens what {@link sealStream} made; the stream fails when the bytes were altered. */
export async function unsealStream(sealed: Readable, identity: string): Promise<Readable> {
  const web = Readable.toWeb(sealed.pipe(copied())) as ReadableStream<Uint8Array>;
  const packed = Readable.fromWeb((await decrypterWith(identity).decrypt(web)) as never);
  const plain = createZstdDecompress();
  packed.once('error', (error: Error) => plain.destroy(error));
  return packed.pipe(plain);
}

/** Node hands out pooled buffers; the encryption library wants its own bytes. */
const copied = () =>
  new Transform({ transform: (chunk: Buffer, _encoding, done) => done(null, Buffer.from(new Uint8Array(chunk))) });

function encrypterTo(recipient: string): Encrypter {
  const encrypter = new Encrypter();
  encrypter.addRecipient(recipient);
  return encrypter;
}

function decrypterWith(identity: string): Decrypter {
  const decrypter = new Decrypter();
  decrypter.addIdentity(identity);
  return decrypter;
}

/** The name of a content on the disk: the same content has the same name on every disk, and tells nobody which content it is. */
export const nameOf = (nameKey: Uint8Array, sha256: string): string =>
  createHmac('sha256', nameKey).update(`ancheng backup v1\n${sha256}`).digest('hex');

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** A JSON document with its signature on the last line. */
export function signed(document: unknown, key: KeyObject): Uint8Array {
  const body = Buffer.from(JSON.stringify(document));
  return Buffer.concat([body, Buffer.from(`\n${sign(null, body, key).toString('base64')}\n`)]);
}

/** Reads what {@link signed} wrote; undefined when the signature is not by `key`. Without a key nobody's signature is asked. */
export function readSigned<Document>(bytes: Uint8Array, key: KeyObject | undefined): Document | undefined {
  const whole = Buffer.from(bytes);
  const end = whole.lastIndexOf('\n', whole.length - 2);
  const [body, signature] = [
    whole.subarray(0, end),
    whole
      .subarray(end + 1)
      .toString('utf8')
      .trim(),
  ];
  if (key && !verify(null, body, key, Buffer.from(signature, 'base64'))) return undefined;
  return JSON.parse(body.toString('utf8')) as Document;
}
