import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { PlanView } from '../../../../src/runtime/text-views.ts';
import { api, newCommandId } from '../../../api.ts';
import { mappingChanged } from '../../../citations.ts';
import { t } from '../../../language.ts';
import { type ChosenFactor, Factor } from '../../../record/factor.tsx';
import { provenFor } from '../../../record/proven.ts';
import { Alert } from '../../../ui/bits.tsx';
import { DateControl } from '../../../ui/date.tsx';
import { DialogForm } from '../../../ui/dialog-form.tsx';
import { TextControl } from '../../../ui/field.tsx';
import { tell } from '../../../ui/toast.tsx';

type ProposeProps = { plan: PlanView; clauses: string[]; onClose(): void; onDone(): void };

/** One start for the chapters chosen, with the reason the CISO will read. */
export function Propose({ plan, clauses, onClose, onDone }: ProposeProps) {
  const [on, setOn] = useState('');
  const [reason, setReason] = useState('');
  const late = plan.clauses.filter((clause) => clauses.includes(clause.id) && clause.late).length;
  const save = useMutation({
    mutationFn: () =>
      api.plan.propose({ commandId: newCommandId(), reason, starts: clauses.map((clause) => ({ clause, on })) }),
    onSuccess: async () => {
      await mappingChanged();
      tell(t('plan.sent'));
      onDone();
    },
  });
  const missing = on === '' || reason.trim() === '';
  return (
    <DialogForm
      title={t('plan.setStart', { count: clauses.length })}
      go={t('plan.send')}
      why={missing ? t('explain.fillFirst') : undefined}
      save={save}
      onClose={onClose}
    >
      <DateControl label={t('plan.start')} layout="stacked" must max={plan.furthest} value={on} onChange={setOn} />
      <TextControl
        label={t('plan.reason')}
        help={t('plan.reasonHelp')}
        layout="stacked"
        must
        lines={3}
        value={reason}
        onChange={setReason}
      />
      {late > 0 && <Alert tone="warn">{t('plan.lateInside', { count: late })}</Alert>}
      <p className="sub">{t('plan.grey')}</p>
    </DialogForm>
  );
}

type DecideProps = { plan: string; kind: 'approve' | 'return'; principal: string | undefined; onClose(): void };

/** The CISO, or whoever stands in, approves with a factor, or returns with a reason. */
export function Decide({ plan, kind, principal, onClose }: DecideProps) {
  const [note, setNote] = useState('');
  const [factor, setFactor] = useState<ChosenFactor>({});
  const save = useMutation({
    mutationFn: async () => {
      const said = { plan, approve: kind === 'approve', ...(note.trim() && { note: note.trim() }) };
      const commandId = newCommandId();
      const sent = await provenFor(factor, { decision: 'plan.decide', commandId, input: said });
      if (!sent) return false; // closed by the person
      await api.plan.decide({ commandId, ...said, factor: sent });
      return true;
    },
    onSuccess: async (decided) => {
      if (!decided) return;
      await mappingChanged();
      tell(t(kind === 'approve' ? 'plan.approved' : 'plan.returned'));
      onClose();
    },
  });
  const missing = kind === 'return' ? note.trim() === '' : Object.keys(factor).length === 0;
  return (
    <DialogForm
      title={t(kind === 'approve' ? 'plan.approveTitle' : 'plan.returnTitle')}
      go={t(kind === 'approve' ? 'plan.approve' : 'plan.return')}
      why={missing ? t('explain.fillFirst') : undefined}
      save={save}
      onClose={onClose}
    >
      {principal && <Alert tone="info">{t('plan.asDeputy', { name: principal })}</Alert>}
      <TextControl
        label={t('plan.note')}
        layout="stacked"
        must={kind === 'return'}
        lines={3}
        value={note}
        onChange={setNote}
      />
      {kind === 'approve' && <Factor passkeys value={factor} onChange={setFactor} />}
    </DialogForm>
  );
}
