import { setTimeout as wait } from 'node:timers/promises';
import { parseCheckpoint } from '../../kernel/ledger/checkpoint.ts';
import { isRefused } from '../../kernel/refusal.ts';
import { safeName } from '../../print/package/names.ts';
import type { IndexRecord } from '../../print/package/types.ts';
import type { Look } from '../../runtime/query/look.ts';
import { sealedState } from '../../runtime/query/trail.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import type { Caller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import type { Packing } from './attachments.ts';
import type { Plan, Progress } from './plan.ts';

const PROVED_AT_ONCE = 200;
const SEALED_WITHIN_MS = 10_000;

/** Where things lie in a package. */
export const PLACES = {
  zh: { evidence: '佐證', proofs: '證明', policy: '證明/policy.txt', checkpoint: '證明/checkpoint.txt' },
  en: { evidence: 'evidence', proofs: 'proofs', policy: 'proofs/policy.txt', checkpoint: 'proofs/checkpoint.txt' },
};

/** A proof for every entry of every record, under one checkpoint, with whom to trust beside them. */
export async function packProofs(
  http: HttpParts,
  caller: Caller,
  plan: Plan,
  records: Map<string, IndexRecord>,
  positions: Map<string, number[]>,
  { zip, language, unique }: Packing,
  signal: AbortSignal,
  tell: Progress,
) {
  const { organisation } = caller;
  await untilSealed(http, organisation, plan.pos, signal);
  const all = [...positions.values()].reduce((sum, some) => sum + some.length, 0);
  let done = 0;
  let checkpoint = '';
  for (const [id, of] of positions) {
    const record = records.get(id)!;
    const folder = unique(`${PLACES[language].proofs}/${safeName(record.number, 40)}`);
    let count = 0;
    for (let at = 0; at < of.length; at += PROVED_AT_ONCE) {
      signal.throwIfAborted();
      const found = await http.ledger.proofs(organisation, of.slice(at, at + PROVED_AT_ONCE));
      checkpoint = found?.checkpoint ?? checkpoint;
      for (const { pos, proof } of found?.proofs ?? []) {
        await zip.add(`${folder}/${String(pos).padStart(9, '0')}.tlog-proof`, proof);
        count += 1;
      }
    }
    record.proofs = { path: count > 0 ? `${folder}/` : '', count, waiting: of.length - count };
    if (count === 0) delete record.proofs;
    done += of.length;
    tell('proofs', done, all);
  }
  const policy = await http.ledger.policy(organisation);
  await zip.add(PLACES[language].policy, policy);
  if (checkpoint) await zip.add(PLACES[language].checkpoint, checkpoint);
  const head = checkpoint ? parseCheckpoint(checkpoint) : undefined;
  const verifierKey = /^log (\S+)/m.exec(policy)?.[1];
  return {
    how: {
      ...(head && !isRefused(head) ? { checkpoint: { origin: head.origin, size: head.size } } : {}),
      ...(verifierKey ? { verifierKey } : {}),
    },
    remarks: head || all === 0 ? [] : [UNSEALED[language]],
  };
}

const UNSEALED = {
  zh: '軌跡尚未封存，本包沒有證明；請稍後重新製作。',
  en: 'Nothing was sealed when this was made, so it holds no proofs; make it again later.',
};

/** What was just written is sealed within seconds; what is not by then is told in the index. */
async function untilSealed(http: HttpParts, organisation: string, pos: number, signal: AbortSignal): Promise<void> {
  for (let waited = 0; waited < SEALED_WITHIN_MS; waited += 500) {
    const { size } = await withOrganisation(http.parts.db, organisation, (tx) =>
      sealedState({ tx, organisation } as Look),
    );
    if (size >= pos) return;
    await wait(500, undefined, { signal });
  }
}
