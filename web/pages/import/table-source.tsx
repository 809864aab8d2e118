import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Uploaded } from '../../../src/http/contract.ts';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { Problem } from '../../ui/bits.tsx';
import { PasteCard } from '../../ui/paste.tsx';
import { ChooseFile } from './choose-file.tsx';
import type { Read } from './draft.ts';

/** A table as it was read, and what it was read from, so that another sheet can be. */
export type Source = { name: string; read: Read; file?: Uploaded; pasted?: string };

/** The same without its rows, which the list has: what is worth keeping over a reload. */
export const withoutRows = (source: Source): Source => ({ ...source, read: { ...source.read, rows: [] } });

/** A spreadsheet file, or cells pasted from one; the server reads it and tells what it found. */
export function TableSource({ type, onSource }: { type: string; onSource(source: Source): void }) {
  const [pasted, setPasted] = useState('');
  const read = useMutation({
    mutationFn: async (from: Pick<Source, 'name' | 'file' | 'pasted'>): Promise<Source> => ({
      ...from,
      read: await api.registers.readTable({
        type,
        ...(from.file && { file: from.file.sha256 }),
        ...(from.pasted !== undefined && { pasted: from.pasted }),
      }),
    }),
    onSuccess: onSource,
  });
  return (
    <>
      {read.isError && <Problem error={read.error} />}
      <div className="intake-doors">
        <ChooseFile
          label={t('intake.choose')}
          help={t('intake.chooseHelp')}
          onUploaded={(file) => read.mutate({ name: file.name, file })}
        />
        <PasteCard
          title={t('intake.paste')}
          label={t('intake.pasteLabel')}
          help={t('intake.pasteHelp')}
          value={pasted}
          onChange={setPasted}
          go={t('intake.read')}
          busy={read.isPending}
          first={t('intake.pasteFirst')}
          onGo={() => read.mutate({ name: t('intake.pasted'), pasted })}
        />
      </div>
    </>
  );
}
