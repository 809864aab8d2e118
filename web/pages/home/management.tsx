import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { PersonView } from '../../../src/runtime/views.ts';
import { t } from '../../language.ts';
import { officeTime, showDate } from '../../time.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { reachQuery } from '../connection/queries.ts';
import { peopleQuery, thinActsQuery } from '../people/queries.ts';
import { Resets } from '../people/resets.tsx';

/** What an administrator looks after: roles that wait, accounts that are missing or locked, work nobody could do. No business. */
export function Management() {
  const people = useQuery(peopleQuery({}));
  const acts = useQuery(thinActsQuery);
  if (people.isError) return <Problem error={people.error} retry={() => people.refetch()} />;
  if (!people.data) return <Skeleton lines={6} />;
  const waiting = people.data.filter((person) => person.roles.some((held) => held.waitingForSecond));
  const without = people.data.filter((person) => !person.account);
  const locked = people.data.filter((person) => Date.parse(person.account?.lockedUntil ?? '') > Date.now());
  return (
    <div className="home-columns even">
      <Resets />
      <CertificateDue />
      <Looked title={t('management.waiting')} text={t('management.waitingText')} persons={waiting} tone="warn" />
      <Looked title={t('management.locked')} text={t('management.lockedText')} persons={locked} tone="bad" />
      <Looked title={t('management.without')} text={t('management.withoutText')} persons={without} tone="plain" />
      <Card title={t('management.thin')} aside={<Count of={acts.data?.length ?? 0} tone="warn" />}>
        <p className="sub">
          {t('management.thinText')} <Link to="/people">{t('nav.people')}</Link>
        </p>
      </Card>
    </div>
  );
}

/** What only an administrator can renew, with the day it ends and the way there; nothing while it is far off. */
function CertificateDue() {
  const reach = useQuery(reachQuery);
  const certificate = reach.data?.certificate;
  if (!certificate || certificate.kind === 'none' || !certificate.due) return null;
  const { what, until } = certificate.due;
  const day = showDate(officeTime(until).date);
  return (
    <Card title={t('management.certificate')} aside={<Pill tone="bad">{t('management.until', { day })}</Pill>}>
      <p className="sub">{t(`connection.due.${what}`, { day })}</p>
      <Link to="/connection" className="button go">
        {t('management.renew')}
      </Link>
    </Card>
  );
}

type LookedProps = { title: string; text: string; persons: PersonView[]; tone: 'warn' | 'bad' | 'plain' };

function Looked({ title, text, persons, tone }: LookedProps) {
  return (
    <Card title={title} aside={<Count of={persons.length} tone={tone} />}>
      <p className="sub">{text}</p>
      {persons.length > 0 && (
        <ul className="persons">
          {persons.slice(0, SHOWN).map((person) => (
            <li key={person.id}>
              <Link to="/people/$id" params={{ id: person.id }}>
                {person.name}
              </Link>{' '}
              <span className="faint">{person.unit.name}</span>
            </li>
          ))}
          {persons.length > SHOWN && (
            <li className="faint">{t('management.more', { count: persons.length - SHOWN })}</li>
          )}
        </ul>
      )}
    </Card>
  );
}

const SHOWN = 12;

function Count({ of, tone }: { of: number; tone: 'warn' | 'bad' | 'plain' }): ReactNode {
  return (
    <Pill tone={of > 0 ? tone : 'ok'}>{of > 0 ? t('management.count', { count: of }) : t('management.none')}</Pill>
  );
}
