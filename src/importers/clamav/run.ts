import { momentOf } from '../../kernel/calendar/date.ts';
import type { Moment } from '../../kernel/engine/types.ts';
import type { MalwareScan } from '../types.ts';

/** One scan in a log; `summary` once its SCAN SUMMARY began. */
export type ScanRun = MalwareScan & {
  summary: boolean;
  startedAt?: Moment;
  finishedAt?: Moment;
  /** "The virus database is older than 7 days". */
  oldSignatures: boolean;
  line: number;
};

export const newRun = (line: number): ScanRun => ({
  summary: false,
  errors: 0,
  unread: [],
  detections: [],
  oldSignatures: false,
  line,
});

const SUMMARY = /^-{5,} SCAN SUMMARY -{5,}$/;
const SEPARATOR = /^-{20,}$/;
/** clamd's own log begins each line with its time. */
const CLAMD_TIME = /^[A-Z][a-z]{2} [A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d \d{4} -> /;
const FOUND = /^(?<path>.+): (?<name>\S+) FOUND$/;
const FAILED = /^(?:(?<path>.+): )?(?<reason>\S.*?)\.? ERROR$/;
const WARNED = /^(?:WARNING|ERROR): (?<what>.+)$/;
const VERSION =
  /ClamAV (?<engine>\d[\w.-]*)(?:\/(?<signatures>\d+)\/(?<date>\w{3} \w{3} +\d{1,2} \d\d:\d\d:\d\d \d{4}))?/;

/** Takes one line into the newest run, beginning another where a line follows a finished summary. */
export function takeLine(runs: ScanRun[], line: number, raw: string): void {
  const content = raw.replace(CLAMD_TIME, '').trimEnd();
  const last = runs.at(-1);
  if (content === '' || SEPARATOR.test(content)) return;
  if (last?.summary && takeSummary(last, content)) return;
  const run = last && !last.summary ? last : newRun(line);
  if (run !== last) runs.push(run);
  if (SUMMARY.test(content)) run.summary = true;
  else takeResult(run, content);
}

function takeResult(run: ScanRun, content: string): void {
  const found = content.endsWith(' FOUND') ? FOUND.exec(content)?.groups : undefined;
  if (found?.path && found.name) {
    takeDetection(run, found.path, found.name);
    return;
  }
  const failed = content.endsWith(' ERROR') ? FAILED.exec(content)?.groups : undefined;
  if (failed) {
    run.errors++;
    run.unread.push({ path: failed.path ?? '', reason: failed.reason ?? '' });
    return;
  }
  if (/virus database is older than/i.test(content)) run.oldSignatures = true;
  if (/^LibClamAV Error: /.test(content)) run.errors++;
  takeWarning(run, content);
  takeVersion(run, content);
}

/** What could only be seen to be encrypted was not looked into: unread, not infected. */
function takeDetection(run: ScanRun, path: string, name: string): void {
  if (/^Heuristics\.(Encrypted|Limits\.Exceeded)/.test(name)) run.unread.push({ path, reason: name });
  else run.detections.push({ path, name: name.replace(/\([0-9a-f]{32,64}:\d+\)$/, '') });
}

function takeWarning(run: ScanRun, content: string): void {
  const what = WARNED.exec(content)?.groups?.what;
  if (!what) return;
  run.errors++;
  const [path, ...reason] = what.split(': ');
  run.unread.push(reason.length > 0 ? { path: path ?? '', reason: reason.join(': ') } : { path: '', reason: what });
}

function takeVersion(run: ScanRun, content: string): void {
  const version = VERSION.exec(content)?.groups;
  if (!version?.engine) return;
  run.engine = version.engine;
  if (version.signatures) run.signatureVersion = version.signatures;
  const date = version.date ? localMoment(version.date) : undefined;
  if (date) run.signatureDate = date;
}

/** A line of the summary; false when the line is something else, so that a new run begins there. */
function takeSummary(run: ScanRun, content: string): boolean {
  const match = /^(?<key>[A-Z][A-Za-z ]+?):\s+(?<value>.+)$/.exec(content)?.groups;
  const value = match?.value ?? '';
  const count = /^\d+$/.test(value) ? Number(value) : undefined;
  switch (match?.key) {
    case 'Known viruses':
      return assign(run, 'signatures', count);
    case 'Scanned files':
      return assign(run, 'scannedFiles', count);
    case 'Infected files':
      return assign(run, 'infected', count);
    case 'Total errors':
      run.errors = Math.max(run.errors, count ?? 0);
      return true;
    case 'Engine version':
      return assign(run, 'engine', value);
    case 'Start Date':
      return assign(run, 'startedAt', colonMoment(value));
    case 'End Date':
      return assign(run, 'finishedAt', colonMoment(value));
    default:
      return /^(Scanned directories|Data scanned|Data read|Time|Not removed|Not moved|Not copied)$/.test(
        match?.key ?? '',
      );
  }
}

function assign<Key extends keyof ScanRun>(run: ScanRun, key: Key, value: ScanRun[Key] | undefined): true {
  if (value !== undefined) run[key] = value;
  return true;
}

/** `2026:07:31 18:41:55`, Taiwan time. */
function colonMoment(words: string): Moment | undefined {
  const match = /^(\d{4}):(\d\d):(\d\d) (\d\d:\d\d:\d\d)$/.exec(words);
  return match ? exact(`${match[1]}-${match[2]}-${match[3]}`, match[4] ?? '') : undefined;
}

/** `Mon Nov 17 09:26:45 2026`, Taiwan time. */
function localMoment(words: string): Moment | undefined {
  const match = /^\w{3} (\w{3}) +(\d{1,2}) (\d\d:\d\d:\d\d) (\d{4})$/.exec(words);
  const month = 'JanFebMarAprMayJunJulAugSepOctNovDec'.indexOf(match?.[1] ?? '?') / 3 + 1;
  if (!match || !Number.isInteger(month) || month < 1) return undefined;
  return exact(`${match[4]}-${String(month).padStart(2, '0')}-${(match[2] ?? '').padStart(2, '0')}`, match[3] ?? '');
}

function exact(date: string, clock: string): Moment | undefined {
  return Number.isNaN(Date.parse(`${date}T${clock}Z`)) ? undefined : momentOf(date, clock);
}
