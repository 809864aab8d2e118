import { useState } from 'react';
import { t } from '../../language.ts';
import { PasteCard } from '../../ui/paste.tsx';
import { BigDrop } from './choose-file.tsx';
import { asCsv, decodeTable } from './decode.ts';

/** A table as text, where it came from, and how it was written. `id` tells one choice from the next. */
export type Source = { id: number; name: string; csv: string; encoding: 'utf-8' | 'big5' };
let last = 0;

/** A CSV file (UTF-8 or Big5), or cells pasted from a spreadsheet; the first row holds the column names. */
export function TextSource({ onSource }: { onSource(source: Source): void }) {
  const [pasted, setPasted] = useState('');
  const give = (name: string, csv: string, encoding: Source['encoding']) => {
    last += 1;
    onSource({ id: last, name, csv, encoding });
  };
  const read = async (file: File | undefined) => {
    if (!file) return;
    const { text, encoding } = decodeTable(new Uint8Array(await file.arrayBuffer()));
    give(file.name, asCsv(text), encoding);
  };
  return (
    <div className="intake-doors">
      <BigDrop
        label={t('intake.chooseCsv')}
        help={t('intake.chooseCsvHelp')}
        accept={['.csv', '.txt', '.tsv', 'text/csv']}
        onFile={(file) => void read(file)}
      />
      <PasteCard
        title={t('intake.paste')}
        label={t('intake.pasteLabel')}
        help={t('intake.pasteHelp')}
        value={pasted}
        onChange={setPasted}
        go={t('intake.read')}
        first={t('intake.pasteFirst')}
        onGo={() => give(t('intake.pasted'), asCsv(pasted), 'utf-8')}
      />
    </div>
  );
}
