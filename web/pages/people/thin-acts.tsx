import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Api } from '../../../src/http/contract.ts';
import { comma, say, t } from '../../language.ts';
import { Alert } from '../../ui/bits.tsx';
import { ClauseLink } from '../../ui/go.tsx';
import { thinActsQuery } from './queries.ts';

export type ThinAct = Awaited<ReturnType<Api['setup']['acts']>>[number];

/** The acts that would stand still, because nobody (or only one person) holds the role they need. */
export function ThinActs() {
  const acts = useQuery(thinActsQuery).data ?? [];
  if (acts.length === 0) return null;
  return (
    <div className="thin-acts">
      <Alert tone="warn">
        <details>
          <summary>
            <strong>{t('people.thinTitle', { count: acts.length })}</strong> {t('people.thinText')}
          </summary>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard */}
          <section className="thin-act-scroll" aria-label={t('people.thinText')} tabIndex={0}>
            <ThinActList acts={acts} />
          </section>
          <Link to="/requests/$type" params={{ type: 'concurrent_duty' }} className="button">
            {t('people.thinException')}
          </Link>
        </details>
      </Alert>
    </div>
  );
}

export function ThinActList({ acts }: { acts: ThinAct[] }) {
  return (
    <ul className="thin-act-list">
      {once(acts).map((act) => (
        <li key={keyOf(act)}>
          <div>
            {say(act.typeLabel)} · <b>{say(act.label)}</b>
          </div>
          <div className="sub">
            {act.roles.map(say).join(comma())}：{say(act.why)}
          </div>
          <span className="row thin-clauses">
            {act.clauses.map((clause) => (
              <ClauseLink key={clause} id={clause} />
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

/** An act can lack people for several groups of its approvers; the same group is told once. */
const once = (acts: ThinAct[]): ThinAct[] => [...new Map(acts.map((act) => [keyOf(act), act])).values()];

const keyOf = (act: ThinAct): string => `${act.type} ${act.action} ${act.roles.map((role) => role.zh).join()}`;
