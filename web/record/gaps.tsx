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
      {gaps.map((gap) => (
        <li key={gap.id}>
          <Link to="/records/$id" params={{ id: gap.id }}>
            {withSubject && gap.about && <span>{gap.about.title || gap.about.number}：</span>}
            <b>{say(gap.what)}</b>
          </Link>
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
