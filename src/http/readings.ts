import { isRefused, type Refused, refused } from '../kernel/refusal.ts';
import { text } from '../kernel/text.ts';
import type { Caller } from './caller.ts';
import type { HttpParts } from './parts.ts';

const HOUR_CHARACTERS = '2026-11-20T09'.length;

/**
 * Enters that somebody reads what is declared `logged`, before it is shown: what cannot be entered is not shown. Once an hour for each
 * person, record and way, however often a page asks.
 */
export async function noteReading(
  { dispatch, parts }: HttpParts,
  caller: Caller,
  input: { record: string; type: string; way: 'page' | 'paper' | 'file' },
): Promise<Refused | undefined> {
  const { person, account } = caller.viewer;
  if (person === undefined) return nobody;
  const hour = parts.clock().slice(0, HOUR_CHARACTERS);
  const actor = {
    kind: 'person',
    person,
    ...(account ? { account } : {}),
    via: caller.token ? 'token' : 'web',
    factor: 'none',
  } as const;
  const command = { do: 'trail.note_reading', id: `read:${input.record}:${person}:${input.way}:${hour}`, input };
  const outcome = await dispatch({ organisation: caller.organisation, actor, command });
  return isRefused(outcome) ? outcome : undefined;
}

const nobody = refused({
  code: 'by',
  message: text(
    '此類紀錄的閱覽須留下紀錄，帳號未連結人員者不能閱覽。',
    'Reading this is on record, and this account is nobody’s.',
  ),
});
