import { BlockList, isIP, isIPv4 } from 'node:net';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';

/** Under which names an installation is reached: host names and addresses, as people type them in a browser. */

const LABEL = /^[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?$/;

/** Names tidied (lower case, no scheme, port or path), without repeats; refuses what is neither a host name nor an address. */
export function readNames(typed: string[]): string[] | Refused {
  const names = [...new Set(typed.map(tidy).filter((name) => name !== ''))];
  const wrong = names.find((name) => !isName(name));
  if (wrong !== undefined)
    return refused({
      code: 'invalid',
      field: 'names',
      message: text(
        `「${wrong}」不是主機名稱，也不是 IP 位址。`,
        `"${wrong}" is neither a host name nor an IP address.`,
      ),
      fix: {
        text: text(
          '請填瀏覽器網址列所用的名稱，例如 ancheng.example.gov.tw 或 10.1.2.3，不含 https:// 與埠號。',
          'Give the name as in the address bar, such as ancheng.example.gov.tw or 10.1.2.3, without https:// and port.',
        ),
      },
    });
  if (names.length === 0)
    return refused({
      code: 'required',
      field: 'names',
      message: text('請至少填一個名稱。', 'Give at least one name.'),
    });
  if (names.length > 20)
    return refused({ code: 'limit', field: 'names', message: text('名稱至多 20 個。', 'At most 20 names.') });
  return names;
}

const tidy = (typed: string) =>
  typed
    .trim()
    .toLowerCase()
    .replace(/^[a-z]+:\/\//, '')
    .replace(/\/.*$/, '')
    .replace(/^\[(.*)\](:\d+)?$/, '$1')
    .replace(/^([^:]+):\d+$/, '$1')
    .replace(/\.$/, '');

export const isAddress = (name: string): boolean => isIP(name) !== 0;

function isName(name: string): boolean {
  if (isAddress(name)) return true;
  const labels = name.split('.');
  // Four numbers that are no address would be read as one by some browsers.
  return name.length <= 253 && labels.every((label) => LABEL.test(label)) && !/^[\d.]+$/.test(name);
}

/** The address people open: `https://ancheng.example.gov.tw`, the port only when it is not 443. */
export function addressOf(name: string, port: number): string {
  const host = isAddress(name) && !isIPv4(name) ? `[${name}]` : name;
  return `https://${host}${port === 443 ? '' : `:${port}`}`;
}

/**
 * What an authority for these names may ever vouch for (RFC 5280, 4.2.1.10): the names, the office's own domain where it has
 * at least three labels (never `gov.tw`), and private addresses. A stolen key of it is of no use against any other site.
 */
export function permittedFor(names: string[]): { dns: string[]; ip: string[] } {
  const hosts = names.filter((name) => !isAddress(name));
  const domains = hosts.map((name) => {
    const parent = name.split('.').slice(1);
    return parent.length >= 3 ? parent.join('.') : name;
  });
  const addresses = names.filter(isAddress).map((name) => `${name}/${isIPv4(name) ? 32 : 128}`);
  return { dns: [...new Set([...domains, 'localhost'])], ip: [...new Set([...PRIVATE, ...addresses])] };
}

const PRIVATE = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '127.0.0.0/8', 'fc00::/7', '::1/128'];

/** Whether what an authority may vouch for (as `permittedFor` gave it) covers all these names. */
export function covers(permitted: { dns: string[]; ip: string[] }, names: string[]): boolean {
  const blocks = new BlockList();
  for (const range of permitted.ip) {
    const [address, bits] = range.split('/') as [string, string];
    blocks.addSubnet(address, Number(bits), isIPv4(address) ? 'ipv4' : 'ipv6');
  }
  return names.every((name) =>
    isAddress(name)
      ? blocks.check(name, isIPv4(name) ? 'ipv4' : 'ipv6')
      : permitted.dns.some((domain) => name === domain || name.endsWith(`.${domain}`)),
  );
}
