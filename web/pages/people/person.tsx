import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { PersonView } from '../../../src/runtime/views.ts';
import { t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { showDate } from '../../time.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { FieldRow } from '../../ui/field.tsx';
import { AccountCard } from './account.tsx';
import { DeputiesCard } from './deputies.tsx';
import { Managing } from './managing.tsx';
import { isFormer } from './page.tsx';
import { PersonForm } from './person-form.tsx';
import { personQuery } from './queries.ts';
import { RolesCard } from './roles.tsx';

const route = getRouteApi('/in/people/$id');

/** One person: who they are here, what they may do and who gave it, who stands in, and their account. */
export default function PersonPage() {
  const { id } = route.useParams();
  const person = useQuery(personQuery(id));
  if (person.isError) return <Problem error={person.error} retry={() => person.refetch()} />;
  if (person.isPending) return <Skeleton lines={12} />;
  return <Person key={id} person={person.data} />;
}

function Person({ person }: { person: PersonView }) {
  const me = useSuspenseQuery(meQuery).data;
  const [editing, setEditing] = useState(false);
  const former = isFormer(person);
  const manages = me.administrator && !former;
  return (
    <Managing on={me.administrator}>
      <header className="page-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/people">{t('nav.people')}</Link>
            {' ／'}
          </nav>
          <h1>{person.name}</h1>
          <div className="sub">
            {[person.unit.name, person.title].filter(Boolean).join(' · ')}{' '}
            {former && <Pill>{t('people.left', { day: showDate(person.until ?? '') })}</Pill>}
          </div>
        </div>
        {me.administrator && <Button onPress={() => setEditing(true)}>{t('people.edit')}</Button>}
      </header>
      <div className="person-columns">
        <div className="stack">
          <RolesCard person={person} me={me} manages={manages} />
          <DeputiesCard person={person} manages={manages || me.person?.id === person.id} />
        </div>
        <div className="stack">
          <Card title={t('people.about')}>
            <FieldRow label={t('people.unit')}>{person.unit.name}</FieldRow>
            <FieldRow label={t('people.title')}>{person.title || '—'}</FieldRow>
            <FieldRow label={t('people.email')}>{person.email ?? t('people.noEmail')}</FieldRow>
            <FieldRow label={t('people.period')}>
              {person.from || person.until
                ? `${person.from ? showDate(person.from) : ''}～${person.until ? showDate(person.until) : t('people.now')}`
                : t('people.scope_now')}
            </FieldRow>
          </Card>
          <AccountCard person={person} me={me} manages={manages} />
        </div>
      </div>
      {editing && <PersonForm person={person} onClose={() => setEditing(false)} />}
    </Managing>
  );
}
