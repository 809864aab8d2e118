import { wholeBlob } from '../../adapters/blobs/folder.ts';
import type { FileValue } from '../../kernel/engine/types.ts';
import { isRefused, type Refused } from '../../kernel/refusal.ts';
import { type ListRow, OPENING_LIST, type OpeningList, openingList } from '../../modules/opening/list.ts';
import { type Look, noSuch, recordOf } from '../../runtime/query/look.ts';
import { recordView } from '../../runtime/query/record.ts';
import { noteUpload } from '../../runtime/store/files.ts';
import { withOrganisation } from '../../runtime/store/session.ts';
import type { Caller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import type { GivenRow, JudgedRow } from './rows.ts';

/** An opening list as its form keeps it: one file of the record. */

export type Kept = { list: OpeningList; record: { id: string; version: number; title: string; source: FileValue[] } };

/** The rows of a list the reader may see. */
export async function keptList(look: Look, http: Pick<HttpParts, 'blobs'>, id: string): Promise<Kept | Refused> {
  const view = await recordView(look, id);
  if (isRefused(view)) return view;
  const state = (await recordOf(look, id))?.state;
  if (state?.type !== OPENING_LIST) return noSuch('這份清冊', 'such list');
  const [file] = (state.values.list ?? []) as FileValue[];
  const bytes = file && (await wholeBlob(http.blobs, file.sha256));
  const parsed = bytes && openingList.safeParse(JSON.parse(new TextDecoder().decode(bytes)));
  if (!parsed?.success) return noSuch('這份清冊的檔案', 'file of this list');
  return {
    list: parsed.data,
    record: {
      id,
      version: state.version,
      title: String(state.values.title ?? ''),
      source: (state.values.source ?? []) as FileValue[],
    },
  };
}

export type Draft = Omit<OpeningList, 'format' | 'rows'> & { rows: GivenRow[] };

/** Puts the list into the store, and answers the file as a form refers to it. */
export async function keepList(http: HttpParts, caller: Caller, draft: Draft, judged: JudgedRow[]): Promise<FileValue> {
  const rows = draft.rows.map((row, index) => rowOf(row, judged[index]!));
  const list: OpeningList = { format: 'ancheng-opening-list/1', ...draft, rows };
  const bytes = new TextEncoder().encode(JSON.stringify(list, null, 1));
  const { sha256, size } = await http.blobs.put(
    (async function* () {
      yield bytes;
    })(),
  );
  const file = { sha256, size, name: `${draft.type}-${draft.rows.length}.json`, media: 'application/json' };
  await withOrganisation(http.parts.db, caller.organisation, (tx) =>
    noteUpload(tx, caller.organisation, {
      ...file,
      scan: 'none',
      by: caller.viewer.person ?? '',
      at: http.parts.clock(),
    }),
  );
  return { id: sha256, ...file };
}

const rowOf = (row: GivenRow, { title, values, outcome, refused }: JudgedRow): ListRow => ({
  id: row.id,
  line: row.line,
  type: row.type,
  title,
  cells: row.cells,
  values,
  ...(row.decided ? { decided: row.decided } : {}),
  ...(outcome === 'refused' ? { problem: refused[0]?.message.zh ?? '' } : {}),
});
