import { text } from '../../kernel/text.ts';
import type { Finding, Service, Target } from '../types.ts';
import type { Host, HostPort, Script } from './host.ts';
import { portConcern } from './ports.ts';
import { type Weakness, weaknessesOf } from './scripts.ts';

const LONGEST_EVIDENCE = 4000;

/** The target as nmap saw it; none for a host without an IP address. */
export function targetOf(host: Host): Target | undefined {
  if (!host.address) return undefined;
  return {
    address: host.address,
    ...(host.name ? { name: host.name } : {}),
    covered: isCovered(host),
    services: host.ports.filter((port) => isOpen(port) || port.state === 'open|filtered').map(serviceOf),
  };
}

/**
 * Up, its ports looked at, not timed out; and when nobody checked that it exists (-Pn), at least one port answered.
 * A wall of filtered ports may be an empty address.
 */
function isCovered(host: Host): boolean {
  if (!host.up || !host.portsSeen || host.timedOut) return false;
  const answered = (state: string): boolean => ['open', 'closed', 'unfiltered'].includes(state);
  return (
    host.reason !== 'user-set' ||
    host.ports.some((port) => answered(port.state)) ||
    host.extra.some((extra) => extra.count > 0 && answered(extra.state))
  );
}

/** Open ports and what scripts found, each with a key that the next scan gives again. */
export function findingsOf(host: Host, at: number): Finding[] {
  const address = host.address;
  if (!address) return [];
  const found = [
    ...host.ports.flatMap((port) => portFindings(address, port, at)),
    ...host.scripts.flatMap((script) => weaknessesOf(script, at).map((weakness) => finding(address, weakness, script))),
  ];
  // Two scripts may name one CVE on one port; the graver statement stays.
  const byKey = new Map<string, Finding>();
  for (const each of found) {
    const before = byKey.get(each.key);
    if (!before || (each.cvss ?? 0) > (before.cvss ?? 0)) byKey.set(each.key, each);
  }
  return [...byKey.values()];
}

function portFindings(address: string, port: HostPort, at: number): Finding[] {
  const open = isOpen(port) ? [openPort(address, port)] : [];
  const weak = port.scripts.flatMap((script) =>
    weaknessesOf(script, at).map((weakness) => finding(address, weakness, script, port)),
  );
  return [...open, ...weak];
}

function openPort(address: string, port: HostPort): Finding {
  const service = serviceOf(port);
  const concern = portConcern(service, port.service?.probed === true);
  const name = service.name ? ` ${service.name}` : '';
  const unlisted = text('開放的服務，請確認仍有需要', 'An open service; confirm that it is needed');
  return {
    target: address,
    key: `${address}|${port.proto}|${port.port}|open`,
    port: port.port,
    proto: port.proto,
    title: text(`開放 ${port.proto}/${port.port}${name}`, `Open ${port.proto}/${port.port}${name}`),
    severity: concern?.severity ?? 'info',
    cve: [],
    detail: concern?.why ?? unlisted,
    evidence: [`${port.port}/${port.proto} ${port.state}`, service.name, service.product, service.version]
      .filter(Boolean)
      .join(' '),
  };
}

function finding(address: string, weakness: Weakness, script: Script, port?: HostPort): Finding {
  const { id, ...said } = weakness;
  const where = port ? { port: port.port, proto: port.proto } : {};
  return {
    target: address,
    key: `${address}|${port?.proto ?? ''}|${port?.port ?? ''}|${id}`,
    ...where,
    ...said,
    evidence: `${script.id}: ${script.output.trim()}`.slice(0, LONGEST_EVIDENCE),
  };
}

function serviceOf(port: HostPort): Service {
  const { name, product, version } = port.service ?? {};
  return {
    port: port.port,
    proto: port.proto,
    state: port.state,
    ...(name ? { name } : {}),
    ...(product ? { product } : {}),
    ...(version ? { version } : {}),
  };
}

const isOpen = (port: HostPort): boolean => port.state === 'open';
