import { hash, randomBytes, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import { id_signedData, type SignedData, SignedData as SignedDataSchema, type SignerInfo } from '@peculiar/asn1-cms';
import { AsnConvert, OctetString } from '@peculiar/asn1-schema';
import { MessageImprint, TimeStampReq, TimeStampReqVersion, TimeStampResp, TSTInfo } from '@peculiar/asn1-tsp';
import { AlgorithmIdentifier } from '@peculiar/asn1-x509';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/** A question to a time-stamping authority (RFC 3161): DER, and the nonce its answer has to repeat. */
export type StampRequest = { der: Uint8Array; nonce: Uint8Array };

/** What a token says: the authority's moment (ISO UTC) and who signed; `trusted` only when a chain to a given root was shown. */
export type Stamp = { at: string; by: string; trusted: boolean };

const SHA256 = '2.16.840.1.101.3.4.2.1';
const DIGESTS: Record<string, string> = {
  [SHA256]: 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
};
const MESSAGE_DIGEST = '1.2.840.113549.1.9.4';
const TST_INFO = '1.2.840.113549.1.9.16.1.4';
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

/** Asks for a token over the SHA-256 of `content`, the authority's certificate included. */
export function stampRequest(content: Uint8Array): StampRequest {
  const nonce = randomBytes(8);
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40; // a positive integer in its shortest form
  const request = new TimeStampReq({
    version: TimeStampReqVersion.v1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithm: SHA256, parameters: null }),
      hashedMessage: new OctetString(hash('sha256', content, 'buffer')),
    }),
    nonce: bufferOf(nonce),
    certReq: true,
  });
  return { der: new Uint8Array(AsnConvert.serialize(request)), nonce };
}

/**
 * Reads an authority's response and checks it over `content`: granted, this very content, the nonce when one is given, the
 * signature by a certificate made for time stamping, and with `roots` (PEM) its chain. Refuses whatever does not hold.
 */
export function readStamp(
  response: Uint8Array,
  content: Uint8Array,
  given: { nonce?: Uint8Array; roots?: readonly string[] } = {},
): Stamp | Refused {
  try {
    return judge(parse(response), content, given);
  } catch (error) {
    // Whoever sent it wrote its DER: any of it may be broken, keys and certificates too.
    return unstamped(`無法解讀（${message(error)}）`, `it cannot be read (${message(error)})`);
  }
}

function judge(
  parts: ReturnType<typeof parse>,
  content: Uint8Array,
  given: { nonce?: Uint8Array; roots?: readonly string[] },
): Stamp | Refused {
  if (!parts) return unstamped('時戳機關未核發', 'the authority granted no token');
  const { info, signed, signer, certificate } = parts;
  if (
    info.messageImprint.hashAlgorithm.algorithm !== SHA256 ||
    !same(info.messageImprint.hashedMessage.buffer, hash('sha256', content, 'buffer'))
  )
    return unstamped('不是這份內容的時戳', 'it is a token of other content');
  if (given.nonce && !same(info.nonce, given.nonce)) return unstamped('隨機數不符', 'its nonce is another');
  if (!certificate) return unstamped('缺簽章者憑證', 'its signer’s certificate is missing');
  if (!signatureHolds(signed, signer, certificate)) return unstamped('簽章不符', 'its signature does not hold');
  if (!certificate.keyUsage?.includes(TIME_STAMPING))
    return unstamped('簽章憑證不是時戳用途', 'its certificate is not for time stamping');
  const trusted = given.roots !== undefined && chains(certificate, parts.certificates, given.roots, info.genTime);
  if (given.roots && !trusted) return unstamped('憑證不在信任的根之下', 'its certificate leads to no trusted root');
  return { at: info.genTime.toISOString(), by: nameOf(certificate), trusted };
}

