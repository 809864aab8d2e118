import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import type { PersonView } from '../../../src/runtime/views.ts';
import { comma, say, t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { readsTrail } from '../../shell/nav.ts';
import { fromNow, showDate, today } from '../../time.ts';
import { Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { Managing } from './managing.tsx';
import { PersonForm } from './person-form.tsx';
import { peopleQuery, unitsQuery } from './queries.ts';
import { Resets } from './resets.tsx';
import { ThinActs } from './thin-acts.tsx';
import { unitOptions } from './tree.ts';

/** Who works here, with which roles, and who stands in for whom. */
export default function PeoplePage() {
  const me = useSuspenseQuery(meQuery).data;
  const navigate = useNavigate();
  const [adding, setAdding] = useState(false);
  return (
    <Managing on={me.administrator}>
      <header className="page-head">
        <div>
          <h1>{t('nav.people')}</h1>
          <div className="sub">{t(me.administrator ? 'people.textAdministrator' : 'people.text')}</div>
        </div>
        <div className="row">
          {readsTrail(me) && (
            <Link to="/people/watched" className="button">
              {t('people.watched')}
            </Link>
          )}
          <Link to="/people/units" className="button">
            {t('people.units')}
          </Link>
          {me.administrator && (
            <Button look="go" onPress={() => setAdding(true)}>
              {t('people.add')}
            </Button>
          )}
        </div>
      </header>
      <ThinActs />
      <Resets />
      <People />
      {adding && (
        <PersonForm
          onClose={() => setAdding(false)}
          onDone={(id) => void navigate({ to: '/people/$id', params: { id } })}
        />
      )}
    </Managing>
  );
}

function People() {
  const [words, setWords] = useState('');
  const [unit, setUnit] = useState('');
  const [former, setFormer] = useState(false);
  const search = useDeferredValue(words).trim();
  const people = useQuery(peopleQuery({ ...(search && { search }), ...(unit && { unit }), ...(former && { former }) }));
  const units = useQuery(unitsQuery).data ?? [];
  const shown = [...(people.data ?? [])].sort((a, b) => Number(isFormer(a)) - Number(isFormer(b)));
  return (
    <Card>
      <div className="people-filters">
        <TextControl
          label={t('people.search')}
          layout="bare"
          placeholder={t('people.search')}
          type="search"
          value={words}
          onChange={setWords}
        />
        <SelectControl
          label={t('people.unit')}
          layout="bare"
          value={unit || 'all'}
          options={[{ value: 'all', label: t('people.allUnits') }, ...unitOptions(units)]}
          onChange={(to) => setUnit(to === 'all' ? '' : to)}
        />
        <Switcher
          label={t('people.scope')}
          value={former ? 'former' : 'now'}
          options={(['now', 'former'] as const).map((id) => ({ id, label: t(`people.scope_${id}`) }))}
          onChange={(to) => setFormer(to === 'former')}
        />
      </div>
      {people.isPending && <Skeleton lines={10} />}
      {people.isError && <Problem error={people.error} retry={() => people.refetch()} />}
      {people.data && shown.length === 0 && (
        <Empty title={t('people.noneTitle')}>{t(search || unit ? 'people.noneFiltered' : 'people.noneText')}</Empty>
      )}
      {shown.length > 0 && <PeopleTable people={shown} />}
    </Card>
  );
}

export const isFormer = (person: Pick<PersonView, 'until'>): boolean =>
  person.until !== undefined && person.until < today();

function PeopleTable({ people }: { people: PersonView[] }) {
  return (
    <div className="scroll-x">
      <table className="data cards">
        <thead>
          <tr>
            <th>{t('people.name')}</th>
            <th>{t('people.unit')}</th>
            <th>{t('people.roles')}</th>
            <th>{t('people.deputies')}</th>
            <th>{t('people.account')}</th>
          </tr>
        </thead>
        <tbody>
          {people.map((person) => (
            <tr key={person.id} className="linked">
              <td>
                <Link to="/people/$id" params={{ id: person.id }} className="cover">
                  <b>{person.name}</b>
                </Link>
                <div className="sub">{person.title}</div>
              </td>
              <td data-label={t('people.unit')}>{person.unit.name}</td>
              <td data-label={t('people.roles')}>
                <RolePills person={person} />
              </td>
              <td data-label={t('people.deputies')} className="sub">
                {person.deputies.map((deputy) => deputy.person.name).join(comma()) || '—'}
              </td>
              <td data-label={t('people.account')}>
                <AccountState person={person} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** What everybody is anyway is left out; a role for another unit than the own names it. */
function RolePills({ person }: { person: PersonView }) {
  const roles = person.roles.filter((held) => held.role !== 'all_staff');
  if (roles.length === 0) return <span className="faint">—</span>;
  return (
    <span className="pills">
      {roles.map((held) => (
        <Pill key={held.grant} tone={held.waitingForSecond ? 'warn' : 'plain'}>
          {say(held.label)}
          {held.role === 'unit_head' && t('common.inBrackets', { text: held.unit.name })}
          {held.scope && held.until && ` ～${showDate(held.until)}`}
          {held.waitingForSecond && ` · ${t('people.waiting')}`}
        </Pill>
      ))}
    </span>
  );
}

function AccountState({ person }: { person: PersonView }) {
  if (isFormer(person)) return <Pill>{t('people.left', { day: showDate(person.until ?? '') })}</Pill>;
  const { account } = person;
  if (!account) return <span className="sub">{t('people.noAccount')}</span>;
  if (account.lockedUntil && Date.parse(account.lockedUntil) > Date.now())
    return <Pill tone="bad">{t('people.locked')}</Pill>;
  return (
    <span className="sub">
      {account.lastSignInAt
        ? t('people.lastSignIn', { when: fromNow(account.lastSignInAt) })
        : t('people.neverSignedIn')}
    </span>
  );
}
