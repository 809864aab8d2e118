import { Link } from '@tanstack/react-router';
import type { MappingView } from '../../../../src/runtime/text-views.ts';
import { say, t } from '../../../language.ts';
import { Card, Empty } from '../../../ui/bits.tsx';
import { numberOf } from '../sections.ts';

/** Clauses of ours that none of the organisation's procedures names: they run all the same, under our numbers. */
export function Gaps({ gaps }: { gaps: MappingView['ours'] }) {
  if (gaps.length === 0) return <Empty title={t('mapping.noGapsTitle')}>{t('mapping.noGapsText')}</Empty>;
  return (
    <div className="stack">
      <p className="sub">{t('mapping.gapsText')}</p>
      {[...Map.groupBy(gaps, ({ pack }) => pack)].map(([pack, clauses]) => (
        <Card
          key={pack}
          title={say(clauses[0]!.packTitle)}
          aside={<span className="sub">{t('clauses.all', { count: clauses.length })}</span>}
        >
          <ul className="gap-list">
            {clauses.map((clause) => (
              <li key={clause.id}>
                <Link to="/procedure/$pack" params={{ pack }} hash={clause.id} className="clause-number">
                  {numberOf(clause)}
                </Link>
                <span>{say(clause.text)}</span>
              </li>
            ))}
          </ul>
        </Card>
      ))}
    </div>
  );
}
