import { api } from '../api.ts';
import { signWithPasskey } from '../session.ts';
import type { ChosenFactor, SentFactor } from './factor.tsx';

type Asked = Parameters<typeof api.records.signingDecision>[0];

/** What is sent to prove who decides: a passkey signs this very decision; undefined when the person closed its dialog. */
export async function provenFor({ passkey, ...typed }: ChosenFactor, decision: Asked): Promise<SentFactor | undefined> {
  if (!passkey) return typed;
  const { options } = await api.records.signingDecision(decision);
  const answer = await signWithPasskey(options);
  return answer && { passkey: answer };
}
