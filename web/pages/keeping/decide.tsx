import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { type api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { type ChosenFactor, Factor, type SentFactor } from '../../record/factor.tsx';
import { provenFor } from '../../record/proven.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';

type Given = { commandId: string; reason: string; factor: SentFactor };
type Props = {
  title: string;
  /** The word on the button, and what is said once it is done. */
  does: string;
  done: string;
  danger?: boolean;
  /** Why it cannot be done yet; the button says so. */
  missing?: string | undefined;
  reasonHelp?: string;
  /** Which decision it is, and on what: a passkey signs that, and the reason. */
  decision: Parameters<typeof api.records.signingDecision>[0]['decision'];
  of: { [name: string]: string | boolean };
  children: ReactNode;
  run(given: Given): Promise<unknown>;
  onClose(): void;
};

/** A decision that stays in the ledger: what it means, why it is taken, and who takes it, proven again. */
export function Decide({
  title,
  does,
  done,
  danger,
  missing,
  reasonHelp,
  decision,
  of,
  children,
  run,
  onClose,
}: Props) {
  const [reason, setReason] = useState('');
  const [factor, setFactor] = useState<ChosenFactor>({});
  const act = useMutation({
    mutationFn: async () => {
      const [commandId, said] = [newCommandId(), { ...of, reason: reason.trim() }];
      const sent = await provenFor(factor, { decision, commandId, input: said });
      if (!sent) return false; // closed by the person
      await run({ commandId, reason: said.reason, factor: sent });
      return true;
    },
    onSuccess: (decided) => {
      if (!decided) return;
      tell(done);
      onClose();
    },
  });
  const why =
    missing ??
    (reason.trim().length < 2 ? t('keeping.sayWhy') : undefined) ??
    (Object.keys(factor).length === 0 ? t('action.factorFirst') : undefined);
  return (
    <DialogForm title={title} go={does} look={danger ? 'danger' : 'go'} wide why={why} save={act} onClose={onClose}>
      {children}
      <TextControl
        label={t('keeping.reason')}
        help={reasonHelp}
        layout="stacked"
        lines={2}
        must
        value={reason}
        onChange={setReason}
      />
      <Factor passkeys value={factor} onChange={setFactor} means={t('keeping.factorMeans')} />
    </DialogForm>
  );
}
