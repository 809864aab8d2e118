import { createPrivateKey, X509Certificate } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { createSecureContext, createServer, type DetailedPeerCertificate, connect as tlsConnect } from 'node:tls';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/** What an office hands over: PEM texts, or a PFX (PKCS #12, `.pfx`, `.p12`) as base64. */
export type Material =
  | { kind: 'pem'; certificates: string; key: string; passphrase?: string | undefined }
  | { kind: 'pfx'; pfx: string; passphrase?: string | undefined };

/** What a TLS server is started with. */
export type Context = { cert: string; key: string; passphrase?: string } | { pfx: Buffer; passphrase?: string };

/** Reads what was handed over; refuses what cannot be read or a key that does not belong. */
export function readMaterial(material: Material): Context | Refused {
  return material.kind === 'pem' ? readPem(material) : readPfx(material);
}

function readPem({ certificates, key, passphrase }: Material & { kind: 'pem' }): Context | Refused {
  // Both files pasted into one field is common; each is taken from wherever it stands.
  const all = `${certificates}\n${key}`;
  const blocks = all.match(/-----BEGIN CERTIFICATE-----[\s\S]+?-----END CERTIFICATE-----/g) ?? [];
  const keyPem = /-----BEGIN (?:[A-Z]+ )*PRIVATE KEY-----[\s\S]+?-----END (?:[A-Z]+ )*PRIVATE KEY-----/.exec(all)?.[0];
  if (blocks.length === 0) return noCertificate;
  if (!keyPem) return noKey;
  const chain = parseAll(blocks);
  if (!chain) return noCertificate;
  const opened = openKey(keyPem, passphrase);
  if (opened === undefined) return passphrase ? wrongPassphrase : lockedKey;
  const own = chain.find((one) => one.checkPrivateKey(opened));
  if (!own) return strangerKey;
  const rest = chain.filter((one) => one !== own);
  const cert = [own, ...rest].map((one) => one.toString()).join('');
  return usable({ cert, key: opened.export({ type: 'pkcs8', format: 'pem' }).toString() });
}

function readPfx({ pfx, passphrase }: Material & { kind: 'pfx' }): Context | Refused {
  return usable({ pfx: Buffer.from(pfx, 'base64'), ...(passphrase ? { passphrase } : {}) });
}

function usable(context: Context): Context | Refused {
  try {
    createSecureContext(context);
    return context;
  } catch (error) {
    return explain(error as NodeJS.ErrnoException);
  }
}

function explain({ message, code }: NodeJS.ErrnoException): Refused {
  if (/mac verify failure/i.test(message)) return wrongPassphrase;
  if (/unsupported/i.test(message)) return oldPfx;
  if (/key values mismatch/i.test(message)) return strangerKey;
  if (/key too small|md too weak/i.test(message)) return weak;
  if (/not enough data|wrong tag|too long|asn1|PKCS12|no start line/i.test(`${message} ${code}`)) return notPfx;
  throw Object.assign(new Error(message), { code });
}

function parseAll(blocks: string[]): X509Certificate[] | undefined {
  try {
    return blocks.map((block) => new X509Certificate(block));
  } catch {
    return undefined;
  }
}

function openKey(key: string, passphrase: string | undefined) {
  try {
    return createPrivateKey({ key, ...(passphrase ? { passphrase } : {}) });
  } catch {
    return undefined;
  }
}

/**
 * The certificates a browser would be shown, the server's first: asked by a handshake with ourselves, so that what is
 * judged is what is served, whatever the form it was handed over in.
 */
export async function shownBy(context: Context): Promise<X509Certificate[]> {
  const server = createServer(context);
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  const { port } = server.address() as AddressInfo;
  try {
    return await new Promise((resolve, reject) => {
      const client = tlsConnect({ port, host: '127.0.0.1', rejectUnauthorized: false }, () => {
        resolve(chainOf(client.getPeerCertificate(true)));
        client.destroy();
      });
      client.once('error', reject);
      server.once('tlsClientError', reject);
    });
  } finally {
    server.close();
  }
}

function chainOf(first: DetailedPeerCertificate): X509Certificate[] {
  const chain: X509Certificate[] = [];
  const seen = new Set<string>();
  for (let one = first; one?.raw && !seen.has(one.fingerprint256); one = one.issuerCertificate) {
    seen.add(one.fingerprint256);
    chain.push(new X509Certificate(one.raw));
  }
  return chain;
}

const no = (field: string, zh: string, en: string, fixZh: string, fixEn: string): Refused =>
  refused({ code: 'invalid', field, message: text(zh, en), fix: { text: text(fixZh, fixEn) } });

const noCertificate = no(
  'certificates',
  '找不到可讀取的憑證。',
  'No certificate can be read in it.',
  '請提供 PEM 格式（以 -----BEGIN CERTIFICATE----- 開頭）；DER 檔可用 openssl x509 -inform der 轉換。',
  'Give it as PEM (it begins with -----BEGIN CERTIFICATE-----); openssl x509 -inform der converts DER.',
);
const noKey = no(
  'key',
  '找不到私密金鑰。',
  'There is no private key.',
  '請提供申請憑證時產生的金鑰檔（-----BEGIN PRIVATE KEY-----）。',
  'Give the key file made when the certificate was requested (-----BEGIN PRIVATE KEY-----).',
);
const lockedKey = no(
  'passphrase',
  '私密金鑰有密碼保護，或內容不完整。',
  'The private key is locked by a passphrase, or not whole.',
  '請輸入金鑰的密碼。',
  'Give the passphrase of the key.',
);
const wrongPassphrase = no(
  'passphrase',
  '密碼不正確，無法開啟金鑰。',
  'The passphrase is wrong; the key cannot be opened.',
  '請重新輸入產生金鑰檔時設定的密碼。',
  'Give the passphrase that was set when the file was made.',
);
const strangerKey = no(
  'key',
  '私密金鑰與憑證不相符。',
  'The private key does not belong to the certificate.',
  '請確認兩者是同一次申請所產生；重新核發的憑證要搭配重新產生的金鑰。',
  'Both must come from one request; a reissued certificate goes with the newly made key.',
);
const oldPfx = no(
  'pfx',
  '此 PFX 以過時的加密方式（RC2）保存，無法讀取。',
  'This PFX is kept in an outdated cipher (RC2) that is not read any more.',
  '請於匯出時選擇 AES256-SHA256，或先以 openssl pkcs12 -legacy 轉換。',
  'Export it with AES256-SHA256, or convert it first with openssl pkcs12 -legacy.',
);
const notPfx = no(
  'pfx',
  '這不是 PFX 檔，或檔案不完整。',
  'This is no PFX file, or it is not whole.',
  '請選擇含私密金鑰的 .pfx 或 .p12 檔。',
  'Choose the .pfx or .p12 file that holds the private key.',
);
const weak = no(
  'certificates',
  '憑證的金鑰或雜湊強度不足。',
  'The key or digest of the certificate is too weak.',
  '請改用 RSA 2048 位元以上或 ECDSA P-256，並以 SHA-256 簽發。',
  'Use RSA of 2048 bits or more, or ECDSA P-256, signed with SHA-256.',
);
