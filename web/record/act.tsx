import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ActionView, Backfill, GateView, Value, Values } from '../../src/kernel/engine/types.ts';
import type { FieldView, RecordView } from '../../src/runtime/views.ts';
import { api } from '../api.ts';
import { say, t } from '../language.ts';
import { progressQuery } from '../queries.ts';
import { signWithPasskey } from '../session.ts';
import { Alert, Problem } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { TextControl } from '../ui/field.tsx';
import { type Afterwards, afterwards, BackfillFields } from './backfill.tsx';
import { FieldControl } from './control.tsx';
import { type ChosenFactor, Factor, type SentFactor } from './factor.tsx';
import { inWords } from './value.tsx';

export type Act = {
  with: Values;
  waive?: { gate: string; with: Values }[];
  factor?: SentFactor;
  backfill?: Backfill;
};
type Props = {
  record: RecordView;
  action: ActionView;
  /** Done earlier than it is entered: asks when, why and what shows it. */
  late?: boolean;
  busy: boolean;
  error: unknown;
  onAct(act: Act): void;
  onClose(): void;
};

/** Whether taking this action asks anything at all; if not, one press is enough. */
export const asksAnything = (action: ActionView): boolean =>
  action.asks.length > 0 || action.seals || action.concurrent !== undefined || waivable(action).length > 0;

/** What an action asks before it is taken: its fields, the reason for a waiver, and for a seal a factor again. */
export function ActDialog({ record, action, late = false, busy, error, onAct, onClose }: Props) {
  const [answers, setAnswers] = useState<Values>({});
  const [names, setNames] = useState(record.names);
  const [waivers, setWaivers] = useState<Record<string, string>>({});
  const [factor, setFactor] = useState<ChosenFactor>({});
  const [earlier, setEarlier] = useState<Afterwards | undefined>(late ? {} : undefined);
  const { backfill, missing } = afterwards(earlier);
  const ready = Object.keys(factor).length > 0;
  const given = {
    with: answers,
    ...(Object.keys(waivers).length > 0 && {
      waive: Object.entries(waivers).map(([gate, reason]) => ({ gate, with: { reason } })),
    }),
    ...(backfill && { backfill }),
  };
  // The passkey signs exactly what stands here: first the server says what that is, then the person confirms on the device.
  const sign = useMutation({
    mutationFn: async () => {
      const { options } = await api.records.signing({
        id: record.id,
        version: record.version,
        action: action.action,
        ...given,
      });
      return signWithPasskey(options);
    },
    onSuccess: (passkey) => passkey && onAct({ ...given, factor: { passkey } }),
  });
  const act = () => {
    const { passkey, ...typed } = factor;
    if (action.seals && passkey) sign.mutate();
    else onAct({ ...given, ...(action.seals && { factor: typed }) });
  };
  return (
    <Dialog title={say(action.label)} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <p className="sub">
          {record.number}　{record.title}
        </p>
        {action.concurrent && <Alert tone="warn">{t('action.concurrent')}</Alert>}
        {action.renews && <SinceLastSeal record={record} action={action} />}
        {action.asks.map((name) => (
          <FieldControl
            key={name}
            field={askedField(record, name)}
            value={answers[name]}
            names={names}
            layout="stacked"
            idPrefix="ask"
            must={askedField(record, name).required.includes(action.action)}
            onChange={(value: Value, named) => {
              setAnswers((old) => ({ ...old, [name]: value }));
              if (named) setNames((old) => ({ ...old, [named[0]]: named[1] }));
            }}
          />
        ))}
        {waivable(action).map((gate) => (
          <TextControl
            key={gate.gate}
            label={t('action.waive', { gate: say(gate.label) })}
            lines={2}
            layout="stacked"
            value={waivers[gate.gate] ?? ''}
            onChange={(reason) => setWaivers((old) => ({ ...old, [gate.gate]: reason }))}
          />
        ))}
        {late && <BackfillFields value={earlier} onChange={setEarlier} />}
        {action.seals && <Factor signs value={factor} onChange={setFactor} />}
        {(sign.error ?? error) !== null && (sign.error ?? error) !== undefined && (
          <Problem error={sign.error ?? error} />
        )}
        {busy && <HowFar record={record.id} />}
        <div className="actions">
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button
            look={action.kind === 'back' ? 'danger' : 'go'}
            type="submit"
            busy={busy || sign.isPending}
            why={action.seals && !ready ? t('action.factorFirst') : missing}
          >
            {action.seals ? t('action.seal', { action: say(action.label) }) : say(action.label)}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** An act that enters many rows tells how many it has; they enter together, at its end. */
function HowFar({ record }: { record: string }) {
  const { data: progress } = useQuery(progressQuery(record));
  if (!progress) return null;
  const { done, all } = progress;
  const words = done < all ? t('action.checked', { done: grouped(done), all: grouped(all) }) : t('action.writing');
  return (
    <div role="status">
      <progress className="how-far" aria-label={words} max={all} {...(done < all && { value: done })} />
      <p className="sub">{words}</p>
    </div>
  );
}

const grouped = (count: number): string => count.toLocaleString();

/** What changed since the person sealed last, so that a renewal is not blind. */
function SinceLastSeal({ record, action }: { record: RecordView; action: ActionView }) {
  const last = record.seals.find((seal) => seal.action === action.action && seal.void);
  if (!last?.void) return null;
  return (
    <Alert tone="warn">
      <strong>{t('seal.changedSince')}</strong>
      <dl className="diff">
        {last.void.changes.map((change) => {
          const field = record.sections.flatMap((section) => section.fields).find((each) => each.name === change.field);
          const words = (value: Value | undefined) => inWords(field ?? { type: 'any' }, value, record.names);
          return (
            <div key={change.field}>
              <dt>{say(change.label)}</dt>
              <dd>
                <del>{words(change.before)}</del> → <ins>{words(change.after)}</ins>
              </dd>
            </div>
          );
        })}
      </dl>
    </Alert>
  );
}

const waivable = (action: ActionView): GateView[] =>
  action.gates.filter((gate) => gate.waive === 'here' && (gate.outcome === 'refuses' || gate.outcome === 'unknown'));

/** A field an action asks for, as it is drawn; every record has reason, opinion and remark. */
export function askedField(record: RecordView, name: string): FieldView {
  const declared = record.sections.flatMap((section) => section.fields).find((field) => field.name === name);
  return (
    declared ?? {
      name,
      label: baseLabels[name] ?? { zh: name, en: name },
      type: 'text',
      lines: 3,
      required: [],
      computed: false,
      personal: false,
      hidden: false,
      clauses: [],
    }
  );
}

/** Fields every record has (section `_base`). */
const baseLabels: Record<string, FieldView['label']> = {
  reason: { zh: '理由', en: 'Reason' },
  opinion: { zh: '意見', en: 'Opinion' },
  remark: { zh: '備註', en: 'Remark' },
};
