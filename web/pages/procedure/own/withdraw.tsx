import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { mappingChanged } from '../../../citations.ts';
import { t } from '../../../language.ts';
import { Button } from '../../../ui/button.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { TextControl } from '../../../ui/field.tsx';
import { tell } from '../../../ui/toast.tsx';

type Props = { title: string; withdraw(reason: string): Promise<unknown>; onGone(): void };

/** Takes a procedure or a checklist off the screens, with a reason; what it said stays in the ledger and as of earlier days. */
export function Withdraw({ title, withdraw, onGone }: Props) {
  const [asking, setAsking] = useState(false);
  const [reason, setReason] = useState('');
  const save = useMutation({
    mutationFn: () => withdraw(reason.trim()),
    onSuccess: async () => {
      tell(t('own.withdrawn', { title }));
      onGone();
      await mappingChanged();
    },
  });
  return (
    <>
      <Button look="quiet" onPress={() => setAsking(true)}>
        {t('own.withdraw')}
      </Button>
      {asking && (
        <DialogForm
          title={t('own.withdrawOf', { title })}
          go={t('own.withdraw')}
          look="danger"
          why={reason.trim() ? undefined : t('explain.fillFirst')}
          save={save}
          onClose={() => setAsking(false)}
        >
          <p className="sub">{t('own.withdrawText')}</p>
          <TextControl label={t('plan.reason')} layout="stacked" must lines={2} value={reason} onChange={setReason} />
        </DialogForm>
      )}
    </>
  );
}
