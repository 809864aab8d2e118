import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import { readCard } from '../card.ts';
import { type Bytes, linesOf } from '../decode.ts';
import { type Finding, type Imported, type Importer, LOCAL_TARGET, type MalwareScan, type Severity } from '../types.ts';
import { tooLarge, unreadable } from '../unreadable.ts';
import { type ScanRun, takeLine } from './run.ts';

/** Reads what clamscan, clamdscan and clamd write; only a SCAN SUMMARY makes a scan complete. */
export const clamav: Importer = {
  card: readCard(import.meta.url),
  detect: (head) =>
    /^-{5,} SCAN SUMMARY -{5,}\r?$|^(.* -> )?ClamAV \d|^LibClamAV |: \S+ FOUND\r?$|^(.* -> )?(\/|[A-Za-z]:\\).*: (OK|Empty file)\r?$/m.test(
      head,
    ),
  read,
};

const MOST_DETECTIONS = 200_000;
const DAY_MS = 86_400_000;

async function read(bytes: Bytes): Promise<Imported | Refused> {
  const runs: ScanRun[] = [];
  for await (const next of linesOf(bytes)) {
    if (isRefused(next)) return next;
    takeLine(runs, next.line, next.line === 1 ? next.text.replace(/^\uFEFF/, '') : next.text);
    const last = runs.at(-1);
    if (last && last.detections.length + last.unread.length > MOST_DETECTIONS) {
      return tooLarge(text('偵測與錯誤超過 20 萬筆', 'More than 200,000 detections and errors'), next.line);
    }
  }
  // A version line alone, written before the scan, belongs to the run after it.
  const taken = newest(joinVersionLines(runs));
  if (taken.length === 0) {
    return unreadable(
      text('檔案是空的', 'The file is empty'),
      text('請存下 clamscan 的完整輸出再匯入', 'Keep the whole output of clamscan and import that'),
    );
  }
  return { kind: 'scan', scan: scanOf(taken, runs.length - taken.length) };
}

/** The last run and those that began within a day before it (one command per folder is usual); undated ones too. */
function newest(runs: ScanRun[]): ScanRun[] {
  const last = runs.at(-1)?.startedAt;
  if (!last) return runs;
  return runs.filter((run) => !run.startedAt || Math.abs(Date.parse(last) - Date.parse(run.startedAt)) <= DAY_MS);
}

/** `ClamAV 1.4.3/27823/…` printed after the scan opens a run of its own: give it to the scan before. */
function joinVersionLines(runs: ScanRun[]): ScanRun[] {
  const last = runs.at(-1);
  const before = runs.at(-2);
  const bare = last && !last.summary && last.engine && last.errors === 0 && last.detections.length === 0;
  if (!bare || !before?.summary) return runs;
  const { engine, signatureVersion, signatureDate } = last;
  const version = {
    ...(engine ? { engine } : {}),
    ...(signatureVersion ? { signatureVersion } : {}),
    ...(signatureDate ? { signatureDate } : {}),
  };
  return [...runs.slice(0, -2), { ...before, ...version }];
}

function scanOf(runs: ScanRun[], older: number) {
  const malware = malwareOf(runs);
  const lacking = runs.flatMap(whyIncomplete);
  const startedAt = runs
    .map((run) => run.startedAt)
    .filter((at) => at !== undefined)
    .sort()[0];
  const finishedAt = runs
    .map((run) => run.finishedAt)
    .filter((at) => at !== undefined)
    .sort()
    .at(-1);
  return {
    tool: 'clamav',
    complete: lacking.length === 0,
    notes: [...lacking, ...remarks(runs, malware, older)],
    ...(malware.engine ? { toolVersion: malware.engine } : {}),
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    targets: [{ address: LOCAL_TARGET, covered: lacking.length === 0 }],
    findings: unique(malware.detections.map(findingOf)),
    malware,
  };
}

