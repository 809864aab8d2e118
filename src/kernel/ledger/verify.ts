import { isRefused } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import { type ApprovalIndex, emptyApprovalIndex, followApproval } from './approvals.ts';
import { canonicalBytes, type Json } from './canonical.ts';
import { type Chain, firstChain, type LedgerRow, orderFault } from './chain.ts';
import { type CheckpointPolicy, parseCheckpoint, type VerifiedCheckpoint } from './checkpoint.ts';
import { type BlobRef, blobRefs, decodeEntry, type Envelope } from './envelope.ts';
import { type ActRules, emptyGrantIndex, followAct, type GrantIndex } from './grants.ts';
import type { NodeKey } from './mac.ts';
import { type Finding, type Findings, gatherFindings, type Level, type Report } from './report.ts';
import { decodeBundle, TILE_WIDTH, widthAt } from './tiles.ts';
import { type Earlier, judgeCheckpoints, type Seen } from './verify-checkpoint.ts';
import { followRows } from './verify-rows.ts';
import { type LogReader, type SealedEntry, verifyTree } from './verify-tree.ts';

export type VerifyInput = {
  log: LogReader;
  /** Trusted keys; always judged. */
  policy: CheckpointPolicy;
  /** Checkpoints published earlier, by name (a day): the log has to begin with each, and their cosignatures count. */
  earlier?: readonly { name: string; note: string }[];
  /** Further demands on the checkpoint, freshness for instance; each text returned is a failure of L0. */
  judge?: (checkpoint: VerifiedCheckpoint, seen: Seen | undefined) => Text[];
  /** Event rows by ascending position, unsealed ones included: asks for L2. */
  rows?: AsyncIterable<LedgerRow>;
  /** Keys of the command servers: with `rows`, asks for marks. */
  nodeKeys?: readonly NodeKey[];
  /** Asks for L3: canonical form, stream versions, moments, grants. */
  acts?: ActRules;
  /** Asks for L4: looks whether a blob is there and has the content its name says; shredded counts as kept, by design. */
  blob?: (ref: BlobRef, position: number) => Promise<'kept' | 'shredded' | 'missing' | 'altered'>;
  onProgress?: (done: number, size: number) => void;
};

/**
 * Verifies a ledger from its published files, and whatever else is given, in one streaming pass. Never throws for bad data:
 * every failure is a finding that names the position of the first entry concerned. Failures of readers themselves do throw.
 */
export async function verifyLedger(input: VerifyInput): Promise<Report> {
  const findings = gatherFindings();
  const published = await input.log.checkpoint();
  if (published === undefined) {
    findings.fail('L0', text('找不到封存點', 'there is no checkpoint'));
    return { ok: false, findings: findings.list() };
  }
  const { newest, earlier, seen } = judgeCheckpoints(published, input.earlier ?? [], input.policy, findings);
  for (const message of (newest && input.judge?.(newest, seen)) ?? []) findings.fail('L0', message);
  const head = parseCheckpoint(published);
  if (isRefused(head)) return { ok: false, findings: findings.list() };

  const rows = input.rows && (await followRows(input.rows, input.nodeKeys, findings));
  const approvals = emptyApprovalIndex();
  const contents = followContents(input, findings, approvals);
  const sealed = { size: head.size, root: head.root };
  for await (const batch of verifyTree(input.log, sealed, findings, sameLog(earlier, head.origin))) {
    if (rows) for (const entry of batch) await rows.next(entry);
    if (contents) for (const entry of batch) await contents(entry);
    input.onProgress?.((batch.at(-1)?.position ?? -1) + 1, head.size);
  }
  await rows?.finish(head.size);
  const report = concluded(input, findings, head, seen, approvals);
  const since = report.firstBad === undefined ? undefined : await recordedAt(input.log, report.firstBad, head.size);
  return since === undefined ? report : { ...report, since };
}

/** When the entry at a position was recorded; where it cannot be read, the nearest readable one before it. */
async function recordedAt(log: LogReader, position: number, size: number): Promise<string | undefined> {
  for (let index = Math.floor(Math.min(position, size - 1) / TILE_WIDTH); index >= 0; index--) {
    const bundle = await log.read({ level: 'entries', index, width: widthAt(0, index, size) });
    const entries = bundle ? decodeBundle(bundle) : [];
    if (isRefused(entries)) continue;
    const upTo = entries.slice(0, position - index * TILE_WIDTH + 1).map(decodeEntry);
    const readable = upTo.flatMap((envelope) => (isRefused(envelope) ? [] : [envelope.at])).at(-1);
    if (readable) return readable;
  }
  return undefined;
}

/** A new epoch is a new log: what was sealed in another one is no beginning of this one. */
const sameLog = (earlier: Earlier[], origin: string) => earlier.filter((one) => one.origin === origin);

