import './explanations.css';
import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { ClauseEvidence } from '../../../src/runtime/evidence-views.ts';
import type { ClauseView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { officeTime, showDate } from '../../time.ts';
import { Pill } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { DateControl } from '../../ui/date.tsx';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';

/** 說明及改善 beside a light that is not green: the newest in full, those before it kept below. */
export function Explanations({ clause, evidence }: { clause: ClauseView; evidence: ClauseEvidence }) {
  const [writing, setWriting] = useState(false);
  const { explanations, mayExplain } = evidence;
  const calls = clause.light === 'late' || clause.light === 'partial';
  if (explanations.length === 0 && !calls) return null;
  const [newest, ...older] = explanations;
  return (
    <section className="explanations">
      <div className="row apart">
        <h3>{t('explain.title')}</h3>
        {calls && mayExplain && (
          <Button onPress={() => setWriting(true)}>{newest ? t('explain.again') : t('explain.write')}</Button>
        )}
      </div>
      {newest ? <Explained said={newest} /> : <p className="sub">{t('explain.none')}</p>}
      {older.length > 0 && (
        <details>
          <summary>{t('explain.older', { count: older.length })}</summary>
          {older.map((said) => (
            <Explained key={said.pos} said={said} />
          ))}
        </details>
      )}
      {writing && <Write clause={clause} onClose={() => setWriting(false)} />}
    </section>
  );
}

function Explained({ said }: { said: ClauseEvidence['explanations'][number] }) {
  return (
    <blockquote>
      <p>{said.cause}</p>
      <p>
        <strong>{t('explain.measureIs')}</strong>
        {said.measure}
      </p>
      <footer>
        {said.by.name} · <time dateTime={said.at}>{showDate(officeTime(said.at).date)}</time>
        {said.due && <Pill tone="info">{t('explain.dueOn', { day: showDate(said.due) })}</Pill>}
        {said.breaches > 0 && <span>{t('explain.then', { count: said.breaches })}</span>}
      </footer>
    </blockquote>
  );
}

function Write({ clause, onClose }: { clause: ClauseView; onClose(): void }) {
  const [cause, setCause] = useState('');
  const [measure, setMeasure] = useState('');
  const [due, setDue] = useState('');
  const save = useMutation({
    mutationFn: () =>
      api.procedure.explain({ commandId: newCommandId(), clause: clause.id, cause, measure, ...(due && { due }) }),
    onSuccess: async () => {
      await queryClient.invalidateQueries({ queryKey: ['evidence', clause.id] });
      tell(t('explain.saved'));
      onClose();
    },
  });
  const missing = cause.trim() === '' || measure.trim() === '';
  return (
    <DialogForm
      title={t('explain.title')}
      go={t('explain.save')}
      why={missing ? t('explain.fillFirst') : undefined}
      save={save}
      onClose={onClose}
    >
      <TextControl
        label={t('explain.cause')}
        help={t('explain.causeHelp')}
        layout="stacked"
        must
        lines={3}
        value={cause}
        onChange={setCause}
      />
      <TextControl
        label={t('explain.measure')}
        help={t('explain.measureHelp')}
        layout="stacked"
        must
        lines={3}
        value={measure}
        onChange={setMeasure}
      />
      <DateControl label={t('explain.due')} layout="stacked" value={due} onChange={setDue} />
      <p className="sub">{t('explain.kept')}</p>
    </DialogForm>
  );
}
