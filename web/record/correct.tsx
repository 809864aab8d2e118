import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Values } from '../../src/kernel/engine/types.ts';
import type { FieldView, RecordView } from '../../src/runtime/views.ts';
import { api, newCommandId, refusalsOf } from '../api.ts';
import { say, t } from '../language.ts';
import { Alert } from '../ui/bits.tsx';
import { ChoiceControl } from '../ui/choice.tsx';
import { DialogForm } from '../ui/dialog-form.tsx';
import { TextControl } from '../ui/field.tsx';
import { tell } from '../ui/toast.tsx';
import { FieldControl } from './control.tsx';
import { type Answering, Changes } from './corrections.tsx';
import { refetch } from './work.ts';

export type CorrectingAs = 'correction' | 'erratum' | 'proposal';

/** A slip: which field, what it should read, why. What may not be corrected says so, and what is open instead. */
export function CorrectDialog({ record, as, onClose }: { record: RecordView; as: CorrectingAs; onClose(): void }) {
  const fields = correctable(record, as);
  const [chosen, setChosen] = useState('');
  const [values, setValues] = useState<Values>({});
  const [names, setNames] = useState(record.names);
  const [reason, setReason] = useState('');
  const field = fields.find(({ name }) => name === chosen);
  const enter = useMutation({
    mutationFn: () => {
      const given = { commandId: newCommandId(), id: record.id, changes: values, reason };
      return as === 'proposal'
        ? api.records.propose(given)
        : api.records.correct({ ...given, version: record.version });
    },
    onSuccess: async () => {
      tell(t(`correct.done_${as}`));
      await refetch(record.id);
      onClose();
    },
  });
  const wrong = refusalsOf(enter.error)?.find((refusal) => refusal.field === chosen);
  const missing = !(chosen in values)
    ? t('correct.nothingYet')
    : reason.trim() === ''
      ? t('correct.sayWhy')
      : undefined;
  return (
    <DialogForm title={t(`correct.as_${as}`)} go={t(`correct.as_${as}`)} why={missing} save={enter} onClose={onClose}>
      <p>{t(`correct.means_${as}`)}</p>
      {fields.length === 0 && <Alert tone="warn">{t('correct.none')}</Alert>}
      <ChoiceControl
        label={t('correct.field')}
        layout="stacked"
        value={chosen}
        options={fields.map((one) => ({ value: one.name, label: say(one.label) }))}
        onChange={(name) => {
          setChosen(name);
          setValues({});
        }}
      />
      {field && (
        <FieldControl
          key={field.name}
          field={field}
          layout="stacked"
          idPrefix="correct"
          value={chosen in values ? values[chosen] : record.values[chosen]}
          names={names}
          wrong={wrong && say(wrong.message)}
          onChange={(value, named) => {
            setValues({ [chosen]: value });
            if (named) setNames((old) => ({ ...old, [named[0]]: named[1] }));
          }}
        />
      )}
      <TextControl label={t('correct.reason')} layout="stacked" lines={2} must value={reason} onChange={setReason} />
    </DialogForm>
  );
}

function correctable(record: RecordView, as: CorrectingAs): FieldView[] {
  const shown = record.sections
    .filter(({ name }) => name !== '_base')
    .flatMap((section) => section.fields)
    .filter((field) => !field.hidden && !field.computed);
  return as === 'proposal' ? shown : shown.filter(({ name }) => record.may.correct.includes(name));
}

/** An objection to a correction, or a decision about one asked for. */
export function AnswerDialog({
  record,
  answering,
  onClose,
}: {
  record: RecordView;
  answering: Answering;
  onClose(): void;
}) {
  const [words, setWords] = useState('');
  const objects = answering.to === 'object';
  const needed = objects || !answering.agree;
  const enter = useMutation({
    mutationFn: () => {
      const given = { commandId: newCommandId(), id: record.id };
      if (answering.to === 'object')
        return api.records.object({ ...given, correction: answering.correction.id, words });
      const { proposal, agree } = answering;
      return api.records.decide({
        ...given,
        version: record.version,
        proposal: proposal.id,
        agree,
        ...(words.trim() && { words }),
      });
    },
    onSuccess: async () => {
      tell(t(objects ? 'correct.objectedNow' : 'correct.decidedNow'));
      await refetch(record.id);
      onClose();
    },
  });
  const title = t(objects ? 'correct.object' : answering.agree ? 'correct.agree' : 'correct.refuse');
  return (
    <DialogForm
      title={title}
      go={title}
      look={needed ? 'danger' : 'go'}
      why={needed && words.trim() === '' ? t('mark.sayWhy') : undefined}
      save={enter}
      onClose={onClose}
    >
      <Changes record={record} changes={(objects ? answering.correction : answering.proposal).changes} />
      {objects && <p>{t('correct.objectMeans')}</p>}
      <TextControl
        label={t(objects ? 'correct.objection' : 'mark.wordsIfAny')}
        layout="stacked"
        lines={2}
        must={needed}
        value={words}
        onChange={setWords}
      />
    </DialogForm>
  );
}
