import './gaps.css';
import { Link } from '@tanstack/react-router';
import type { GapView } from '../../src/runtime/evidence-views.ts';
import { say, t } from '../language.ts';
import { showDate } from '../time.ts';
import { Pill } from '../ui/bits.tsx';

/** Papers still to come: which, for what, by when, from whom. */
export function Gaps({ gaps, withSubject = false }: { gaps: GapView[]; withSubject?: boolean }) {
  return (
    <ul className="gaps">
      {gaps.map((gap, place) => (
        <li key={gap.id || place}>
          {gap.id ? (
            <Link to="/records/$id" params={{ id: gap.id }}>
              <What gap={gap} withSubject={withSubject} />
            </Link>
          ) : (
            <span>
              <What gap={gap} withSubject={withSubject} />
            </span>
          )}
          <span className="sub">
            {[gap.owner?.name, gap.due && t('gap.due', { day: showDate(gap.due) }), gap.number]
              .filter(Boolean)
              .join(' · ')}
          </span>
          <Pill tone={gap.late ? 'bad' : 'warn'}>{gap.late ? t('gap.late') : say(gap.stateLabel)}</Pill>
        </li>
      ))}
    </ul>
  );
}

/** Which paper, and for what where that is not the page's own subject. Somebody who may not read its case is told so much. */
function What({ gap, withSubject }: { gap: GapView; withSubject: boolean }) {
  return (
    <>
      {withSubject && gap.about && <span>{gap.about.title || gap.about.number}：</span>}
      <b>{say(gap.what)}</b>
    </>
  );
}
