import { type Text, text } from '../../kernel/text.ts';
import type { Severity } from '../types.ts';
import { elem, inner, type Script } from './host.ts';
import type { Weakness } from './scripts.ts';

/** Weak TLS as ssl-enum-ciphers, ssl-cert and sslv2 describe it. `at` is the scan's time in milliseconds. */
export function tlsWeaknesses(script: Script, at: number): Weakness[] {
  switch (script.id) {
    case 'ssl-enum-ciphers':
      return [...oldProtocols(script), ...weakCiphers(script)];
    case 'ssl-cert':
      return certificate(script, at);
    case 'sslv2':
      return /SSLv2 supported/i.test(script.output) ? [weak('tls-sslv2', 'high', OLD('SSLv2'))] : [];
    default:
      return [];
  }
}

/** RFC 7568 forbids SSLv3, RFC 8996 deprecates TLS 1.0 and 1.1. */
const OLD = (protocol: string): Text => text(`仍接受已廢止的 ${protocol}`, `The retired ${protocol} is still accepted`);

function oldProtocols(script: Script): Weakness[] {
  const severity: Record<string, Severity> = { SSLv3: 'high', 'TLSv1.0': 'medium', 'TLSv1.1': 'medium' };
  return script.table.tables.flatMap(({ key }) => {
    const found = severity[key];
    return found ? [weak(`tls-${key.toLowerCase()}`, found, OLD(key))] : [];
  });
}

/** nmap grades a server by its weakest suite: A best, F worst; older versions say strong, weak, broken. */
function weakCiphers(script: Script): Weakness[] {
  const grade = elem(script.table, 'least strength');
  if (!grade || /^(A|B|strong)$/i.test(grade)) return [];
  const warnings = script.table.tables.flatMap(
    ({ table }) => inner(table, 'warnings')?.elems.map((each) => each.value) ?? [],
  );
  const words = [...new Set(warnings)].join('；');
  const severity: Severity = /^(E|F|weak|broken)$/i.test(grade) ? 'high' : 'medium';
  return [
    weak(
      'tls-weak-ciphers',
      severity,
      text(`接受弱加密套件（等級 ${grade}）`, `Weak cipher suites are accepted (grade ${grade})`),
      words ? text(words, words.replaceAll('；', '; ')) : undefined,
    ),
  ];
}

function certificate(script: Script, at: number): Weakness[] {
  const found: Weakness[] = [];
  const validity = inner(script.table, 'validity');
  const until = utc(validity && elem(validity, 'notAfter'));
  const from = utc(validity && elem(validity, 'notBefore'));
  if (until < at) found.push(weak('tls-cert-expired', 'medium', text('憑證已過期', 'The certificate has expired')));
  if (from > at)
    found.push(weak('tls-cert-not-yet-valid', 'medium', text('憑證尚未生效', 'The certificate is not valid yet')));
  const key = inner(script.table, 'pubkey');
  if (key && elem(key, 'type') === 'rsa' && Number(elem(key, 'bits')) < 2048) {
    found.push(
      weak('tls-cert-short-key', 'medium', text('RSA 金鑰短於 2048 位元', 'The RSA key is shorter than 2048 bits')),
    );
  }
  if (/^(md5|sha1)With/i.test(elem(script.table, 'sig_algo') ?? '')) {
    found.push(
      weak(
        'tls-cert-weak-hash',
        'medium',
        text('憑證以 MD5 或 SHA-1 簽章', 'The certificate is signed with MD5 or SHA-1'),
      ),
    );
  }
  return found;
}

/** nmap writes certificate times in UTC without a zone; NaN compares false on either side. */
const utc = (words: string | undefined): number => Date.parse(`${words ?? ''}Z`.replace(/ZZ$|[+]00:00Z$/, 'Z'));

const weak = (id: string, severity: Severity, title: Text, detail: Text = title): Weakness => ({
  id,
  severity,
  title,
  detail,
  cve: [],
});
