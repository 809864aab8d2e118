import { hash } from 'node:crypto';
import type { Actor, Command, FileValue, RecordState } from '../../kernel/engine/types.ts';
import { type Refused, refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import type { Entailed, Module } from '../../runtime/module.ts';
import { ENTERED, entering, OPENING_LIST, openingList } from './list.ts';

/** Reads a stored file whole; undefined when it is not there. */
type Read = (sha256: string) => Promise<Uint8Array | undefined>;

/**
 * 期初建檔: a list of existing things is prepared as one form, signed once, and enters its register as a whole — every entry its own
 * event, naming the list as its origin, all in the transaction of the last signature, or none (decision 0095). Of a list that a second
 * person confirmed, the entries are that person's act and say who prepared them.
 */
export const opening = (read: Read): Module => ({
  name: 'opening',
  commands: {},
  entails: { [OPENING_LIST]: (_tx, state) => (state.state === ENTERED ? entriesOf(read, state) : Promise.resolve([])) },
});

async function entriesOf(read: Read, state: RecordState): Promise<Entailed[] | Refused> {
  const [file] = (state.values.list ?? []) as FileValue[];
  const bytes = file && (await read(file.sha256));
  if (!bytes || hash('sha256', bytes, 'hex') !== file.sha256) return fileGone;
  const parsed = openingList.safeParse(readJson(bytes));
  if (!parsed.success) return notAList;
  const rows = entering(parsed.data);
  const signed = signersOf(state);
  if (rows.length === 0 || signed === undefined) return nothing;
  return rows.map((row) => ({
    line: row.line,
    actor: signed.actor,
    command: {
      do: 'open',
      id: `${state.id}:${row.id}`,
      type: row.type,
      record: row.id,
      values: row.values,
      origin: state.id,
      ...(signed.prepared === undefined ? {} : { prepared: signed.prepared }),
    } satisfies Command,
  }));
}

/** Whose last signature enters the rows, and who prepared them when that was somebody else. */
function signersOf({ acts, seals }: RecordState): { actor: Actor; prepared?: string } | undefined {
  const last = acts.enter ? 'enter' : 'confirm';
  const person = acts[last]?.by;
  if (person === undefined) return undefined;
  const factor = seals.findLast(({ action }) => action === last)?.factor as (Actor & { kind: 'person' })['factor'];
  const prepared = last === 'confirm' ? acts.submit?.by : undefined;
  return {
    actor: { kind: 'person', person, factor: factor ?? 'none' },
    ...(prepared === undefined ? {} : { prepared }),
  };
}

function readJson(bytes: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder().decode(bytes));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

const fileGone = refused({
  code: 'missing',
  field: 'list',
  message: text('清冊檔案不在或已毀損，不能登錄。', 'The file of the list is gone or damaged; nothing can be entered.'),
  fix: { text: text('請退回草稿並重新儲存清冊', 'Return it to draft and save the list again') },
});
const notAList = refused({
  code: 'invalid',
  field: 'list',
  message: text('附檔不是期初建檔的清冊。', 'The file is not an opening list.'),
  fix: { text: text('請由簿冊的「期初建檔」頁儲存清冊', 'Save the list from the register’s opening page') },
});
const nothing = refused({
  code: 'required',
  field: 'list',
  message: text('清冊中沒有要登錄的列。', 'No row of the list is to be entered.'),
});
