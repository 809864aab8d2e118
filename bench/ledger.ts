// Rates of the ledger core beside the figures measured when it was designed (2 cores, Node 20) and beside Go's own code.
// node bench/ledger.ts [entries, default 1000000]
import { createHash, createSecretKey, generateKeyPairSync, randomBytes, sign } from 'node:crypto';
import { rawPublicKey } from '../src/adapters/sealing/keys.ts';
import { logOrigin, signCheckpoint, verifyCheckpoint } from '../src/kernel/ledger/checkpoint.ts';
import { decodeEntry, encodeEntry } from '../src/kernel/ledger/envelope.ts';
import { entryMac } from '../src/kernel/ledger/mac.ts';
import { leafHash, nodeHash } from '../src/kernel/ledger/merkle.ts';
import { formatVerifierKey, type NoteSigner, parseVerifierKey, type Verifier } from '../src/kernel/ledger/note.ts';
import { decryptPersonal, encryptPersonal } from '../src/kernel/ledger/personal.ts';
import { appendLeaves, EMPTY_TREE } from '../src/kernel/ledger/tree.ts';
import { envelopeAt, type Measured, measureLog } from './ledger-log.ts';

const entries = Number(process.argv[2] ?? 1_000_000);
const show = ({ what, done, seconds, beside }: Measured) => {
  const rate = Math.round(done / seconds).toLocaleString('en');
  console.log(`${what.padEnd(52)}${rate.padStart(12)}/s${seconds.toFixed(2).padStart(9)} s   ${beside}`);
};

/** Median of three runs of so many turns. */
function rate(what: string, done: number, beside: string, work: (turn: number) => void, each = 1): void {
  const runs = [1, 2, 3].map(() => {
    const start = performance.now();
    for (let turn = 0; turn < done / each; turn++) work(turn);
    return (performance.now() - start) / 1000;
  });
  show({ what, done, seconds: runs.sort((a, b) => a - b)[1] as number, beside });
}

const entry = encodeEntry(envelopeAt(1)) as Uint8Array;
const leaves = Array.from({ length: 256 * 256 }, (_, pos) => leafHash(Buffer.from(`${pos}`)));
const leaf = leafHash(entry);
const key = randomBytes(32);
const nodeKey = createSecretKey(key);

console.log(`node ${process.version}; the last column is the figure of the design, or the limit\n`);
rate('SHA-256, createHash, one entry', 200_000, '880,000', () => createHash('sha256').update(entry).digest());
rate(`leaf hash, ${entry.length} B`, 200_000, '1,300,000 (400 B)', () => leafHash(entry));
rate('node hash, 65 B', 200_000, '1,640,000', () => nodeHash(leaf, leaf));
rate('mark (HMAC)', 100_000, '482,000', () => entryMac(nodeKey, leaf, leaf));
rate('encode an envelope: checks and RFC 8785', 50_000, '360,000 (RFC 8785 alone)', (pos) =>
  encodeEntry(envelopeAt(pos)),
);
rate('decode an entry', 50_000, '', () => decodeEntry(entry));
rate('integrate leaves in memory', leaves.length, '521,000', () => appendLeaves(EMPTY_TREE, leaves), leaves.length);

const bound = { subject: 'person:p1', record: 'visit:1' };
const keys = { subjectKey: key, recordKey: key };
const personal = encryptPersonal('王小明', bound, keys, randomBytes);
rate('personal value encrypted', 20_000, '205,000 (GCM alone)', () =>
  encryptPersonal('王小明', bound, keys, randomBytes),
);
rate('personal value opened', 20_000, '', () => decryptPersonal(personal, keys));

const origin = logOrigin('ancheng.example', 'bench', 1);
const { privateKey } = generateKeyPairSync('ed25519');
const verifierKey = formatVerifierKey(origin, rawPublicKey(privateKey));
const signer: NoteSigner = { name: origin, verifierKey, sign: (body) => sign(null, body, privateKey) };
const note = signCheckpoint({ origin, size: 1, root: leaf }, signer);
const policy = { log: [parseVerifierKey(verifierKey) as Verifier] };
rate('checkpoint signed', 5_000, '45,700', (size) => signCheckpoint({ origin, size, root: leaf }, signer));
rate('checkpoint verified', 5_000, '16,600', () => verifyCheckpoint(note, policy));

console.log(`\na log of ${entries.toLocaleString('en')} entries on disk`);
for await (const measured of measureLog(entries)) show(measured);
