import 'reflect-metadata'; // @peculiar/x509 composes itself through it
import { randomBytes, webcrypto } from 'node:crypto';
import { AsnConvert } from '@peculiar/asn1-schema';
import { GeneralName, GeneralSubtree, GeneralSubtrees, NameConstraints } from '@peculiar/asn1-x509';
import {
  AuthorityKeyIdentifierExtension,
  BasicConstraintsExtension,
  cryptoProvider,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  Extension,
  KeyUsageFlags,
  KeyUsagesExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  SubjectKeyIdentifierExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { isAddress, permittedFor } from './names.ts';

cryptoProvider.set(webcrypto as unknown as Crypto);

/** A certificate and its private key (PKCS #8), both PEM. */
export type Pair = { certificate: string; key: string };

export const ROOT_YEARS = 10;
/** What browsers accept of a public authority at most (398 days); an intranet's need not be longer. */
export const SERVER_DAYS = 397;
const DAY_MS = 86_400_000;

const EC = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;

/** A root of the office's own: signs server certificates only, for these names and private addresses only, ten years. */
export async function createRoot(office: string, names: string[], now: Date): Promise<Pair> {
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const until = new Date(now);
  until.setUTCFullYear(until.getUTCFullYear() + ROOT_YEARS);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: serial(),
    name: [{ O: [office] }, { CN: [`${office} Ancheng Root ${now.getUTCFullYear()}`] }],
    notBefore: anHourBefore(now),
    notAfter: until,
    keys: keys as CryptoKeyPair,
    signingAlgorithm: EC,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
      await SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
      constraints(names),
    ],
  });
  return { certificate: pem(certificate), key: await keyPem(keys.privateKey as CryptoKey) };
}

/** A server certificate for these names under a root, with a key of its own; never outlives the root. */
export async function issueServer(root: Pair, names: string[], now: Date): Promise<Pair> {
  const authority = new X509Certificate(root.certificate);
  const signingKey = await importKey(root.key);
  const keys = await webcrypto.subtle.generateKey(EC, true, ['sign', 'verify']);
  const until = new Date(Math.min(now.getTime() + SERVER_DAYS * DAY_MS, authority.notAfter.getTime()));
  const certificate = await X509CertificateGenerator.create({
    serialNumber: serial(),
    subject: [{ CN: [names[0]!.slice(0, 64)] }],
    issuer: authority.subjectName,
    notBefore: anHourBefore(now),
    notAfter: until,
    publicKey: keys.publicKey as CryptoKey,
    signingKey,
    signingAlgorithm: EC,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth]),
      new SubjectAlternativeNameExtension(
        names.map((value) => ({ type: isAddress(value) ? ('ip' as const) : ('dns' as const), value })),
      ),
      await SubjectKeyIdentifierExtension.create(keys.publicKey as CryptoKey),
      await AuthorityKeyIdentifierExtension.create(authority),
    ],
  });
  return { certificate: pem(certificate), key: await keyPem(keys.privateKey as CryptoKey) };
}

/** Critical: a reader that does not know it must not trust the root at all. */
function constraints(names: string[]): Extension {
  const { dns, ip } = permittedFor(names);
  const permitted = [
    ...dns.map((dNSName) => new GeneralSubtree({ base: new GeneralName({ dNSName }) })),
    ...ip.map((iPAddress) => new GeneralSubtree({ base: new GeneralName({ iPAddress }) })),
  ];
  const value = new NameConstraints({ permittedSubtrees: new GeneralSubtrees(permitted) });
  return new Extension('2.5.29.30', true, AsnConvert.serialize(value));
}

/** Clocks of an office's computers differ. */
const anHourBefore = (now: Date) => new Date(now.getTime() - 3_600_000);

/** Positive, 126 bits at random. */
function serial(): string {
  const bytes = randomBytes(16);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes.toString('hex');
}

const pem = (certificate: X509Certificate) => `${certificate.toString('pem').trim()}\n`;

async function keyPem(key: CryptoKey): Promise<string> {
  const bytes = await webcrypto.subtle.exportKey('pkcs8', key as never);
  return `${PemConverter.encode(bytes, 'PRIVATE KEY').trim()}\n`;
}

async function importKey(key: string): Promise<CryptoKey> {
  const bytes = PemConverter.decodeFirst(key);
  return (await webcrypto.subtle.importKey('pkcs8', bytes, EC, false, ['sign'])) as unknown as CryptoKey;
}
