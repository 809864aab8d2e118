import { type Refused, refused } from '../refusal.ts';
import { text } from '../text.ts';
import { parseVerifierKey, type Verifier } from './note.ts';

/** A C2SP tlog-policy file: which logs are trusted, which witnesses there are, how many of them must have cosigned. */
export type Policy = { logs: PolicyLog[]; witnesses: PolicyWitness[]; quorum: Quorum };

export type PolicyLog = { verifier: Verifier; url?: string };

/** `name` is used inside the policy only; `url` is the witness's submission prefix (C2SP tlog-witness). */
export type PolicyWitness = { name: string; verifier: Verifier; verifierKey: string; url?: string };

/** Nobody, one witness, or at least `least` of some members. */
export type Quorum =
  | { kind: 'none' }
  | { kind: 'witness'; verifier: Verifier }
  | { kind: 'group'; name: string; least: number; of: Quorum[] };

const MOST_LINES = 10_000;

/**
 * Reads a policy (C2SP tlog-policy). Refuses, naming the line: unknown words, keys that cannot be read or are of the wrong
 * kind, a key listed twice, names defined twice or not yet, thresholds out of reach, and any count of quorum lines but one.
 */
export function parsePolicy(content: string): Policy | Refused {
  const policy: Policy = { logs: [], witnesses: [], quorum: { kind: 'none' } };
  const names = new Map<string, Quorum>();
  const keys = new Set<string>();
  const grouped = new Set<string>();
  let quorums = 0;
  const lines = content.split('\n');
  if (lines.length > MOST_LINES) return wrong(MOST_LINES, '政策檔過長', 'the policy is too long');
  for (const [at, line] of lines.entries()) {
    // biome-ignore lint/suspicious/noControlCharactersInRegex: the specification allows tab and newline only
    if (/[\u0000-\u0008\u000b-\u001f\u007f]/.test(line))
      return line.endsWith('\r')
        ? wrong(at + 1, '換行為 CRLF，請以 LF（Unix）存檔', 'it ends in CR LF; save the file with line ends LF (Unix)')
        : wrong(at + 1, '含控制字元', 'it holds control characters');
    const words = line.split(/[ \t]+/).filter((word) => word !== '');
    const [word = '#', ...rest] = words;
    if (word.startsWith('#')) continue;
    if (word === 'quorum') quorums += 1;
    const fault = readLine(policy, { names, keys, grouped }, word, rest);
    if (fault) return wrong(at + 1, fault[0], fault[1]);
  }
  if (quorums !== 1) return wrong(lines.length, '應恰有一行 quorum', 'it needs exactly one quorum line');
  return policy;
}

type Fault = [zh: string, en: string];

/** Names defined so far, keys listed, and names that are members of a group already. */
type Read = { names: Map<string, Quorum>; keys: Set<string>; grouped: Set<string> };

function readLine(policy: Policy, read: Read, word: string, rest: string[]): Fault | undefined {
  const { names, keys } = read;
  switch (word) {
    case 'log':
      return readLog(policy, keys, rest);
    case 'witness':
      return readWitness(policy, names, keys, rest);
    case 'group':
      return readGroup(read, rest);
    case 'quorum': {
      const [name = '', ...more] = rest;
      const found = name === 'none' ? ({ kind: 'none' } as const) : names.get(name);
      if (!found || more.length > 0) return [`quorum 的 ${name} 未定義`, `quorum ${name} is not defined above it`];
      policy.quorum = found;
      return undefined;
    }
    default:
      return [`不認得的字 ${word}`, `unknown word ${word}`];
  }
}

function readLog(policy: Policy, keys: Set<string>, [key = '', url, ...more]: string[]): Fault | undefined {
  const verifier = parseVerifierKey(key);
  if ('refused' in verifier || verifier.kind !== 'ed25519')
    return ['軌跡的驗證金鑰無法辨識', 'the log’s verifier key cannot be read'];
  if (more.length > 0) return ['log 行多了字', 'the log line has too many words'];
  if (isKnown(keys, `log ${rawKey(verifier)}`)) return ['軌跡金鑰重複', 'the log’s key is listed twice'];
  policy.logs.push({ verifier, ...(url === undefined ? {} : { url }) });
  return undefined;
}

