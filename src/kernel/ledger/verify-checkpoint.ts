import { isRefused } from '../refusal.ts';
import { type Text, text } from '../text.ts';
import {
  type CheckpointPolicy,
  type SignedCheckpoint,
  shortOfQuorum,
  type VerifiedCheckpoint,
  verifyCheckpoint,
} from './checkpoint.ts';
import { type Attestation, attestations } from './note.ts';
import type { Findings } from './report.ts';

/** A checkpoint published before, trusted signatures judged; the tree has to begin with it. */
export type Earlier = SignedCheckpoint & { cosigned: Attestation[]; name: string };

/** How far enough witnesses have seen the log: entries, the oldest of their moments (ISO UTC), their names. */
export type Seen = { size: number; at?: string; by: string[] };

/**
 * L0: signatures of the checkpoint and of earlier ones, and the quorum. Witnesses need not have seen the newest entries: a checkpoint
 * cosigned earlier counts as far as it reaches, for {@link verifyTree} shows that this log begins with it.
 */
export function judgeCheckpoints(
  published: string,
  earlier: readonly { name: string; note: string }[],
  policy: CheckpointPolicy,
  findings: Findings,
): { newest: VerifiedCheckpoint | undefined; earlier: Earlier[]; seen: Seen | undefined } {
  const newest = verifyCheckpoint(published, { ...policy, quorum: 0 });
  if (isRefused(newest)) for (const { message } of newest.refused) findings.fail('L0', message);
  const known = earlier.flatMap(({ name, note }) => judgeEarlier(name, note, policy, findings));
  if (isRefused(newest)) return { newest: undefined, earlier: known, seen: undefined };
  const last = { ...newest, cosigned: attestations(newest.note, policy.witnesses ?? []), name: 'checkpoint' };
  const all = together([...known, last]).filter(({ origin }) => origin === newest.origin);
  const largest = (fits: (one: Earlier) => boolean) => all.filter(fits).sort((a, b) => b.size - a.size)[0];
  const enough = largest(({ cosigned }) => !shortOfQuorum(cosigned, policy));
  // Where no quorum is demanded, whoever has seen it is told all the same.
  const demanded = shortOfQuorum([], policy) !== undefined;
  if (!enough) findings.fail('L0', shortOfQuorum(all.at(-1)?.cosigned ?? [], policy) ?? NOBODY);
  const seen = demanded ? enough : largest(({ cosigned }) => cosigned.length > 0);
  return { newest, earlier: known, seen: seen && seenIn(seen) };
}

/** What several notes of the same text say, put together: witnesses may have seen it on different days. */
function together(all: Earlier[]): Earlier[] {
  const byText = new Map<string, Earlier>();
  for (const one of all) {
    const before = byText.get(one.note.body);
    byText.set(one.note.body, before ? { ...one, cosigned: [...before.cosigned, ...one.cosigned] } : one);
  }
  return [...byText.values()];
}

const NOBODY = text('未達政策所定的見證', 'too few witnesses have seen it');

function judgeEarlier(name: string, note: string, policy: CheckpointPolicy, findings: Findings): Earlier[] {
  const judged = verifyCheckpoint(note, { ...policy, quorum: 0 });
  if (!isRefused(judged)) return [{ ...judged, cosigned: attestations(judged.note, policy.witnesses ?? []), name }];
  const why: Text | undefined = judged.refused[0]?.message;
  findings.fail('L0', text(`${name}：${why?.zh ?? ''}`, `${name}: ${why?.en ?? ''}`));
  return [];
}

function seenIn({ size, cosigned }: Earlier): Seen {
  const moments = cosigned.flatMap(({ at }) => (at === undefined ? [] : [at]));
  return {
    size,
    ...(moments.length > 0 ? { at: new Date(Math.min(...moments) * 1000).toISOString() } : {}),
    by: [...new Set(cosigned.map(({ verifier }) => verifier.name))],
  };
}
