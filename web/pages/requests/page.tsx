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
  const open = forms.filter((type) => type.mayOpen);
  const others = forms.filter((type) => !type.mayOpen);
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
      <Groups types={open} />
      {others.length > 0 && (
        <details className="others" open={open.length === 0 || undefined}>
          <summary>{t('requests.others', { count: others.length })}</summary>
          <Groups types={others} />
        </details>
      )}
    </>
  );
}

/** The procedure with most forms first: the office's own, before what it shares with others. */
function Groups({ types }: { types: TypeCard[] }) {
  const groups = [...Map.groupBy(types, (type) => type.group)].sort(([, a], [, b]) => rests(b) - rests(a));
  return groups.map(([group, members]) => (
    <section key={group} className="catalogue-group">
      <h2>{members[0] && say(members[0].groupLabel)}</h2>
      <ul className="catalogue">
        {members
          .toSorted((a, b) => b.clauses.length - a.clauses.length)
          .map((type) => (
            <FormCard key={type.type} type={type} />
          ))}
      </ul>
    </section>
  ));
}

/** On how many clauses these forms rest: what a procedure is really about comes first. */
const rests = (types: TypeCard[]): number => types.reduce((sum, type) => sum + type.clauses.length, 0);

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
