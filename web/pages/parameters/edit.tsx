import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { ParameterView } from '../../../src/runtime/views.ts';
import { api, newCommandId, refusalsOf } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Alert, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { YesNoControl } from '../../ui/choice.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FieldRow, TextControl } from '../../ui/field.tsx';
import { NumberControl } from '../../ui/number.tsx';
import { tell } from '../../ui/toast.tsx';
import { judge } from './judge.ts';
import { parametersQuery } from './queries.ts';
import { Demands, directionOf } from './table.tsx';
import { labelOf, showValue, unitWord } from './value.ts';

type Value = ParameterView['value'];

/** Tightening is free and asks a reason; loosening is answered with the way to an exception. */
export function EditParameter({ parameter, onClose }: { parameter: ParameterView; onClose(): void }) {
  const [value, setValue] = useState<Value | undefined>(parameter.value);
  const [reason, setReason] = useState('');
  const save = useMutation({
    mutationFn: (to: Value) =>
      api.parameters.set({ commandId: newCommandId(), name: parameter.name, value: to, reason: reason.trim() }),
    onSuccess: async (_done, to) => {
      await queryClient.invalidateQueries(parametersQuery);
      tell(t('parameter.saved', { name: labelOf(parameter), value: showValue(to, parameter.unit) }));
      onClose();
    },
  });
  const needsException = refusalsOf(save.error)?.some((refusal) => refusal.fix?.go === 'exception.open') ?? false;
  return (
    <Dialog title={labelOf(parameter)} onClose={onClose}>
      <form
        className="parameter-form"
        onSubmit={(event) => {
          event.preventDefault();
          if (value !== undefined && !whyNot(parameter, value, reason)) save.mutate(value);
        }}
      >
        <FieldRow label={t('parameter.inForce')}>
          <strong>{showValue(parameter.value, parameter.unit)}</strong>
          <span className="faint">　{t(`parameter.direction_${directionOf(parameter)}`)}</span>
        </FieldRow>
        <FieldRow label={t('parameter.demands')}>
          <Demands parameter={parameter} />
        </FieldRow>
        <ValueControl parameter={parameter} value={value} onChange={setValue} />
        {value !== undefined && <Forewarning parameter={parameter} value={value} />}
        <TextControl
          label={t('parameter.reason')}
          help={t('parameter.reasonHelp')}
          must
          lines={2}
          value={reason}
          onChange={setReason}
        />
        {save.isError && <Problem error={save.error} />}
        <div className="actions">
          {needsException && <AskException name={parameter.name} />}
          <Button look="go" type="submit" busy={save.isPending} why={whyNot(parameter, value, reason)}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function whyNot(parameter: ParameterView, value: Value | undefined, reason: string): string | undefined {
  if (value === undefined) return t('parameter.valueFirst');
  if (String(value) === String(parameter.value)) return t('parameter.unchanged');
  return reason.trim() ? undefined : t('parameter.reasonFirst');
}

function ValueControl({
  parameter,
  value,
  onChange,
}: {
  parameter: ParameterView;
  value: Value | undefined;
  onChange(value: Value | undefined): void;
}) {
  const label = t('parameter.newValue');
  const { min, max } = parameter;
  const range = min === undefined || max === undefined ? undefined : t('parameter.range', { min, max });
  if (typeof parameter.value === 'number') {
    const unit = parameter.unit === 'percent' ? '%' : unitWord(parameter.unit);
    return (
      <NumberControl
        label={label}
        help={range}
        must
        unit={unit}
        value={typeof value === 'number' ? value : undefined}
        onChange={onChange}
      />
    );
  }
  if (typeof parameter.value === 'boolean')
    return <YesNoControl label={label} value={value === true} onChange={onChange} />;
  if (Array.isArray(parameter.value)) {
    return (
      <TextControl
        label={label}
        help={t('parameter.oneALine')}
        lines={4}
        value={Array.isArray(value) ? value.join('\n') : ''}
        onChange={(text) => onChange(text.split('\n').filter((line) => line.trim() !== ''))}
      />
    );
  }
  return <TextControl label={label} must value={String(value ?? '')} onChange={onChange} />;
}

function Forewarning({ parameter, value }: { parameter: ParameterView; value: Value }) {
  if (String(value) === String(parameter.value)) return null;
  const verdict = judge(parameter, value);
  return (
    <div className="forewarning">
      <Alert tone={verdict === 'looser' ? 'warn' : 'ok'}>{t(`parameter.verdict_${verdict}`)}</Alert>
    </div>
  );
}

/** The exception form, already naming what is to be loosened. */
function AskException({ name }: { name: string }) {
  return (
    <Link
      to="/requests/$type"
      params={{ type: 'exception' }}
      search={{ prefill: { loosens: name } }}
      className="button"
    >
      {t('parameter.askException')}
    </Link>
  );
}
