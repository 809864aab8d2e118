import './mark.css';
import type { CorrectionView, ProposalView } from '../../src/runtime/mark-views.ts';
import type { Change, RecordView } from '../../src/runtime/views.ts';
import { comma, say, t } from '../language.ts';
import { officeTime, showDay, showMomentShort } from '../time.ts';
import { Card, Pill } from '../ui/bits.tsx';
import { Button } from '../ui/button.tsx';
import { inWords } from './value.tsx';

export type Answering =
  | { to: 'object'; correction: CorrectionView }
  | { to: 'decide'; proposal: ProposalView; agree: boolean };

/** 更正, 勘誤 and what was asked of whoever keeps the register: before and after, why, who objected, who decided. */
export function Corrections({ record, onAnswer }: { record: RecordView; onAnswer(answering: Answering): void }) {
  const { corrections, proposals } = record;
  if (corrections.length + proposals.length === 0) return null;
  return (
    <Card title={t('correct.title')} id="corrections">
      <ul className="corrections">
        {proposals.map((proposal) => (
          <Proposal key={proposal.id} record={record} proposal={proposal} onAnswer={onAnswer} />
        ))}
        {corrections.map((correction) => (
          <Correction key={correction.id} record={record} correction={correction} onAnswer={onAnswer} />
        ))}
      </ul>
    </Card>
  );
}

type CorrectionProps = { record: RecordView; correction: CorrectionView; onAnswer(answering: Answering): void };

function Correction({ record, correction, onAnswer }: CorrectionProps) {
  return (
    <li>
      <span>
        <Pill tone="warn">{t(`correct.${correction.kind}`)}</Pill>{' '}
        <span className="sub">
          {correction.by.name}　{showMomentShort(correction.at)}
        </span>
      </span>
      <Changes record={record} changes={correction.changes} />
      <p className="said">{t('correct.because', { reason: correction.reason })}</p>
      {correction.objections.map((one) => (
        <p key={one.at + one.by.id} className="said" style={{ color: 'var(--seal)' }}>
          {t('correct.objected', { who: one.by.name, words: one.words })}
        </p>
      ))}
      {correction.mayObject && (
        <span className="row">
          <Button onPress={() => onAnswer({ to: 'object', correction })}>{t('correct.object')}</Button>
          <span className="sub">{t('correct.untilDay', { day: dayOf(correction.until) })}</span>
        </span>
      )}
    </li>
  );
}

type ProposalProps = { record: RecordView; proposal: ProposalView; onAnswer(answering: Answering): void };

function Proposal({ record, proposal, onAnswer }: ProposalProps) {
  const { decided } = proposal;
  return (
    <li>
      <span>
        <Pill tone={decided ? (decided.agree ? 'ok' : 'plain') : 'warn'}>
          {t(decided ? (decided.agree ? 'correct.agreed' : 'correct.notAgreed') : 'correct.proposed')}
        </Pill>{' '}
        <span className="sub">
          {proposal.by.name}　{showMomentShort(proposal.at)}
        </span>
      </span>
      <Changes record={record} changes={proposal.changes} />
      <p className="said">{t('correct.because', { reason: proposal.reason })}</p>
      {decided && (
        <p className="said sub">
          {[`${decided.by.name}　${showMomentShort(decided.at)}`, decided.words].filter(Boolean).join('　')}
        </p>
      )}
      {!decided && !proposal.mayDecide && (
        <p className="sub">
          {t('correct.decides', { who: proposal.who.map(({ name }) => name).join(comma()) || '—' })}
        </p>
      )}
      {proposal.mayDecide && (
        <span className="row">
          <Button onPress={() => onAnswer({ to: 'decide', proposal, agree: false })}>{t('correct.refuse')}</Button>
          <Button look="go" onPress={() => onAnswer({ to: 'decide', proposal, agree: true })}>
            {t('correct.agree')}
          </Button>
        </span>
      )}
    </li>
  );
}

const dayOf = (moment: string | undefined): string => (moment ? showDay(officeTime(moment).date) : '');

export function Changes({ record, changes }: { record: RecordView; changes: Change[] }) {
  const fields = record.sections.flatMap((section) => section.fields);
  return (
    <dl className="diff">
      {changes.map((change) => {
        const field = fields.find(({ name }) => name === change.field) ?? { type: 'any' };
        return (
          <div key={change.field}>
            <dt>{say(change.label)}</dt>
            <dd>
              <del>{inWords(field, change.before, record.names)}</del> →{' '}
              <ins>{inWords(field, change.after, record.names)}</ins>
            </dd>
          </div>
        );
      })}
    </dl>
  );
}

/** Beside a field: that it was corrected, or what an erratum says it should read. */
export function CorrectionNote({ record, field }: { record: RecordView; field: string }) {
  const about = record.corrections.find(({ changes }) => changes.some((change) => change.field === field));
  const change = about?.changes.find((one) => one.field === field);
  if (!about || !change) return null;
  const declared = record.sections.flatMap((section) => section.fields).find(({ name }) => name === field);
  const words = inWords(
    declared ?? { type: 'any' },
    about.kind === 'erratum' ? change.after : change.before,
    record.names,
  );
  return (
    <a className="corrected-note" href="#corrections">
      {t(`correct.note_${about.kind}`, { value: words })}
    </a>
  );
}
