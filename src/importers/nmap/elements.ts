import { type Host, newHost, newTable, type Script, type Table } from './host.ts';

/** What stands outside the hosts: the run itself. */
export type Run = {
  version: string;
  args: string;
  start: string;
  scopes: { proto: string; services: string }[];
  finished?: { time: string; exit: string; error: string };
  /** The document closes properly; a killed nmap leaves it open. */
  closed: boolean;
};

export type Attributes = Record<string, string | undefined>;

/** Where the reader stands in the document; only elements named below are read, the rest is passed over. */
export type Place = {
  run: Run;
  root: boolean;
  depth: number;
  /** Inside `hosthint` (nmap 7.90), which repeats addresses of hosts reported in full later. */
  hint: boolean;
  host?: Host | undefined;
  inPort: boolean;
  script?: Script | undefined;
  tables: Table[];
  elem?: { key: string; value: string } | undefined;
};

export type Fault = 'not-nmap' | 'too-deep' | 'bad-port' | 'too-many-ports';

const DEEPEST = 64;
const MOST_PORTS_PER_HOST = 200_000;

export const startPlace = (): Place => ({
  run: { version: '', args: '', start: '', scopes: [], closed: false },
  root: false,
  depth: 0,
  hint: false,
  inPort: false,
  tables: [],
});

/** Takes note of an element that begins; answers what makes the file unreadable, if anything. */
export function opened(place: Place, name: string, at: Attributes): Fault | undefined {
  if (++place.depth > DEEPEST) return 'too-deep';
  if (place.depth === 1) return openedRoot(place, name, at);
  if (name === 'hosthint') place.hint = true;
  if (place.hint) return undefined;
  if (place.script) return openedInScript(place, name, at);
  if (place.host) return openedInHost(place, place.host, name, at);
  return openedInRun(place, name, at);
}

/** Takes note of an element that ends; answers a host that is now complete. */
export function closed(place: Place, name: string): Host | undefined {
  place.depth--;
  if (place.depth === 0) place.run.closed = true;
  if (name === 'hosthint') place.hint = false;
  else if (name === 'port') place.inPort = false;
  else if (name === 'elem' && place.elem) {
    place.tables.at(-1)?.elems.push(place.elem);
    place.elem = undefined;
  } else if (name === 'table') place.tables.pop();
  else if (name === 'script' && place.script) closedScript(place, place.script);
  else if (name === 'host' && !place.hint) {
    const { host } = place;
    place.host = undefined;
    return host;
  }
  return undefined;
}

function openedRoot(place: Place, name: string, at: Attributes): Fault | undefined {
  if (name !== 'nmaprun' || at.scanner !== 'nmap') return 'not-nmap';
  place.root = true;
  Object.assign(place.run, { version: at.version ?? '', args: at.args ?? '', start: at.start ?? '' });
  return undefined;
}

function openedInRun(place: Place, name: string, at: Attributes): undefined {
  const { run } = place;
  if (name === 'scaninfo') run.scopes.push({ proto: at.protocol ?? '', services: at.services ?? '' });
  else if (name === 'finished') run.finished = { time: at.time ?? '', exit: at.exit ?? '', error: at.errormsg ?? '' };
  else if (name === 'host') place.host = newHost(at.timedout === 'true');
  return undefined;
}

function openedInHost(place: Place, host: Host, name: string, at: Attributes): Fault | undefined {
  const port = host.ports.at(-1);
  switch (name) {
    case 'status':
      host.up = at.state === 'up';
      host.reason = at.reason ?? '';
      return undefined;
    case 'address':
      if (at.addrtype === 'ipv4' || at.addrtype === 'ipv6') host.address ??= at.addr ?? '';
      return undefined;
    case 'hostname':
      host.name ??= at.name ?? '';
      return undefined;
    case 'ports':
      host.portsSeen = true;
      return undefined;
    case 'extraports':
      host.extra.push({ state: at.state ?? '', count: Number(at.count) || 0 });
      return undefined;
    case 'port':
      place.inPort = true;
      return openedPort(host, at);
    case 'state':
      if (port) port.state = at.state ?? '';
      return undefined;
    case 'service':
      if (port) port.service = serviceAt(at);
      return undefined;
    case 'script':
      place.script = { id: at.id ?? '', output: at.output ?? '', table: newTable() };
      place.tables = [place.script.table];
      return undefined;
  }
  return undefined;
}

function openedPort(host: Host, at: Attributes): Fault | undefined {
  const port = Number(at.portid);
  if (!at.portid || !Number.isInteger(port) || port < 0 || port > 65535) return 'bad-port';
  if (host.ports.length >= MOST_PORTS_PER_HOST) return 'too-many-ports';
  host.ports.push({ port, proto: at.protocol ?? '', state: '', scripts: [] });
  return undefined;
}

function openedInScript(place: Place, name: string, at: Attributes): undefined {
  if (name === 'table') {
    const table = newTable();
    place.tables.at(-1)?.tables.push({ key: at.key ?? '', table });
    place.tables.push(table);
  } else if (name === 'elem') place.elem = { key: at.key ?? '', value: '' };
  return undefined;
}

function closedScript(place: Place, script: Script): void {
  const scripts = place.inPort ? place.host?.ports.at(-1)?.scripts : place.host?.scripts;
  scripts?.push(script);
  place.script = undefined;
}

const serviceAt = (at: Attributes) => ({
  name: at.name ?? '',
  product: at.product ?? '',
  version: at.version ?? '',
  probed: at.method === 'probed',
});
