import './record.css';
import type { RecordView } from '../../src/runtime/views.ts';
import { say, t } from '../language.ts';
import { Card } from '../ui/bits.tsx';
import { ClauseLink } from '../ui/go.tsx';

const inSight = 5;

/** The clauses something rests on, each leading to the procedure; a long list shows its beginning. */
export function ClauseCard({ clauses }: { clauses: RecordView['clauses'] }) {
  if (clauses.length === 0) return null;
  return (
    <Card
      title={t('record.clauses')}
      aside={<span className="sub">{t('clauses.all', { count: clauses.length })}</span>}
    >
      <ClauseRows clauses={clauses.slice(0, inSight)} />
      {clauses.length > inSight && (
        <details className="clauses-all">
          <summary>{t('record.courseMore', { count: clauses.length - inSight })}</summary>
          <ClauseRows clauses={clauses.slice(inSight)} />
        </details>
      )}
    </Card>
  );
}

function ClauseRows({ clauses }: { clauses: RecordView['clauses'] }) {
  return (
    <ul className="clauses">
      {clauses.map((clause) => (
        <li key={clause.id}>
          <ClauseLink id={clause.id} label={clause.ref} />
          <span>{say(clause.text)}</span>
        </li>
      ))}
    </ul>
  );
}
