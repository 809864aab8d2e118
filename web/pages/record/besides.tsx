import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import type { ActionView } from '../../../src/kernel/engine/types.ts';
import type { HeldView } from '../../../src/runtime/mark-views.ts';
import type { RecordView } from '../../../src/runtime/views.ts';
import { say, t } from '../../language.ts';
import { ActDialog } from '../../record/act.tsx';
import { ConfirmDialog } from '../../record/confirm.tsx';
import { AnswerDialog, CorrectDialog, type CorrectingAs } from '../../record/correct.tsx';
import type { Answering } from '../../record/corrections.tsx';
import { PaperDialog } from '../../record/paper.tsx';
import type { useRecordWork } from '../../record/work.ts';
import type { MenuEntry } from '../../ui/menu.tsx';

type Open =
  | { what: 'correct'; as: CorrectingAs }
  | { what: 'paper' }
  | { what: 'late'; action: ActionView }
  | { what: 'answer'; answering: Answering }
  | { what: 'held'; held: HeldView; agree: boolean };

/** What may be done beside the flow — correct, enter paper, enter afterwards, copy — and the dialog of whatever was chosen. */
export function useBesides(record: RecordView) {
  const navigate = useNavigate();
  const [open, setOpen] = useState<Open>();
  const entry = (id: string, text: string, onAction: () => void): MenuEntry => ({ id, text, label: text, onAction });
  const correcting = (as: CorrectingAs) => entry(as, t(`correct.as_${as}`), () => setOpen({ what: 'correct', as }));
  const { may, paper, actions } = record;
  const late = record.asOf === undefined ? actions.filter((action) => action.allowed && !action.seals) : [];
  const entries: MenuEntry[] = [
    ...(may.correct.length > 0 ? [correcting(may.erratum ? 'erratum' : 'correction')] : []),
    ...(may.propose ? [correcting('proposal')] : []),
    ...(paper && paper.length > 0 ? [entry('paper', t('paper.title'), () => setOpen({ what: 'paper' }))] : []),
    ...late.map((action) =>
      entry(`late ${action.action}`, t('mark.lateAction', { action: say(action.label) }), () =>
        setOpen({ what: 'late', action }),
      ),
    ),
    ...(may.copy
      ? [
          entry('copy', t('copy.title'), () =>
            navigate({ to: '/requests/$type', params: { type: record.type }, search: { copies: record.id } }),
          ),
        ]
      : []),
  ];
  const close = () => setOpen(undefined);
  return {
    entries,
    onHeld: (held: HeldView, agree: boolean) => setOpen({ what: 'held', held, agree }),
    onAnswer: (answering: Answering) => setOpen({ what: 'answer', answering }),
    dialog: (work: ReturnType<typeof useRecordWork>): ReactNode => open && drawn(record, open, work, close),
  };
}

function drawn(record: RecordView, open: Open, work: ReturnType<typeof useRecordWork>, close: () => void): ReactNode {
  switch (open.what) {
    case 'correct':
      return <CorrectDialog record={record} as={open.as} onClose={close} />;
    case 'paper':
      return <PaperDialog record={record} onClose={close} />;
    case 'late':
      return (
        <ActDialog
          record={record}
          action={open.action}
          late
          busy={work.acting}
          error={work.actError}
          onAct={(given) => work.act(open.action, given, close)}
          onClose={close}
        />
      );
    case 'answer':
      return <AnswerDialog record={record} answering={open.answering} onClose={close} />;
    case 'held':
      return <ConfirmDialog record={record} held={open.held} agree={open.agree} onClose={close} />;
    default:
      return open satisfies never;
  }
}
