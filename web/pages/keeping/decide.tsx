import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useState } from 'react';
import { t } from '../../language.ts';
import { Factor, type GivenFactor } from '../../record/factor.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';

type Given = { reason: string; factor: GivenFactor };
type Props = {
  title: string;
  /** The word on the button, and what is said once it is done. */
  does: string;
  done: string;
  danger?: boolean;
  /** Why it cannot be done yet; the button says so. */
  missing?: string | undefined;
  reasonHelp?: string;
  children: ReactNode;
  run(given: Given): Promise<unknown>;
  onClose(): void;
};

/** A decision that stays in the ledger: what it means, why it is taken, and who takes it, proven again. */
export function Decide({ title, does, done, danger, missing, reasonHelp, children, run, onClose }: Props) {
  const [reason, setReason] = useState('');
  const [factor, setFactor] = useState<GivenFactor>({});
  const act = useMutation({
    mutationFn: () => run({ reason: reason.trim(), factor }),
    onSuccess: () => {
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
      <Factor value={factor} onChange={setFactor} means={t('keeping.factorMeans')} />
    </DialogForm>
  );
}
