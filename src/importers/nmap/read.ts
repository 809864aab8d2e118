import type { Moment } from '../../kernel/engine/types.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { type Text, text } from '../../kernel/text.ts';
import { readCard } from '../card.ts';
import type { Bytes } from '../decode.ts';
import type { Finding, Imported, Importer, PortScope, Target } from '../types.ts';
import { tooLarge } from '../unreadable.ts';
import type { Run } from './elements.ts';
import { findingsOf, targetOf } from './findings.ts';
import { parseReport } from './parse.ts';

/** Reads nmap's XML (`-oX`): open ports, service versions, vulnerability and TLS scripts. */
export const nmap: Importer = {
  card: readCard(import.meta.url),
  detect: (head) => /<nmaprun[\s>]|<!DOCTYPE nmaprun|<!-- Nmap \S+ scan initiated/.test(head),
  read,
};

const MOST_FINDINGS = 500_000;

async function read(bytes: Bytes): Promise<Imported | Refused> {
  const targets = new Map<string, Target>();
  const findings: Finding[] = [];
  const run = await parseReport(bytes, (host, sofar) => {
    const target = targetOf(host);
    if (!target || findings.length > MOST_FINDINGS) return;
    targets.set(target.address, merged(targets.get(target.address), target));
    findings.push(...findingsOf(host, milliseconds(sofar.start) ?? 0));
  });
  if (isRefused(run)) return run;
  if (findings.length > MOST_FINDINGS) return tooLarge(text('發現項目超過 50 萬筆', 'More than 500,000 findings'));
  const notes = [...unfinished(run), ...uncovered([...targets.values()])];
  return { kind: 'scan', scan: { ...runOf(run), notes, targets: [...targets.values()], findings: unique(findings) } };
}

function runOf(run: Run) {
  const startedAt = moment(run.start);
  const finishedAt = moment(run.finished?.time);
  const ports = run.scopes.map(scopeOf).filter((scope) => scope.ranges.length > 0);
  return {
    tool: 'nmap',
    complete: unfinished(run).length === 0,
    // nmap looks from outside and signs in nowhere.
    credentialed: false,
    command: run.args,
    ...(run.version ? { toolVersion: run.version } : {}),
    ...(startedAt ? { startedAt } : {}),
    ...(finishedAt ? { finishedAt } : {}),
    ...(ports.length > 0 ? { ports } : {}),
  };
}

/** Complete means: nmap wrote that it finished, successfully, and the document closes. */
function unfinished(run: Run): Text[] {
  if (!run.closed) return [text('檔案中途結束，掃描可能被中斷', 'The file ends early; the scan was probably stopped')];
  if (!run.finished) return [text('沒有 runstats，掃描未完成', 'No runstats; the scan did not finish')];
  if (run.finished.exit && run.finished.exit !== 'success') {
    const why = run.finished.error.slice(0, 200);
    return [text(`nmap 回報掃描失敗：${why}`, `nmap reports that the scan failed: ${why}`)];
  }
  return [];
}

function uncovered(targets: Target[]): Text[] {
  const silent = targets.filter((target) => !target.covered).map((target) => target.address);
  if (silent.length === 0) return [];
  const some = `${silent.slice(0, 5).join(', ')}${silent.length > 5 ? ' …' : ''}`;
  return [
    text(
      `${silent.length} 台主機未確實掃描到：${some}`,
      `${silent.length} hosts were not demonstrably scanned: ${some}`,
    ),
  ];
}

/** A host reported twice in one run counts as covered when either report covers it. */
function merged(before: Target | undefined, now: Target): Target {
  if (!before) return now;
  return {
    ...before,
    ...now,
    covered: before.covered || now.covered,
    services: [...(before.services ?? []), ...(now.services ?? [])],
  };
}

const unique = (findings: Finding[]): Finding[] => [...new Map(findings.map((each) => [each.key, each])).values()];

/** `1,3-4,65535` to pairs of first and last. */
function scopeOf(scope: { proto: string; services: string }): PortScope {
  const ranges = scope.services.split(',').flatMap((part): [number, number][] => {
    const match = /^(\d+)(?:-(\d+))?$/.exec(part);
    return match?.[1] ? [[Number(match[1]), Number(match[2] ?? match[1])]] : [];
  });
  return { proto: scope.proto, ranges };
}

/** nmap writes seconds since 1970. */
function milliseconds(seconds: string | undefined): number | undefined {
  const value = Number(seconds) * 1000;
  return seconds && Number.isFinite(value) && Math.abs(value) <= 8.64e15 ? value : undefined;
}

function moment(seconds: string | undefined): Moment | undefined {
  const value = milliseconds(seconds);
  return value === undefined ? undefined : new Date(value).toISOString();
}
