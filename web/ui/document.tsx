import './document.css';
import type { ReactNode } from 'react';
import type { GateView } from '../../src/kernel/engine/types.ts';
import type { RecordView, SealView } from '../../src/runtime/views.ts';
import { comma, language, say, t } from '../language.ts';
import { officeTime, showDay } from '../time.ts';

/** The stages of a record's life: behind it, here, ahead. */
export function FlowRail({ stages }: { stages: RecordView['rail'] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: many stages scroll sideways, by keyboard too
    <ol className="rail" aria-label={t('record.rail')} tabIndex={0}>
      {stages.map((stage) => (
        <li key={stage.name} className={stage.state} {...(stage.state === 'now' && { 'aria-current': 'step' })}>
          <span>
            {say(stage.label)}
            <span className="visually-hidden">{t(`record.stage.${stage.state}`)}</span>
            {stage.at && <time dateTime={stage.at}>{showDay(officeTime(stage.at).date)}</time>}
          </span>
        </li>
      ))}
    </ol>
  );
}

/** What fails, where the check's own words do not name it already. */
const unsaid = ({ items, label }: GateView): string[] => items.filter((item) => !label.zh.includes(item));

const marks: Record<GateView['outcome'], string> = { holds: '✓', refuses: '✕', unknown: '？', waived: '◇', off: '–' };

/** Every check on the next step: whether it holds, why not, how to mend it, which clause asks for it. */
export function GateList({
  gates,
  remedy,
  clause,
}: {
  gates: GateView[];
  remedy(go: string, label: string): ReactNode;
  clause(id: string): ReactNode;
}) {
  return (
    <ul>
      {gates.map((gate) => (
        <li
          key={gate.gate}
          className={`gate ${gate.outcome} ${gate.advises && gate.outcome === 'refuses' ? 'advises' : ''}`}
        >
          <span className="verdict" aria-hidden="true">
            {gate.advises && gate.outcome === 'refuses' ? '!' : marks[gate.outcome]}
          </span>
          <div>
            <span className="visually-hidden">{t(`gate.${gate.outcome}`)}</span>
            {say(gate.label)}
            {unsaid(gate).length > 0 && <small>{unsaid(gate).join(comma())}</small>}
            {gate.outcome === 'unknown' && <small>{t('gate.notKnown')}</small>}
            {gate.outcome === 'waived' && gate.waiver && <small>{t('gate.waivedBy', { what: gate.waiver })}</small>}
            {gate.fix && gate.outcome !== 'holds' && gate.outcome !== 'waived' && (
              <small>{gate.fix.go ? remedy(gate.fix.go, say(gate.fix.text)) : say(gate.fix.text)}</small>
            )}
          </div>
          <span>{gate.clauses.slice(0, 1).map(clause)}</span>
        </li>
      ))}
    </ul>
  );
}

/** A red name stamp; struck through when what it approved was changed since; a deputy stamps with both names under it. */
export function SealStamp({ seal, children }: { seal: SealView; children?: ReactNode }) {
  const when = showDay(seal.mark?.signedOn ?? officeTime(seal.mark?.at ?? seal.at).date);
  const name = seal.by.name;
  return (
    <figure>
      <span className={`seal ${seal.void ? 'void' : ''} ${name.length > 4 ? 'long' : ''}`}>
        {name}
        <small>{when}</small>
      </span>
      <figcaption>
        {say(seal.label)}
        {seal.for && <div>{t('seal.deputy', { principal: seal.for.name, deputy: name })}</div>}
        {seal.role && <div className="faint">{say(seal.role)}</div>}
        {seal.mark?.kind !== 'paper' && (
          <div className="faint">{seal.signed ? t('seal.signed') : t('seal.unsigned')}</div>
        )}
        {children}
        {seal.void && (
          <strong style={{ color: 'var(--seal)' }}>
            {t('seal.void', { on: showDay(officeTime(seal.void.at).date) })}
          </strong>
        )}
      </figcaption>
    </figure>
  );
}

export function EmptySeal({ label, role }: { label: string; role: string }) {
  return (
    <figure>
      <span className="seal empty-seal">{language() === 'en' ? '—' : t('seal.awaited')}</span>
      <figcaption>
        {label}
        <div className="faint">{role}</div>
      </figcaption>
    </figure>
  );
}