function readWitness(
  policy: Policy,
  names: Map<string, Quorum>,
  keys: Set<string>,
  [name = '', verifierKey = '', url, ...more]: string[],
): Fault | undefined {
  const verifier = parseVerifierKey(verifierKey);
  if ('refused' in verifier || verifier.kind === 'ed25519')
    return [`見證者 ${name} 的驗證金鑰無法辨識`, `the verifier key of witness ${name} cannot be read`];
  if (more.length > 0) return ['witness 行多了字', 'the witness line has too many words'];
  if (isKnown(keys, `witness ${rawKey(verifier)}`))
    return [`見證者 ${name} 的金鑰重複`, `the key of ${name} is listed twice`];
  if (name === 'none' || names.has(name)) return [`名稱 ${name} 已用過`, `the name ${name} is taken`];
  names.set(name, { kind: 'witness', verifier });
  policy.witnesses.push({
    name,
    verifier,
    verifierKey,
    ...(url === undefined ? {} : { url: url.replace(/\/+$/, '') }),
  });
  return undefined;
}

function readGroup({ names, grouped }: Read, [name = '', threshold = '', ...members]: string[]): Fault | undefined {
  const least = threshold === 'all' ? members.length : threshold === 'any' ? 1 : Number(threshold);
  if (name === 'none' || names.has(name)) return [`名稱 ${name} 已用過`, `the name ${name} is taken`];
  const written = threshold === 'all' || threshold === 'any' || /^[1-9]\d*$/.test(threshold);
  if (!written || members.length === 0 || least < 1 || least > members.length)
    return [`群組 ${name} 的門檻達不到`, `the threshold of group ${name} is out of reach`];
  // Each counts towards the quorum in one way only.
  for (const member of members) {
    if (grouped.has(member))
      return [`${member} 已是某群組成員，不可重複列入`, `${member} is a member of a group already and counts once`];
    grouped.add(member);
  }
  const of = members.map((member) => names.get(member));
  if (!of.every((member) => member !== undefined))
    return [`群組 ${name} 有未定義的成員`, `group ${name} names a member not defined above it`];
  names.set(name, { kind: 'group', name, least, of });
  return undefined;
}

const rawKey = ({ publicKey }: Verifier) => publicKey.export({ format: 'der', type: 'spki' }).toString('base64');

function isKnown(keys: Set<string>, key: string): boolean {
  if (keys.has(key)) return true;
  keys.add(key);
  return false;
}

/** Whether the cosignatures of some witnesses make up the quorum; `has` tells who cosigned. */
export function quorumMet(quorum: Quorum, has: (witness: Verifier) => boolean): boolean {
  switch (quorum.kind) {
    case 'none':
      return true;
    case 'witness':
      return has(quorum.verifier);
    case 'group':
      return quorum.of.filter((member) => quorumMet(member, has)).length >= quorum.least;
    default:
      return quorum satisfies never;
  }
}

/** The policy as a file again: one log, every witness, at least `least` of them (0: none needed). */
export function formatPolicy(
  logKey: string,
  witnesses: readonly { name: string; verifierKey: string; url?: string }[],
  least: number,
): string {
  const lines = [
    `log ${logKey}`,
    ...witnesses.map(({ name, verifierKey, url }) => ['witness', name, verifierKey, ...(url ? [url] : [])].join(' ')),
  ];
  if (least > 0) lines.push(`group witnesses ${least} ${witnesses.map(({ name }) => name).join(' ')}`);
  return `${[...lines, `quorum ${least > 0 ? 'witnesses' : 'none'}`].join('\n')}\n`;
}

const wrong = (line: number, zh: string, en: string): Refused =>
  refused({ code: 'invalid', line, message: text(`政策檔第 ${line} 行：${zh}。`, `Policy line ${line}: ${en}.`) });
