import { type ReactNode, useState } from 'react';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import type { Uploaded } from '../../../src/http/contract.ts';
import { t } from '../../language.ts';
import { Alert } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { upload } from '../../ui/files.tsx';
import { Icon } from '../../ui/icons.tsx';

type Props = { label: string; help: string; onUploaded(file: Uploaded): void };

/** One report, dropped or chosen; shows how far it has come. */
export function ChooseFile({ label, help, onUploaded }: Props) {
  const [going, setGoing] = useState<{ name: string; part: number }>();
  const [failed, setFailed] = useState<string>();
  const send = async (file: File | undefined) => {
    if (!file) return;
    setFailed(undefined);
    setGoing({ name: file.name, part: 0 });
    const answer = await upload(file, (part) => setGoing({ name: file.name, part }));
    setGoing(undefined);
    if ('failed' in answer) setFailed(answer.failed);
    else onUploaded(answer);
  };
  return (
    <BigDrop label={label} help={help} onFile={send}>
      {going && (
        <div className="going">
          <span>{going.name}</span>
          <progress max={1} value={going.part} aria-label={t('files.uploading', { name: going.name })} />
        </div>
      )}
      {failed && <Alert tone="bad">{failed}</Alert>}
    </BigDrop>
  );
}

type DropProps = {
  label: string;
  help: string;
  accept?: string[];
  onFile(file: File | undefined): void;
  children?: ReactNode;
};

/** The large place to drop a file on, with the button for those who do not drag. */
export function BigDrop({ label, help, accept, onFile, children }: DropProps) {
  return (
    <DropZone
      className="big-drop"
      aria-label={label}
      getDropOperation={() => 'copy'}
      onDrop={async (event) => {
        const item = event.items.find((each) => each.kind === 'file');
        onFile(item && (await item.getFile()));
      }}
    >
      <Icon name="upload" size={26} />
      <strong>{label}</strong>
      <p className="sub">{help}</p>
      <FileTrigger {...(accept && { acceptedFileTypes: accept })} onSelect={(list) => onFile(list?.[0])}>
        <Button look="go">{t('scan.pick')}</Button>
      </FileTrigger>
      {children}
    </DropZone>
  );
}
