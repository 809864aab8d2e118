import { readProcedure, recognisePasted } from '../../importers/procedure/read.ts';
import type { Recognised } from '../../kernel/clauses/recognise.ts';
import { refused } from '../../kernel/refusal.ts';
import { text } from '../../kernel/text.ts';
import { citations } from '../../runtime/query/citations.ts';
import { noSuch } from '../../runtime/query/look.ts';
import { changesAgainst, mapping, textChanges, texts, textView } from '../../runtime/query/texts.ts';
import { fileOf } from '../files.ts';
import { asking, type Context, commanding, must, no, os, signedIn } from './ask.ts';

/** The organisation's own procedures: read, recognised, confirmed, mapped. */

type File = { name: string; sha256: string; size: number };

/** A file the caller may have, by its hash. */
async function givenFile(context: Context, sha256: string): Promise<File> {
  const found = await fileOf(context.http, await signedIn(context), sha256);
  if (!found) return no(noSuch('這個檔案，請重新上傳', 'file; upload it again').refused);
  return { name: found.name, sha256, size: found.size };
}

async function recognised(context: Context, file: File | undefined, pasted: string | undefined): Promise<Recognised> {
  if (file) {
    const blob = await context.http.blobs.get(file.sha256);
    return blob ? must(await readProcedure(blob.stream())) : no(fileGone.refused);
  }
  return pasted?.trim() ? recognisePasted(pasted) : no(nothingGiven.refused);
}

const fileGone = noSuch('這個檔案的內容', 'content of this file');
const nothingGiven = refused({
  code: 'required',
  field: 'pasted',
  message: text('請上傳檔案或貼上文字。', 'Upload a file or paste the text.'),
});

export const textAnswers = {
  list: os.texts.list.handler(({ input, context }) => asking(context, texts, input.asOf)),
  get: os.texts.get.handler(({ input, context }) => asking(context, (look) => textView(look, input.text), input.asOf)),
  mapping: os.texts.mapping.handler(({ input, context }) => asking(context, (look) => mapping(look, input.text))),
  changes: os.texts.changes.handler(({ input, context }) =>
    asking(context, (look) => textChanges(look, input.text), input.asOf),
  ),
  citations: os.texts.citations.handler(({ input, context }) => asking(context, citations, input.asOf)),
  preview: os.texts.preview.handler(async ({ input, context }) => {
    await signedIn(context);
    const file = input.file ? await givenFile(context, input.file) : undefined;
    const found = await recognised(context, file, input.pasted);
    const keyed = found.clauses.map(({ cite, text: words }, at) => ({ key: `c${at + 1}`, cite, text: words }));
    const changes =
      input.text === undefined ? [] : await asking(context, (look) => changesAgainst(look, input.text!, keyed));
    return { ...found, changes, ...(file ? { file } : {}) };
  }),
  import: os.texts.import.handler(async ({ input: { commandId, text: id, file: sha256, ...given }, context }) => {
    const file = sha256 ? await givenFile(context, sha256) : undefined;
    const { pos, response } = await commanding(context, {
      do: 'procedures.import',
      id: commandId,
      input: { text: id ?? commandId, ...given, ...(file ? { file } : {}) },
    });
    return { pos, ...(response as { text: string; edition: number }) };
  }),
  link: os.texts.link.handler(async ({ input: { commandId, ...given }, context }) => {
    const { pos } = await commanding(context, { do: 'procedures.link', id: commandId, input: given });
    return { pos };
  }),
  withdraw: os.texts.withdraw.handler(async ({ input: { commandId, ...given }, context }) => {
    const { pos } = await commanding(context, { do: 'procedures.withdraw', id: commandId, input: given });
    return { pos };
  }),
};