function parse(response: Uint8Array) {
  const { timeStampToken } = AsnConvert.parse(bufferOf(response), TimeStampResp);
  if (!timeStampToken || timeStampToken.contentType !== id_signedData) return undefined;
  const signed = AsnConvert.parse(timeStampToken.content, SignedDataSchema);
  const signer = signed.signerInfos[0];
  const content = signed.encapContentInfo.eContent?.single;
  if (!signer || !content || signed.encapContentInfo.eContentType !== TST_INFO) return undefined;
  const certificates = [...(signed.certificates ?? [])].flatMap((choice) =>
    choice.certificate ? [new X509Certificate(Buffer.from(AsnConvert.serialize(choice.certificate)))] : [],
  );
  const serial = signer.sid.issuerAndSerialNumber?.serialNumber;
  const certificate = certificates.find(({ serialNumber }) => serial && sameSerial(serialNumber, serial));
  return { info: AsnConvert.parse(content.buffer, TSTInfo), signed, signer, certificate, certificates };
}

const sameSerial = (hex: string, der: ArrayBuffer) =>
  BigInt(`0x${hex}`) === BigInt(`0x${Buffer.from(der).toString('hex')}`);

/** CMS (RFC 5652 section 5.4): the signed attributes hold the content's digest, the signature is over their DER as a set. */
function signatureHolds(signed: SignedData, signer: SignerInfo, certificate: X509Certificate): boolean {
  const digest = DIGESTS[signer.digestAlgorithm.algorithm];
  const content = signed.encapContentInfo.eContent?.single;
  const told = signer.signedAttrs?.find(({ attrType }) => attrType === MESSAGE_DIGEST)?.attrValues[0];
  if (!digest || !content || !signer.signedAttrs || !told) return false;
  const expected = hash(digest, new Uint8Array(content.buffer), 'buffer');
  if (!same(AsnConvert.parse(told, OctetString).buffer, expected)) return false;
  const attributes = signer.signedAttrs.map((attribute) => Buffer.from(AsnConvert.serialize(attribute)));
  const signature = new Uint8Array(signer.signature.buffer);
  return verify(digest, setOf(Buffer.concat(attributes)), certificate.publicKey, signature);
}

/** DER: tag SET, length, content. */
function setOf(content: Uint8Array): Uint8Array {
  const size = content.length;
  const length = size < 0x80 ? [size] : size < 0x100 ? [0x81, size] : [0x82, size >> 8, size & 0xff];
  return Buffer.concat([Buffer.from([0x31, ...length]), content]);
}

/** Whether certificates lead from the signer to one of the roots, each in force at the moment of the stamp. */
function chains(leaf: X509Certificate, given: X509Certificate[], roots: readonly string[], at: Date): boolean {
  const trusted = roots.flatMap(certificatesIn);
  let current = leaf;
  for (let step = 0; step < 8; step++) {
    if (at < new Date(current.validFrom) || at > new Date(current.validTo)) return false;
    if (trusted.some((root) => root.fingerprint256 === current.fingerprint256)) return true;
    const issuer = [...trusted, ...given].find(
      (one) =>
        one.ca &&
        one.fingerprint256 !== current.fingerprint256 &&
        current.checkIssued(one) &&
        current.verify(one.publicKey),
    );
    if (!issuer) return false;
    current = issuer;
  }
  return false;
}

/** The certificates of a PEM file. */
export const certificatesIn = (pem: string): X509Certificate[] =>
  (pem.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? []).map(
    (one) => new X509Certificate(one),
  );

const nameOf = ({ subject }: X509Certificate) =>
  /^(?:CN|O)=(.+)$/m.exec(subject)?.[1] ?? subject.replaceAll('\n', ', ');
const bufferOf = (bytes: Uint8Array): ArrayBuffer => new Uint8Array(bytes).buffer;
const message = (error: unknown) => (error instanceof Error ? error.message : String(error));

function same(one: ArrayBuffer | undefined, other: Uint8Array): boolean {
  return one !== undefined && one.byteLength === other.length && timingSafeEqual(new Uint8Array(one), other);
}

const unstamped = (zh: string, en: string): Refused =>
  refused({ code: 'invalid', message: text(`時戳不成立：${zh}。`, `The time stamp does not hold: ${en}.`) });
