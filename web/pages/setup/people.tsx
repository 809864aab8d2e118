import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { say, t } from '../../language.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { ADMINISTRATOR, rolesQuery, thinActsQuery, unitsQuery } from '../people/queries.ts';
import { unitOptions } from '../people/tree.ts';
import { newKey, type PersonDraft, type UnitDraft, useDraft } from './draft.ts';
import { StepFoot, StepHead } from './frame.tsx';
import { RolesOf } from './person-roles.tsx';
import type { StepProps } from './steps.ts';
import { need } from './thin.ts';

/** The first people and what each may do; who is typing this is one of them. */
export function People({ go, sent, account }: StepProps & { account: string }) {
  const [draft, change] = useDraft();
  const [choosing, setChoosing] = useState<string>();
  const roles = useQuery(rolesQuery);
  useUnitsAlreadySent(sent);
  const { people, units } = draft;
  const top = units.find((unit) => !unit.under)?.key ?? '';
  const put = (next: PersonDraft[]) => change({ people: next });
  const edit = (key: string, to: Partial<PersonDraft>) =>
    put(people.map((each) => (each.key === key ? { ...each, ...to } : each)));
  useEffect(() => {
    if (people.length === 0 && top) {
      const me = { key: 'k1', name: account, unit: top, title: '', email: '', me: true, roles: [ADMINISTRATOR] };
      change({ people: [me] });
    }
  }, [people.length, top, account, change]);
  const add = () =>
    put([...people, { key: newKey(people), name: '', unit: top, title: '', email: '', me: false, roles: [] }]);
  const chosen = people.find((person) => person.key === choosing);
  return (
    <>
      <StepHead title={t('setup.step_people')}>{t('setup.peopleText')}</StepHead>
      {roles.isPending && <Skeleton lines={6} />}
      {roles.isError && <Problem error={roles.error} retry={() => roles.refetch()} />}
      {roles.data && (
        <div className="setup-people">
          <Card>
            <ul className="person-rows">
              {people.map((person) => (
                <PersonRow
                  key={person.key}
                  person={person}
                  units={units}
                  roles={roles.data}
                  onEdit={(to) => edit(person.key, to)}
                  onMe={() => put(people.map((each) => mine(each, person.key)))}
                  onRoles={() => setChoosing(person.key)}
                  onRemove={() => put(people.filter((each) => each !== person))}
                />
              ))}
            </ul>
            <div className="row card-actions">
              <Button onPress={add}>
                <Icon name="plus" size={14} />
                {t('people.add')}
              </Button>
            </div>
          </Card>
          <Needed people={people} roles={roles.data} />
        </div>
      )}
      {chosen && roles.data && (
        <RolesOf
          person={chosen}
          roles={roles.data}
          onChange={(to) => edit(chosen.key, { roles: to })}
          onClose={() => setChoosing(undefined)}
        />
      )}
      <StepFoot
        onBack={sent === 'units' ? () => go('units') : undefined}
        next={t('setup.next')}
        why={whyNot(people)}
        onNext={() => {
          put(people.filter((person) => person.name.trim()));
          go('acts');
        }}
      />
    </>
  );
}

/** One person is the one who sets up, and manages afterwards. */
function mine(person: PersonDraft, key: string): PersonDraft {
  const me = person.key === key;
  if (me === person.me) return person;
  const others = person.roles.filter((role) => role !== ADMINISTRATOR);
  return { ...person, me, roles: me ? [...others, ADMINISTRATOR] : others };
}

function whyNot(people: PersonDraft[]): string | undefined {
  const named = people.filter((person) => person.name.trim());
  if (named.length === 0) return t('people.nameFirst');
  if (named.some((person) => person.email.trim() && !/^\S+@\S+$/.test(person.email.trim())))
    return t('setup.emailWrong');
  if (named.some((person) => !person.unit)) return t('people.unitFirst');
  return named.some((person) => person.me) ? undefined : t('setup.meFirst');
}

