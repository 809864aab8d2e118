import { generateKeyPairSync } from 'node:crypto';
import { expect, test } from 'vitest';
import { isRefused } from '../refusal.ts';
import { formatVerifierKey } from './note.ts';
import { formatPolicy, type Policy, parsePolicy, quorumMet } from './policy.ts';

const raw = () => generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).subarray(-32);
const log = formatVerifierKey('office.example/log/xiluo/1', raw());
const key = Object.fromEntries(
  ['X1', 'X2', 'X3', 'Y1', 'Y2'].map((name) => [name, formatVerifierKey(name, raw(), 'cosignature')]),
);

/** The example of the specification, two levels of groups. */
const TWO_LEVELS = `# two operators
log ${log} https://office.example/log

witness X1 ${key.X1}
witness X2 ${key.X2} https://witness.example/
witness X3 ${key.X3}
group X-witnesses 2 X1 X2 X3
\twitness Y1 ${key.Y1}
witness Y2 ${key.Y2}
group Y-witnesses any Y1 Y2
group X-and-Y all X-witnesses Y-witnesses
quorum X-and-Y
`;

test('two out of three here and any one there, as the specification’s example has it', () => {
  const policy = parsePolicy(TWO_LEVELS) as Policy;
  expect(policy.witnesses.map(({ name, url }) => [name, url])).toContainEqual(['X2', 'https://witness.example']);
  const met = (...names: string[]) => quorumMet(policy.quorum, ({ name }) => names.includes(name));
  expect(met('X1', 'X3', 'Y2')).toBe(true);
  expect(met('X1', 'X2', 'X3')).toBe(false);
  expect(met('X1', 'Y1', 'Y2')).toBe(false);
});

test('what we write we read again', () => {
  const witnesses = [
    { name: 'X1', verifierKey: key.X1!, url: 'https://w.example' },
    { name: 'X2', verifierKey: key.X2! },
  ];
  const policy = parsePolicy(formatPolicy(log, witnesses, 1)) as Policy;
  expect(quorumMet(policy.quorum, ({ name }) => name === 'X2')).toBe(true);
  expect(quorumMet(policy.quorum, () => false)).toBe(false);
  expect(quorumMet((parsePolicy(formatPolicy(log, witnesses, 0)) as Policy).quorum, () => false)).toBe(true);
});

test('whatever the specification forbids is refused with its line', () => {
  const cases: [line: number, content: string][] = [
    [2, `log ${log}\n`],
    [1, 'quorum nobody\n'],
    [1, 'log nonsense\nquorum none\n'],
    [1, `log ${key.X1}\nquorum none\n`],
    [2, `log ${log}\nlog ${log}\nquorum none\n`],
    [2, `witness a ${key.X1}\nwitness b ${key.X1}\nquorum a\n`],
    [2, `witness a ${key.X1}\nwitness a ${key.X2}\nquorum a\n`],
    [1, `witness none ${key.X1}\nquorum none\n`],
    [2, `witness a ${key.X1}\ngroup g 2 a\nquorum g\n`],
    [2, `witness a ${key.X1}\ngroup g any a a\nquorum g\n`],
    [3, `witness a ${key.X1}\ngroup g any a\ngroup h any a\nquorum h\n`],
    [1, 'quorum none\r\n'],
    [2, `witness a ${key.X1}\ngroup g any a later\nquorum g\n`],
    [2, `witness a ${key.X1}\ngroup g 01 a\nquorum g\n`],
    [1, 'mirror x\nquorum none\n'],
    [1, 'quorum none\u0000\n'],
  ];
  for (const [line, content] of cases) {
    const policy = parsePolicy(content);
    expect([content, isRefused(policy) && policy.refused[0]?.line]).toEqual([content, line]);
  }
});
