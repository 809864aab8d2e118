import { text } from '../../kernel/text.ts';
import { type Finding, severityOf } from '../types.ts';
import { elem, everyTable, inner, type Script, type Table } from './host.ts';
import { tlsWeaknesses } from './tls.ts';

/** A weakness that a script reported, before it knows its host and port. */
export type Weakness = Pick<Finding, 'title' | 'severity' | 'cve' | 'detail' | 'cvss'> & { id: string };

/** Weaknesses one NSE script found. Scripts that only describe (banners, titles) give none. `at` is the scan's time, ms. */
export function weaknessesOf(script: Script, at: number): Weakness[] {
  if (script.id === 'vulners') return vulners(script);
  const reported = vulnerable(script);
  return reported.length > 0 ? reported : tlsWeaknesses(script, at);
}

const CVE = /CVE-\d{4}-\d{4,}/gi;
const cvesIn = (words: string): string[] => [...new Set((words.match(CVE) ?? []).map((cve) => cve.toUpperCase()))];

/** vulners lists exploits beside CVEs, each with a score: one weakness per CVE with its highest score; the rest by name. */
function vulners(script: Script): Weakness[] {
  const rows = vulnersRows(script);
  const found = new Map<string, { cvss?: number; exploit: boolean }>();
  for (const row of rows) {
    const id = cvesIn(row.id)[0] ?? row.id;
    const before = found.get(id);
    const score = Math.max(before?.cvss ?? -1, row.cvss ?? -1);
    found.set(id, { exploit: row.exploit || before?.exploit === true, ...(score >= 0 ? { cvss: score } : {}) });
  }
  return [...found].map(([id, { cvss, exploit }]) => ({
    id,
    title: text(`${id}${exploit ? '（有公開攻擊程式）' : ''}`, `${id}${exploit ? ' (exploit published)' : ''}`),
    // Without a score nobody has judged it yet; a guess of "info" would let it pass.
    severity: cvss === undefined ? 'medium' : severityOf(cvss),
    cve: cvesIn(id),
    ...(cvss === undefined ? {} : { cvss }),
    detail: text(
      '由服務版本比對弱點資料庫而得，未實際驗證；發行版可能已修補而不改版號',
      'Matched from the service version, not verified; a distribution may have patched it without a new version',
    ),
  }));
}

function vulnersRows(script: Script): { id: string; cvss?: number; exploit: boolean }[] {
  const structured = [...everyTable(script.table)].flatMap(({ table }) => {
    const id = elem(table, 'id');
    return id ? [{ id, ...scored(elem(table, 'cvss')), exploit: elem(table, 'is_exploit') === 'true' }] : [];
  });
  if (structured.length > 0) return structured;
  // Before nmap 7.80 there was only text: tab, identifier, tab, score, tab, address, perhaps *EXPLOIT*.
  return [...script.output.matchAll(/^[ \t]+(\S+)\t(\d+(?:\.\d+)?)\thttps?:\S+(\t\*EXPLOIT\*)?/gm)].map((match) => ({
    id: match[1] ?? '',
    ...scored(match[2]),
    exploit: match[3] !== undefined,
  }));
}

/** Scripts built on nmap's `vulns` library: smb-vuln-*, http-vuln-*, ssl-heartbleed and others. */
function vulnerable(script: Script): Weakness[] {
  const structured = [...everyTable(script.table)].flatMap(({ key, table }) => {
    const state = elem(table, 'state');
    return state ? reportedState(script, key, table, state) : [];
  });
  if (structured.length > 0 || script.table.tables.length > 0) return structured;
  const state = /^[ \t]*State: (.+)$/m.exec(script.output)?.[1];
  return state ? reportedState(script, '', script.table, state.trim()) : [];
}

function reportedState(script: Script, key: string, table: Table, state: string): Weakness[] {
  const likely = state.startsWith('LIKELY VULNERABLE');
  if (!likely && !state.startsWith('VULNERABLE')) return [];
  const cve = cvesIn([key, ...(inner(table, 'ids')?.elems.map((each) => each.value) ?? [])].join(' '));
  const named = elem(table, 'title') || key || script.id;
  const scores = inner(table, 'scores')?.elems.flatMap((each) => scored(each.value).cvss ?? []) ?? [];
  const cvss = scores.length > 0 ? Math.max(...scores) : undefined;
  const risk = /Risk factor:\s*(\w+)/i.exec(script.output)?.[1]?.toLowerCase();
  const words =
    inner(table, 'description')
      ?.elems.map((each) => each.value.trim())
      .join('\n') || named;
  return [
    {
      id: cve[0] ?? `${script.id}${key ? `/${key}` : ''}`,
      title: likely ? text(`${named}（可能存在）`, `${named} (likely)`) : text(named, named),
      severity: cvss === undefined ? byRisk(risk, likely) : severityOf(cvss),
      cve,
      ...(cvss === undefined ? {} : { cvss }),
      detail: text(words.slice(0, 2000), words.slice(0, 2000)),
    },
  ];
}

function byRisk(risk: string | undefined, likely: boolean): Finding['severity'] {
  if (risk === 'critical' || risk === 'high' || risk === 'medium' || risk === 'low') return risk;
  return likely ? 'medium' : 'high';
}

/** A score of 0.0 means that nobody has scored it. */
function scored(words: string | undefined): { cvss?: number } {
  const score = Number.parseFloat(words ?? '');
  return score > 0 && score <= 10 ? { cvss: score } : {};
}