function malwareOf(runs: ScanRun[]): MalwareScan {
  const latest = Object.assign({}, ...runs) as ScanRun;
  const total = (key: 'scannedFiles' | 'infected'): number | undefined =>
    runs.some((run) => run[key] === undefined) ? undefined : runs.reduce((sum, run) => sum + (run[key] ?? 0), 0);
  const scannedFiles = total('scannedFiles');
  const infected = total('infected');
  return {
    ...(latest.engine ? { engine: latest.engine } : {}),
    ...(latest.signatures === undefined ? {} : { signatures: latest.signatures }),
    ...(latest.signatureVersion ? { signatureVersion: latest.signatureVersion } : {}),
    ...(latest.signatureDate ? { signatureDate: latest.signatureDate } : {}),
    ...(scannedFiles === undefined ? {} : { scannedFiles }),
    ...(infected === undefined ? {} : { infected }),
    errors: runs.reduce((sum, run) => sum + run.errors, 0),
    unread: runs.flatMap((run) => run.unread),
    detections: runs.flatMap((run) => run.detections),
  };
}

/** Silence is not clean: a summary, signatures and at least one file are demanded, and no detection lost. */
function whyIncomplete(run: ScanRun): Text[] {
  const at = text(`第 ${run.line} 行起的掃描`, `The scan from line ${run.line} on`);
  const because = (zh: string, en: string): Text[] => [text(`${at.zh}${zh}`, `${at.en} ${en}`)];
  if (!run.summary) return because('沒有 SCAN SUMMARY，未完成', 'has no SCAN SUMMARY; it did not finish');
  if (run.infected === undefined) return because('摘要不完整', 'has a broken summary');
  if (run.scannedFiles === 0) return because('沒有掃描到任何檔案', 'looked at no file');
  if (run.signatures === 0) return because('沒有載入病毒碼', 'had no signatures loaded');
  const listed = run.detections.length + run.unread.filter((each) => each.reason.startsWith('Heuristics.')).length;
  if (listed < run.infected) return because('摘要的感染數多於列出的檔案', 'counts more infected files than it lists');
  return [];
}

function remarks(runs: ScanRun[], malware: MalwareScan, older: number): Text[] {
  const notes: Text[] = [];
  if (older > 0) notes.push(text(`較早的 ${older} 次掃描未採用`, `${older} earlier runs were left out`));
  if (malware.unread.length > 0) {
    notes.push(
      text(
        `${malware.unread.length} 個檔案無法讀取或已加密`,
        `${malware.unread.length} files could not be read or are encrypted`,
      ),
    );
  }
  if (runs.some((run) => run.oldSignatures))
    notes.push(text('病毒碼已超過 7 天未更新', 'The signatures are older than 7 days'));
  if (!malware.signatureDate) notes.push(text('沒有病毒碼日期', 'The date of the signatures is unknown'));
  return notes;
}

function findingOf({ path, name }: { path: string; name: string }): Finding {
  return {
    target: LOCAL_TARGET,
    key: `${LOCAL_TARGET}|file|${path}|${name}`,
    title: text(`惡意程式 ${name}`, `Malware ${name}`),
    severity: malwareSeverity(name),
    cve: [
      ...new Set(
        name
          .toUpperCase()
          .replaceAll('_', '-')
          .match(/CVE-\d{4}-\d{4,}/g) ?? [],
      ),
    ],
    detail: text(`檔案 ${path}`, `File ${path}`),
    evidence: `${path}: ${name} FOUND`,
  };
}

/** EICAR is a harmless test file; PUA are unwanted but lawful programs; heuristics only suspect. */
function malwareSeverity(name: string): Severity {
  if (/eicar/i.test(name)) return 'low';
  return /^(PUA|Heuristics)\./.test(name) ? 'medium' : 'critical';
}

const unique = (findings: Finding[]): Finding[] => [...new Map(findings.map((each) => [each.key, each])).values()];
