/** Inside: private, loopback, link-local and shared address space (RFC 1918, 1122, 3927, 6598; RFC 4193 and 4291 for IPv6). */
const INSIDE: [string, number][] = [
  ['10.0.0.0', 8],
  ['172.16.0.0', 12],
  ['192.168.0.0', 16],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['100.64.0.0', 10],
];

/** Whether any part of an address, range or network (`a.b.c.d/n`, `a-b`, a name) lies outside the organisation's own space. */
export function isOutside(written: string): boolean {
  return written
    .split(/[,\s、]+/)
    .filter((part) => part !== '')
    .some(partIsOutside);
}

function partIsOutside(part: string): boolean {
  if (part.includes(':')) return !/^(f[cd]|fe[89ab]|::1)/i.test(part);
  const range = rangeOf(part);
  if (!range) return part !== 'localhost';
  const [from, to] = range;
  return !INSIDE.some(([base, bits]) => {
    const network = numberOf(base)!;
    return from >= network && to <= network + 2 ** (32 - bits) - 1;
  });
}

function rangeOf(part: string): [number, number] | undefined {
  const [first = '', last] = part.split('-');
  const [base = '', bits] = first.split('/');
  const from = numberOf(base);
  if (from === undefined) return undefined;
  if (last !== undefined) return [from, numberOf(last) ?? from];
  return [from, from + 2 ** (32 - (bits === undefined ? 32 : Number(bits))) - 1];
}

function numberOf(address: string): number | undefined {
  const parts = address.split('.').map(Number);
  if (parts.length !== 4 || parts.some((part) => !Number.isInteger(part) || part < 0 || part > 255)) return undefined;
  return parts.reduce((sum, part) => sum * 256 + part, 0);
}

/** Whether two written addresses, ranges or networks share an address; names and IPv6 only when written alike. */
export function addressesTouch(a: string, b: string): boolean {
  const others = b.split(/[,\s、]+/).filter((part) => part !== '');
  return a
    .split(/[,\s、]+/)
    .filter((part) => part !== '')
    .some((part) => others.some((other) => part === other || rangesTouch(rangeOf(part), rangeOf(other))));
}

const rangesTouch = (a: [number, number] | undefined, b: [number, number] | undefined): boolean =>
  a !== undefined && b !== undefined && a[0] <= b[1] && b[0] <= a[1];

/** Whether two written sets of ports (`443`, `1-65535`, `80,443`, `any`) have one in common. */
export function portsTouch(a: string, b: string): boolean {
  const [some, others] = [portRanges(a), portRanges(b)];
  return some.some(([from, to]) => others.some(([start, end]) => from <= end && start <= to));
}

function portRanges(written: string): [number, number][] {
  return written
    .split(/[,\s、]+/)
    .filter((part) => part !== '')
    .map((part): [number, number] => {
      if (/^(any|all|\*)$/i.test(part)) return [0, 65_535];
      const [from, to] = part.replace(/^(tcp|udp)\//i, '').split(/[-–:]/);
      return [Number(from), Number(to ?? from)];
    });
}
