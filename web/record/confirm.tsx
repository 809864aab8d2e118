import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { HeldView } from '../../src/runtime/mark-views.ts';
import type { RecordView } from '../../src/runtime/views.ts';
import { api, newCommandId } from '../api.ts';
import { t, titled } from '../language.ts';
import { signWithPasskey } from '../session.ts';
import { DialogForm } from '../ui/dialog-form.tsx';
import { TextControl } from '../ui/field.tsx';
import { tell } from '../ui/toast.tsx';
import { type ChosenFactor, Factor, type SentFactor } from './factor.tsx';
import { MarkDetails } from './mark.tsx';
import { refetch } from './work.ts';

/** The passkey signs the very mark that is shown. */
async function signedMark(
  about: Parameters<typeof api.records.signingConfirmation>[0],
): Promise<SentFactor | undefined> {
  const { options } = await api.records.signingConfirmation(about);
  const passkey = await signWithPasskey(options);
  return passkey && { passkey };
}

type Props = { record: RecordView; held: HeldView; agree: boolean; onClose(): void };

/** A second person stands for what was not done in person, then and there, or says why not. */
export function ConfirmDialog({ record, held, agree, onClose }: Props) {
  const [words, setWords] = useState('');
  const [factor, setFactor] = useState<ChosenFactor>({});
  const answer = useMutation({
    mutationFn: async () => {
      const said = {
        id: record.id,
        version: record.version,
        mark: held.id,
        ...(words.trim() && { words }),
      };
      const { passkey, ...typed } = factor;
      const sent = passkey ? await signedMark(said) : typed;
      if (agree && !sent) return false; // closed by the person
      await api.records.confirm({ commandId: newCommandId(), ...said, agree, ...(agree && sent && { factor: sent }) });
      return true;
    },
    onSuccess: async (done) => {
      if (!done) return;
      tell(t(agree ? 'mark.confirmedNow' : 'mark.declinedNow'));
      await refetch(record.id);
      onClose();
    },
  });
  const own = held.mark.kind === 'filled';
  const title = agree ? t(own ? 'mark.confirm' : 'mark.countersign') : t('mark.decline');
  const missing = agree
    ? Object.keys(factor).length === 0 && t('action.factorFirst')
    : words.trim() === '' && t('mark.sayWhy');
  return (
    <DialogForm
      title={title}
      go={title}
      look={agree ? 'go' : 'danger'}
      why={missing || undefined}
      save={answer}
      onClose={onClose}
    >
      <p className="sub">
        {record.number}　{titled(record)}
      </p>
      <MarkDetails mark={held.mark} />
      <p>{t(agree ? (own ? 'mark.confirmMeans' : 'mark.countersignMeans') : 'mark.declineMeans')}</p>
      <TextControl
        label={t(agree ? 'mark.wordsIfAny' : 'mark.reason')}
        layout="stacked"
        lines={2}
        must={!agree}
        value={words}
        onChange={setWords}
      />
      {agree && <Factor passkeys value={factor} onChange={setFactor} />}
    </DialogForm>
  );
}
