import { randomUUID } from 'node:crypto';
import { text } from '../../kernel/text.ts';
import { INSTALLATION } from '../../runtime/organisations.ts';
import type { Caller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { type Context, must, mustWrite, no, signedIn } from './ask.ts';

/** Whoever manages the installation itself: its address, its mail; others are refused. */
export async function managing(context: Context): Promise<Caller> {
  const caller = await signedIn(context);
  if (!caller.viewer.administrator)
    no([{ code: 'forbidden', message: text('限系統管理者。', 'Only for the administrator.') }]);
  return caller;
}

/** The same, for changing something. */
export async function changing(context: Context): Promise<Caller> {
  const caller = await managing(context);
  await mustWrite(context, caller);
  return caller;
}

/** An event of the installation's own ledger, with the account that did it. */
export async function note(
  http: HttpParts,
  caller: Caller,
  type: string,
  about: Record<string, string>,
): Promise<void> {
  const input = { type, ...(caller.viewer.account ? { account: caller.viewer.account } : {}), ...about };
  const command = { do: 'installation.note', id: randomUUID(), input };
  must(await http.dispatch({ organisation: INSTALLATION, actor: { kind: 'setup' }, command }));
}