/** What needs the content of entries: order and grants (L3), blobs (L4). */
function followContents({ acts, blob }: VerifyInput, findings: Findings, approvals: ApprovalIndex) {
  if (!acts && !blob) return undefined;
  const chain = firstChain();
  const index = emptyGrantIndex();
  const rules = adoptedRules();
  return async ({ position, entry }: SealedEntry) => {
    if (!entry) return;
    const envelope = decodeEntry(entry);
    if (isRefused(envelope)) {
      for (const { message } of envelope.refused) findings.fail('L3', message, position);
      return;
    }
    if (acts) {
      for (const message of actFaults(entry, envelope, position, chain, index, approvals, acts))
        findings.fail('L3', message, position);
      const other = rules(envelope);
      if (other) findings.fail('L3', other, position);
    }
    if (blob) await checkBlobs(envelope, position, blob, findings);
  };
}

/** Every event names the rules it was decided by: those adopted last before it (`definition.adopted {hash}`), none before the first. */
function adoptedRules() {
  let adopted = '';
  return ({ type, data, definition }: Envelope): Text | undefined => {
    const fault =
      definition === adopted
        ? undefined
        : text('所依規則不是當時採用的程序書', 'it was decided by rules that were not the ones adopted then');
    if (type === 'definition.adopted') adopted = String(data.hash);
    return fault;
  };
}

function actFaults(
  entry: Uint8Array,
  envelope: Envelope,
  position: number,
  chain: Chain,
  index: GrantIndex,
  approvals: ApprovalIndex,
  rules: ActRules,
): Text[] {
  const faults = [...followAct(index, position, envelope, rules), ...followApproval(approvals, envelope)];
  const order = orderFault(chain, envelope);
  if (order) faults.push(order);
  if (Buffer.compare(canonicalBytes(envelope as unknown as Json), entry) !== 0) {
    faults.push(text('事項不是標準格式（RFC 8785）', 'the entry is not in canonical form (RFC 8785)'));
  }
  return faults;
}

async function checkBlobs(
  envelope: Envelope,
  position: number,
  look: NonNullable<VerifyInput['blob']>,
  findings: Findings,
): Promise<void> {
  for (const ref of blobRefs(envelope.data)) {
    const state = await look(ref, position);
    if (state === 'missing')
      findings.fail('L4', text(`附件 ${ref.blob} 不存在`, `blob ${ref.blob} is missing`), position);
    if (state === 'altered')
      findings.fail('L4', text(`附件 ${ref.blob} 內容已變`, `blob ${ref.blob} was altered`), position);
  }
}

function concluded(
  input: VerifyInput,
  findings: Findings,
  head: { origin: string; size: number; root: Uint8Array },
  seen: Seen | undefined,
  { counts }: ApprovalIndex,
): Report {
  const asked: Level[] = ['L0', 'L1'];
  if (input.rows) asked.push('L2');
  if (input.acts || (input.rows && input.nodeKeys)) asked.push('L3');
  if (input.blob) asked.push('L4');
  const summary = asked.map((level): Finding => {
    const count = findings.failures(level);
    const message = count === 0 ? passed(level, input, seen, counts) : text(`${count} 項不符`, `${count} failures`);
    return { level, ok: count === 0, message };
  });
  const first = findings.first();
  return {
    ok: summary.every(({ ok }) => ok),
    origin: head.origin,
    size: head.size,
    root: Buffer.from(head.root).toString('base64'),
    ...(seen ? { seen } : {}),
    ...(first === undefined ? {} : { firstBad: first }),
    findings: [...findings.list(), ...summary],
  };
}

/** What a level without failures has shown, and no more than was asked. */
function passed(
  level: Level,
  { acts, rows, nodeKeys, policy }: VerifyInput,
  seen: Seen | undefined,
  counts: ApprovalIndex['counts'],
): Text {
  switch (level) {
    case 'L0':
      return seen
        ? text(
            `封存點簽章有效；${seen.by.length} 位見證者見過前 ${seen.size} 筆${seen.at ? `（${seen.at}）` : ''}`,
            `the checkpoint is signed as trusted; ${seen.by.length} witnesses have seen the first ${seen.size} entries${seen.at ? ` (${seen.at})` : ''}`,
          )
        : policy.witnesses?.length
          ? text('封存點簽章有效；尚無見證者見過', 'the checkpoint is signed as trusted; no witness has seen it')
          : text('封存點簽章有效；未列見證者', 'the checkpoint is signed as trusted; no witness was named');
    case 'L1':
      return text('由全部紀錄重建的樹根與封存點相同', 'the root rebuilt from all entries is the sealed one');
    case 'L2':
      return text('資料庫逐筆與封存內容完全相同', 'the database equals the sealed entries byte for byte');
    case 'L3': {
      const marks = rows && nodeKeys ? text('鑑別碼', 'marks') : undefined;
      const contents = acts ? text('格式、版次、時間與授權', 'form, versions, moments and grants') : undefined;
      const both = [marks, contents].filter((part) => part !== undefined);
      const signed = acts
        ? text(
            `；核准與決定 ${counts.signed} 件經金鑰簽章，${counts.weaker} 件未經金鑰簽章`,
            `; of approvals and decisions ${counts.signed} are signed with a passkey, ${counts.weaker} are not`,
          )
        : text('', '');
      return text(
        `${both.map(({ zh }) => zh).join('、')}相符${signed.zh}`,
        `${both.map(({ en }) => en).join(', ')} hold${signed.en}`,
      );
    }
    case 'L4':
      return text('附件齊全且內容相符', 'blobs are complete and unaltered');
    default:
      return level satisfies never;
  }
}
