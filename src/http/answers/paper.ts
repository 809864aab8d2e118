import { copyable } from '../../kernel/engine/copy.ts';
import { contentCode, readCode } from '../../kernel/engine/otherwise.ts';
import type { Paper, RecordState } from '../../kernel/engine/types.ts';
import type { RecordType } from '../../kernel/pack/types.ts';
import { text } from '../../kernel/text.ts';
import { readCodes } from '../../print/read-code.ts';
import { noSuch, recordOf } from '../../runtime/query/look.ts';
import { namesIn, refOf } from '../../runtime/query/names.ts';
import { mayRead } from '../../runtime/query/reading.ts';
import type { PrintRead } from '../contract/work.ts';
import { fileOf } from '../files.ts';
import { asking, type Context, no, os, signedIn } from './ask.ts';

/** Paper that comes back, and earlier cases that are begun anew. */
export const paperAnswers = {
  readPrint: os.records.readPrint.handler(async ({ input, context }): Promise<PrintRead> => {
    const { state, type } = await readable(context, input.id);
    return printRead(context, input.file, state, type);
  }),
  copy: os.records.copy.handler(({ input, context }) =>
    asking(context, async (look) => {
      const found = await recordOf(look, input.id);
      if (!found || !(await mayRead(look, found.state, found.type))) return noSuch('這筆紀錄', 'record');
      const current = look.context.definition.records[found.type.name];
      if (!current) return noSuch('這種表單', 'form');
      const { values, left } = copyable(current, found.state);
      return {
        type: current.name,
        from: refOf(look, { ...found.state, title: found.title }),
        values,
        names: await namesIn(look, values),
        left,
      };
    }),
  ),
};

/** A scan that shows another code than the one given is refused, whatever was typed. */
export async function refuseOtherPrint(context: Context, record: string, paper: Paper): Promise<void> {
  const { state, type } = await readable(context, record);
  for (const file of paper.scan) {
    const { outcome, code } = await printRead(context, file.sha256, state, type);
    if (outcome === 'none' || (outcome === 'same' && code === readCode(paper.print))) continue;
    no([
      {
        code: 'conflict',
        field: 'print',
        message:
          outcome === 'other'
            ? text('掃描檔的 QR 碼屬於另一件案件', 'The code on the scan belongs to another case')
            : text('掃描檔的 QR 碼屬於舊版內容', 'The code on the scan is that of an older version'),
        fix: { text: text('請重新列印現在的版本核章', 'Print the present version and have it signed') },
      },
    ]);
  }
}

async function readable(context: Context, record: string): Promise<{ state: RecordState; type: RecordType }> {
  return asking(context, async (look) => {
    const found = await recordOf(look, record);
    return found && (await mayRead(look, found.state, found.type)) ? found : noSuch('這筆紀錄', 'record');
  });
}

const LARGEST_SCAN_BYTES = 30_000_000;

async function printRead(context: Context, file: string, state: RecordState, type: RecordType): Promise<PrintRead> {
  const known = await fileOf(context.http, await signedIn(context), file);
  const blob = known && known.scan !== 'found' ? await context.http.blobs.get(file) : undefined;
  if (!blob) return no(noSuch('這個檔案，請重新上傳', 'file; upload it again').refused);
  if (blob.size > LARGEST_SCAN_BYTES) return { outcome: 'none' };
  const chunks: Uint8Array[] = [];
  for await (const chunk of blob.stream()) chunks.push(chunk as Uint8Array);
  const ours = (await readCodes(Buffer.concat(chunks))).map(PRINTED.exec, PRINTED).filter((match) => match !== null);
  const own = ours.find(([, record]) => record === state.id);
  const code = own ?? ours[0];
  if (!code) return { outcome: 'none' };
  if (!own) return { outcome: 'other' };
  const read = readCode(own[2]!);
  return { outcome: read === contentCode(type, state) ? 'same' : 'old', code: read };
}

/** What the QR code of a print says: `…/records/<id>?print=<code>`. */
const PRINTED = /\/records\/([^/?#]+)\?print=([0-9A-Z-]+)/;
