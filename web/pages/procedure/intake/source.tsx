import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { TextPreview } from '../../../../src/http/contract/texts.ts';
import { api } from '../../../api.ts';
import { t } from '../../../language.ts';
import { Problem, Skeleton } from '../../../ui/bits.tsx';
import { PasteCard } from '../../../ui/paste.tsx';
import { ChooseFile } from '../../import/choose-file.tsx';

type Given = { file?: string; pasted?: string };

/** The approved document: a file, or its text pasted. */
export function TextSource({ of, onRead }: { of: string | undefined; onRead(preview: TextPreview): void }) {
  const [pasted, setPasted] = useState('');
  const read = useMutation({
    mutationFn: (given: Given) => api.texts.preview({ ...given, ...(of && { text: of }) }),
    onSuccess: onRead,
  });
  if (read.isPending) return <Skeleton lines={8} />;
  return (
    <>
      {read.isError && <Problem error={read.error} />}
      <div className="intake-doors">
        <ChooseFile
          label={t('ownImport.choose')}
          help={t('ownImport.chooseHelp')}
          onUploaded={({ sha256 }) => read.mutate({ file: sha256 })}
        />
        <PasteCard
          title={t('ownImport.paste')}
          label={t('ownImport.pasteLabel')}
          help={t('ownImport.pasteHelp')}
          lines={9}
          value={pasted}
          onChange={setPasted}
          go={t('ownImport.recognise')}
          first={t('intake.pasteFirst')}
          onGo={() => read.mutate({ pasted })}
        />
      </div>
    </>
  );
}
