import { createPublicKey, type JsonWebKey } from 'node:crypto';
import { decodeCredentialPublicKey } from '@simplewebauthn/server/helpers';

/** COSE (RFC 9052, 9053) labels of the three kinds of keys authenticators make. */
const KTY = 1;
const CURVE = -1;
const X = -2;
const Y = -3;
const CURVES: Record<number, string> = { 1: 'P-256', 2: 'P-384', 3: 'P-521' };

/** A credential's COSE public key as SPKI DER in base64, which any library reads. @throws for a key of another kind. */
export function spkiOf(cose: Uint8Array<ArrayBuffer>): string {
  const key = decodeCredentialPublicKey(cose) as unknown as Map<number, number | Uint8Array>;
  return createPublicKey({ key: jwkOf(key), format: 'jwk' })
    .export({ format: 'der', type: 'spki' })
    .toString('base64');
}

function jwkOf(key: Map<number, number | Uint8Array>): JsonWebKey {
  const bytes = (label: number) => Buffer.from(key.get(label) as Uint8Array).toString('base64url');
  switch (key.get(KTY)) {
    case 1:
      return { kty: 'OKP', crv: 'Ed25519', x: bytes(X) };
    case 2:
      return { kty: 'EC', crv: CURVES[Number(key.get(CURVE))] ?? '', x: bytes(X), y: bytes(Y) };
    case 3:
      return { kty: 'RSA', n: bytes(-1), e: bytes(-2) };
    default:
      throw new TypeError(`a passkey of key type ${key.get(KTY)} is not known`);
  }
}
