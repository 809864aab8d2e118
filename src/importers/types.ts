import type { Moment } from '../kernel/engine/types.ts';
import type { Refused } from '../kernel/refusal.ts';
import type { Text } from '../kernel/text.ts';

/** One format of one tool. `read` never throws for what a file holds, only for a source that breaks off. */
export type Importer = {
  card: Card;
  /** Whether a file that begins like this (up to 16 KB, decoded) and is called so is of this format. */
  detect(head: string, name: string): boolean;
  read(bytes: AsyncIterable<Uint8Array>): Promise<Imported | Refused>;
};

export type Imported = { kind: 'scan'; scan: Scan } | { kind: 'manifest'; manifest: Manifest };

/** `card.yaml`: what documentation and the import page say of a format. */
export type Card = {
  name: string;
  label: Text;
  reads: Text;
  /** How to make the file: the command, or where to click. */
  produce: Text;
  traps: Text[];
  sources: string[];
};

export type Severity = 'critical' | 'high' | 'medium' | 'low' | 'info';

/** One run of one tool with what it demonstrably covered. */
export type Scan = {
  tool: string;
  toolVersion?: string;
  startedAt?: Moment;
  finishedAt?: Moment;
  /** The tool itself says that it finished. Without that nothing is a pass. */
  complete: boolean;
  /** Why not complete, and whatever else a reader of the result must know. */
  notes: Text[];
  /** Whether the tool logged in; absent when its report cannot tell. */
  credentialed?: boolean;
  /** What was asked for, tool's own words: the command line. */
  command?: string;
  /** Ports asked for on every target. */
  ports?: PortScope[];
  targets: Target[];
  findings: Finding[];
  malware?: MalwareScan;
};

export type PortScope = { proto: string; ranges: [first: number, last: number][] };

export type Target = {
  /** IP address, or `local`: the machine the report was made on, which the importing person names. */
  address: string;
  name?: string;
  /** It answered and was looked at to the end; only then does silence about an old finding mean that it is gone. */
  covered: boolean;
  services?: Service[];
};

export type Service = { port: number; proto: string; state: string; name?: string; product?: string; version?: string };

export type Finding = {
  target: string;
  /** Stays the same for the same weakness in the next scan: host, protocol, port and what it is. */
  key: string;
  port?: number;
  proto?: string;
  title: Text;
  severity: Severity;
  cve: string[];
  cvss?: number;
  detail: Text;
  /** What the tool printed, shortened. */
  evidence: string;
};

export type MalwareScan = {
  engine?: string;
  /** Number of signatures loaded. */
  signatures?: number;
  signatureVersion?: string;
  signatureDate?: Moment;
  scannedFiles?: number;
  infected?: number;
  errors: number;
  /** Files that could not be looked into: no access, encrypted. */
  unread: { path: string; reason: string }[];
  detections: { path: string; name: string }[];
};

/** Digests of files, as `sha256sum` writes them. */
export type Manifest = { entries: { path: string; sha256: string }[] };

/** Address of the machine a report was made on, when the report does not say which. */
export const LOCAL_TARGET = 'local';

/** CVSS base score to severity (CVSS v3.1, section 5). */
export function severityOf(cvss: number): Severity {
  if (cvss >= 9) return 'critical';
  if (cvss >= 7) return 'high';
  if (cvss >= 4) return 'medium';
  return cvss > 0 ? 'low' : 'info';
}
