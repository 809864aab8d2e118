import './page.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { TypeCard } from '../../../src/runtime/views.ts';
import { say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { TextControl } from '../../ui/field.tsx';

/** Everything one may ask for or report, by subject, each with what it is for and the clauses behind it. */
export default function RequestsPage() {
  const types = useQuery(typesQuery);
  const [words, setWords] = useState('');
  const forms = (types.data ?? []).filter((type) => type.role === 'form' && matches(type, words));
  const groups = [...Map.groupBy(forms, (type) => type.group)];
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('requests.title')}</h1>
          <div className="sub">{t('requests.text')}</div>
        </div>
        <div className="page-search">
          <TextControl label={t('requests.search')} layout="stacked" type="search" value={words} onChange={setWords} />
        </div>
      </header>
      {types.isPending && <Skeleton lines={10} />}
      {types.isError && <Problem error={types.error} retry={() => types.refetch()} />}
      {types.data && forms.length === 0 && <Empty title={t('requests.noneTitle')}>{t('requests.noneText')}</Empty>}
      {groups.map(([group, members]) => (
        <section key={group} className="catalogue-group">
          <h2>{members[0] && say(members[0].groupLabel)}</h2>
          <ul className="catalogue">
            {members.map((type) => (
              <FormCard key={type.type} type={type} />
            ))}
          </ul>
        </section>
      ))}
    </>
  );
}

function FormCard({ type }: { type: TypeCard }) {
  const label = say(type.label);
  return (
    <li className={type.mayOpen ? 'card' : 'card closed'}>
      <h3>
        {type.mayOpen ? (
          <Link to="/requests/$type" params={{ type: type.type }} className="cover">
            {label}
          </Link>
        ) : (
          label
        )}
      </h3>
      {type.why && <p className="sub">{say(type.why)}</p>}
      <p className="faint">
        {[
          type.clauses.length > 0 && t('requests.clauses', { count: type.clauses.length }),
          type.open > 0 && t('requests.open', { count: type.open }),
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
    </li>
  );
}

const matches = (type: TypeCard, words: string): boolean =>
  `${type.label.zh} ${type.label.en} ${type.type}`.toLowerCase().includes(words.trim().toLowerCase());
