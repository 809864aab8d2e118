import '../document.css';
import './document.css';
import { Link } from '@tanstack/react-router';
import { memo } from 'react';
import type { TextClause } from '../../../../src/runtime/text-views.ts';
import { t } from '../../../language.ts';
import { showDate } from '../../../time.ts';
import { LightDot } from '../lights.tsx';

type Props = { clauses: TextClause[]; chosen: string };

/** The organisation's procedure as it was approved, word for word, with a light in front of every clause. */
export const OwnDocument = memo(function OwnDocument({ clauses, chosen }: Props) {
  return (
    <section className="procedure-document own-document" aria-label={t('clause.document')}>
      {clauses.map((clause) => {
        if (clause.heading) return <Heading key={clause.key} clause={clause} />;
        if (clause.number === '') return <Opening key={clause.key} clause={clause} />;
        return <Row key={clause.key} clause={clause} on={clause.key === chosen} />;
      })}
    </section>
  );
});

/** Deeper levels stand further in, as in the document; no further than a narrow page bears. */
const indent = ({ level }: TextClause) => ({ marginInlineStart: `${Math.min(3, Math.max(0, level - 2)) * 18}px` });

function Heading({ clause }: { clause: TextClause }) {
  const Tag = clause.level === 0 ? 'h2' : 'h3';
  return (
    <header
      id={clause.key}
      className={`section-head level-${clause.level === 0 ? 2 : 3} ${clause.level > 1 ? 'inner' : ''}`}
      style={indent(clause)}
    >
      <Tag>
        {clause.number}　{clause.text}
      </Tag>
    </header>
  );
}

function Opening({ clause }: { clause: TextClause }) {
  return (
    <p id={clause.key} className="own-opening">
      {clause.text}
    </p>
  );
}

function Row({ clause, on }: { clause: TextClause; on: boolean }) {
  return (
    <article id={clause.key} className={on ? 'clause on' : 'clause'} style={indent(clause)}>
      <LightDot light={clause.light} />
      <span className="clause-number" title={clause.cite}>
        {clause.number}
      </span>
      <span className="clause-text">
        <Link
          to="."
          search={(search) => search}
          hash={clause.key}
          hashScrollIntoView={false}
          resetScroll={false}
          className="cover"
          {...(on && { 'aria-current': 'true' as const })}
        >
          {clause.text || t('own.noWords')}
        </Link>
      </span>
      <span className="clause-how">{stateOf(clause)}</span>
    </article>
  );
}

/** What is behind it, in a word: how many of ours, that it needs none, that nobody has said yet. */
function stateOf({ ours, why, starts }: TextClause): string {
  if (starts) return t('clause.from', { day: showDate(starts) });
  if (ours.length > 0) return t('own.mechanisms', { count: ours.length });
  return why ? t('own.none') : t('own.unmapped');
}
