import './files.css';
import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components/Button';
import { DropZone } from 'react-aria-components/DropZone';
import { FileTrigger } from 'react-aria-components/FileTrigger';
import type { Uploaded } from '../../src/http/contract.ts';
import type { FileValue } from '../../src/kernel/engine/types.ts';
import type { Refusal } from '../../src/kernel/refusal.ts';
import { say, t } from '../language.ts';
import { Button } from './button.tsx';
import { type ControlProps, fieldClass } from './field.tsx';
import { Icon } from './icons.tsx';

type Slot = { id: string; label: string };
type Going = { key: number; name: string; part: number; failed?: string };
type FilesProps = ControlProps & { value: FileValue[]; slots?: Slot[] | undefined; onChange(files: FileValue[]): void };

/** Attachments, dropped or chosen; with slots (what must be enclosed) each slot has its own place. */
export function FilesControl(props: FilesProps) {
  const { value, slots, onChange, label } = props;
  const other = value.filter((file) => !slots?.some((slot) => slot.id === file.slot));
  const replace = (slot: string | undefined) => (files: FileValue[]) =>
    onChange([
      ...value.filter((file) => (slot ? file.slot !== slot : !other.includes(file))),
      ...files.map((file) => (slot ? { ...file, slot } : file)),
    ]);
  return (
    <fieldset className={fieldClass(props)} id={props.id} aria-label={label}>
      {props.layout !== 'bare' && (
        <span className="label">
          {label}
          {props.must && <span className="must">＊</span>}
        </span>
      )}
      <div className="files">
        {slots?.map((slot) => (
          <Place
            key={slot.id}
            label={slot.label}
            files={value.filter((file) => file.slot === slot.id)}
            onChange={replace(slot.id)}
          />
        ))}
        <Place label={slots ? t('files.other') : label} quiet={!slots} files={other} onChange={replace(undefined)} />
        {props.help && <span className="help">{props.help}</span>}
        {props.wrong && <span className="wrong">{props.wrong}</span>}
      </div>
    </fieldset>
  );
}

function Place({
  label,
  quiet = false,
  files,
  onChange,
}: {
  label: string;
  quiet?: boolean;
  files: FileValue[];
  onChange(files: FileValue[]): void;
}) {
  const [going, setGoing] = useState<Going[]>([]);
  const add = async (chosen: File[]) => {
    const done: FileValue[] = [];
    for (const file of chosen) {
      const key = Math.random();
      const show = (part: number, failed?: string) =>
        setGoing((list) => [
          ...list.filter((each) => each.key !== key),
          { key, name: file.name, part, ...(failed && { failed }) },
        ]);
      show(0);
      const answer = await upload(file, show);
      if ('failed' in answer) {
        show(0, answer.failed);
        continue;
      }
      done.push(answer);
      setGoing((list) => list.filter((each) => each.key !== key));
    }
    if (done.length > 0) onChange([...files, ...done]);
  };
  return (
    <DropZone
      className="drop"
      aria-label={label}
      getDropOperation={() => 'copy'}
      onDrop={async (event) => {
        const dropped = event.items.filter((item) => item.kind === 'file');
        await add(await Promise.all(dropped.map((item) => item.getFile())));
      }}
    >
      <div className="drop-head">
        {!quiet && <span>{label}</span>}
        <FileTrigger allowsMultiple onSelect={(list) => list && add([...list])}>
          <AriaButton className="button quiet" aria-label={t('files.addTo', { label })}>
            <Icon name="upload" size={15} />
            {t('files.add')}
          </AriaButton>
        </FileTrigger>
      </div>
      <FileList files={files} onRemove={(id) => onChange(files.filter((file) => file.id !== id))} />
      {going.map((file) => (
        <div key={file.key} className="going">
          <span>{file.name}</span>
          {file.failed ? (
            <span className="wrong">{file.failed}</span>
          ) : (
            <progress max={1} value={file.part} aria-label={t('files.uploading', { name: file.name })} />
          )}
        </div>
      ))}
    </DropZone>
  );
}

/** Attached files with their size and the beginning of their SHA-256, as sealed. */
export function FileList({ files, onRemove }: { files: FileValue[]; onRemove?: (id: string) => void }) {
  return (
    <ul className="file-list">
      {files.map((file) => (
        <li key={file.id}>
          <Icon name="file" size={16} />
          <a href={`/api/v1/files/${file.sha256}?name=${encodeURIComponent(file.name)}`}>{file.name}</a>
          <span className="faint">
            {size(file.size)}　<code title={file.sha256}>{file.sha256.slice(0, 8)}…</code>
          </span>
          {onRemove && (
            <Button look="icon" aria-label={t('files.remove', { name: file.name })} onPress={() => onRemove(file.id)}>
              <Icon name="trash" size={15} />
            </Button>
          )}
        </li>
      ))}
    </ul>
  );
}

const size = (bytes: number): string =>
  bytes < 1_000_000 ? `${Math.max(1, Math.round(bytes / 1000))} kB` : `${(bytes / 1_000_000).toFixed(1)} MB`;

/** XMLHttpRequest, because fetch cannot tell how far an upload has come. Answers the stored file, or why it was not taken. */
export function upload(file: File, progress: (part: number) => void): Promise<Uploaded | { failed: string }> {
  return new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open('POST', '/api/v1/files');
    request.setRequestHeader('x-activity', 'person');
    request.upload.onprogress = (event) => progress(event.total ? event.loaded / event.total : 0);
    request.onload = () => resolve(answerOf(request.status, request.responseText));
    request.onerror = () => resolve({ failed: t('problem.unreachable') });
    const form = new FormData();
    form.append('file', file);
    request.send(form);
  });
}

function answerOf(status: number, text: string): Uploaded | { failed: string } {
  if (status < 300) return JSON.parse(text) as Uploaded;
  if (!text.startsWith('{')) return { failed: t('files.failed') };
  const { refused = [], reference } = JSON.parse(text) as { refused?: Refusal[]; reference?: string };
  if (refused[0]) return { failed: refused.map((refusal) => say(refusal.message)).join(' ') };
  return { failed: reference ? t('problem.reference', { reference }) : t('files.failed') };
}
