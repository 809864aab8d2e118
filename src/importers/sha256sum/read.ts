import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { readCard } from '../card.ts';
import { type Bytes, linesOf } from '../decode.ts';
import type { Imported, Importer } from '../types.ts';
import { unreadable } from '../unreadable.ts';

/** Reads digests of files as `sha256sum` prints them; one bad line refuses the whole file, for it would hide a file. */
export const sha256sum: Importer = {
  card: readCard(import.meta.url),
  detect: (head) => {
    const first = head
      .replace(/^\uFEFF/, '')
      .split(/\r?\n/)
      .find(isContent);
    return first !== undefined && (digestLine(first) !== undefined || SHORTER.test(first));
  },
  read,
};

async function read(bytes: Bytes): Promise<Imported | Refused> {
  const digests = new Map<string, string>();
  for await (const next of linesOf(bytes)) {
    if (isRefused(next)) return next;
    const content = next.line === 1 ? next.text.replace(/^\uFEFF/, '') : next.text;
    if (!isContent(content)) continue;
    const entry = digestLine(content);
    if (!entry) return badLine(content, next.line);
    if ((digests.get(entry.path) ?? entry.sha256) !== entry.sha256) return contradiction(entry.path, next.line);
    digests.set(entry.path, entry.sha256);
  }
  if (digests.size === 0) return unreadable(text('清單是空的', 'The list is empty'), REMEDY);
  return { kind: 'manifest', manifest: { entries: [...digests].map(([path, sha256]) => ({ path, sha256 })) } };
}

const GNU = /^(?<escaped>\\?)(?<digest>[0-9a-fA-F]{64}) [ *](?<path>.+)$/;
const BSD = /^(?<escaped>\\?)SHA256 \((?<path>.+)\) = (?<digest>[0-9a-fA-F]{64})$/;
/** MD5, SHA-1, SHA-224 in either form. */
const SHORTER = /^\\?([0-9a-fA-F]{32}|[0-9a-fA-F]{40}|[0-9a-fA-F]{56}) [ *].|^\\?(MD5|SHA1|SHA224) \(.+\) = /;

const isContent = (line: string): boolean => line.trim() !== '' && !line.startsWith('#');

function digestLine(line: string): { path: string; sha256: string } | undefined {
  const groups = (GNU.exec(line) ?? BSD.exec(line))?.groups;
  if (!groups?.digest || !groups.path) return undefined;
  return { path: groups.escaped ? unescaped(groups.path) : groups.path, sha256: groups.digest.toLowerCase() };
}

/** coreutils writes a backslash, line feed and carriage return in names as \\, \n and \r. */
function unescaped(path: string): string {
  return path.replace(/\\(.)/g, (whole, mark) => ({ '\\': '\\', n: '\n', r: '\r' })[mark as string] ?? whole);
}

const REMEDY = text(
  '請以 sha256sum 重新產生清單，不要手動修改',
  'Make the list again with sha256sum and leave it as it is',
);

function badLine(line: string, number: number): Refused {
  const what = SHORTER.test(line)
    ? text('這是 MD5 或 SHA-1，不是 SHA-256', 'This is MD5 or SHA-1, not SHA-256')
    : text('不是「雜湊值  檔名」', 'not "digest  file name"');
  return unreadable(what, REMEDY, number);
}

function contradiction(path: string, line: number): Refused {
  return unreadable(text(`同一檔案 ${path} 有兩個不同的雜湊值`, `${path} has two different digests`), REMEDY, line);
}