/** Units sent from another browser, or before the tab was closed, are asked back from the server. */
function useUnitsAlreadySent(sent: StepProps['sent']): void {
  const [draft, change] = useDraft();
  const missing = sent === 'people' && draft.made.units === undefined;
  const known = useQuery({ ...unitsQuery, enabled: missing }).data;
  useEffect(() => {
    if (!missing || !known) return;
    const units: UnitDraft[] = known.map(({ id, name, under }) => ({ key: id, name, ...(under && { under }) }));
    change({ units, made: { ...draft.made, units: Object.fromEntries(known.map(({ id }) => [id, id])) } });
  }, [missing, known, change, draft.made]);
}

type Roles = { role: string; label: { zh: string; en: string } }[];
type RowProps = {
  person: PersonDraft;
  units: UnitDraft[];
  roles: Roles;
  onEdit(to: Partial<PersonDraft>): void;
  onMe(): void;
  onRoles(): void;
  onRemove(): void;
};

function PersonRow({ person, units, roles, onEdit, onMe, onRoles, onRemove }: RowProps) {
  const options = unitOptions(units.map(({ key, name, under }) => ({ id: key, name, ...(under && { under }) })));
  return (
    <li>
      <div className="person-fields">
        <TextControl
          label={t('people.name')}
          layout="bare"
          placeholder={t('people.name')}
          value={person.name}
          onChange={(name) => onEdit({ name })}
        />
        <SelectControl
          label={t('people.unit')}
          layout="bare"
          value={person.unit}
          options={options}
          onChange={(unit) => onEdit({ unit })}
        />
        <TextControl
          label={t('people.title')}
          layout="bare"
          placeholder={t('people.title')}
          value={person.title}
          onChange={(title) => onEdit({ title })}
        />
        <TextControl
          label={t('people.email')}
          layout="bare"
          placeholder={t('setup.emailOptional')}
          type="email"
          value={person.email}
          onChange={(email) => onEdit({ email })}
        />
      </div>
      <div className="person-roles">
        <label className="me">
          <input type="radio" name="me" checked={person.me} onChange={onMe} /> {t('setup.me')}
        </label>
        {roles
          .filter(({ role }) => person.roles.includes(role))
          .map((role) => (
            <Pill key={role.role} tone="ok">
              {say(role.label)}
            </Pill>
          ))}
        <Button look="quiet" aria-label={t('setup.rolesOf', { name: person.name })} onPress={onRoles}>
          <Icon name="plus" size={13} />
          {t('setup.roles')}
        </Button>
        {!person.me && (
          <Button look="icon" aria-label={t('setup.removePerson', { name: person.name })} onPress={onRemove}>
            <Icon name="trash" size={16} />
          </Button>
        )}
      </div>
    </li>
  );
}

/** Which roles the chosen procedures need most, and how many hold them so far. */
function Needed({ people, roles }: { people: PersonDraft[]; roles: Roles }) {
  const acts = useQuery(thinActsQuery).data ?? [];
  const counts = need(acts, roles);
  const needed = roles
    .filter(({ role }) => (counts.get(role) ?? 0) > 0)
    .sort((a, b) => (counts.get(b.role) ?? 0) - (counts.get(a.role) ?? 0));
  if (needed.length === 0) return null;
  return (
    <Card title={t('setup.needed')}>
      <p className="sub">{t('setup.neededText')}</p>
      <ul className="needed">
        {needed.map((role) => {
          const holders = people.filter((person) => person.name.trim() && person.roles.includes(role.role)).length;
          return (
            <li key={role.role}>
              <span>
                {say(role.label)}{' '}
                <span className="faint">{t('setup.actsNeed', { count: counts.get(role.role) ?? 0 })}</span>
              </span>
              <Pill tone={holders === 0 ? 'bad' : holders === 1 ? 'warn' : 'ok'}>
                {t('units.persons', { count: holders })}
              </Pill>
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
