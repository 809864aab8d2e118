import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense, useState } from 'react';
import type { Me, Task } from '../../../src/runtime/views.ts';
import { comma, say, t, titled } from '../../language.ts';
import { listQuery, meQuery, tasksQuery } from '../../queries.ts';
import { isOutsider, isPlainRequester, mayReset, onlyManages, readsTrail } from '../../shell/nav.ts';
import { showDate, showLongDate } from '../../time.ts';
import { Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Resets } from '../people/resets.tsx';
import { RedLights, WaysIn } from './audit.tsx';
import { ClauseCard, FindingsCard, IncidentsCard, LedgerCard } from './cards.tsx';
import { ChangedLights } from './changed-lights.tsx';
import { Doors } from './doors.tsx';
import { LateWithWhom } from './late.tsx';
import { LateDays } from './late-days.tsx';
import { Management } from './management.tsx';
import { NextWeek } from './next-week.tsx';
import { Worklist } from './worklist.tsx';

const SignSeveral = lazy(() => import('./sign-several.tsx'));

/** What to do now, by deadline; each role finds its own first thing. */
export default function HomePage() {
  const me = useSuspenseQuery(meQuery).data;
  const plain = isPlainRequester(me);
  if (onlyManages(me)) {
    return (
      <>
        <Head me={me} />
        <Management />
      </>
    );
  }
  if (isOutsider(me)) {
    return (
      <>
        <Head me={me} />
        <WaysIn outside />
        <ClauseCard />
      </>
    );
  }
  const coordinates = me.roles.some((held) => held.role === 'isms_coordinator' || held.role === 'security_officer');
  const audits = me.auditor;
  return (
    <>
      <Head me={me} />
      {plain && <Doors />}
      {audits && <WaysIn />}
      <div className={plain ? 'stack' : 'home-columns'}>
        <div className="stack">
          {mayReset(me) && <Resets />}
          {audits && <RedLights />}
          {(!audits || me.counts.tasks > 0) && <Tasks me={me} />}
          {coordinates && <LateWithWhom />}
          {coordinates && <ChangedLights />}
          {plain && <MyCases />}
        </div>
        {!plain && (
          <div className="stack">
            {coordinates && <NextWeek />}
            <ClauseCard />
            {!audits && <LateDays />}
            {!audits && <FindingsCard />}
            {!audits && <IncidentsCard />}
            {readsTrail(me) && <LedgerCard />}
          </div>
        )}
      </div>
    </>
  );
}

function Head({ me }: { me: Me }) {
  const roles = [...new Set(me.roles.filter((held) => held.role !== 'all_staff').map((held) => say(held.label)))];
  const acting = me.actsFor.map((each) =>
    t('home.actsFor', { person: each.person.name, until: showDate(each.until.slice(0, 10)) }),
  );
  const about = [...roles, ...acting].join(comma());
  return (
    <header className="page-head">
      <div>
        <h1>{t(onlyManages(me) ? 'management.title' : isOutsider(me) ? 'audit.title' : 'home.title')}</h1>
        <div className="sub">
          {[
            showLongDate(me.today.date),
            me.today.workday ? t('home.workday') : t('home.holiday'),
            (me.person?.name ?? me.account.name) + (about && t('common.inBrackets', { text: about })),
          ].join(' · ')}
        </div>
      </div>
      <HeadLinks me={me} />
    </header>
  );
}

/** A plain requester has the doors; everybody else one thing to start, and what was new this morning. */
function HeadLinks({ me }: { me: Me }) {
  if (isPlainRequester(me) || isOutsider(me)) return null;
  if (onlyManages(me))
    return (
      <Link to="/people" className="button go">
        {t('nav.people')}
      </Link>
    );
  return (
    <div className="row">
      <Link to="/digest" className="button">
        {t('digest.title')}
      </Link>
      {!me.auditor && (
        <Link to="/requests" className="button go">
          {t('nav.requests')}
        </Link>
      )}
    </div>
  );
}

function Tasks({ me }: { me: Me }) {
  const tasks = useQuery(tasksQuery());
  const [signing, setSigning] = useState<Task[]>(); // as they were: what is signed leaves the list
  const heads = me.roles.some((held) => held.role === 'unit_head' || held.role === 'ciso');
  const approvals = heads ? (tasks.data ?? []).filter(({ action }) => !action.startsWith('@')).slice(0, 20) : [];
  return (
    <Card
      title={heads ? t('home.toSign') : t('home.tasks')}
      aside={
        approvals.length > 1 ? (
          <Button onPress={() => setSigning(approvals)}>{t('several.open')}</Button>
        ) : (
          <span className="sub">{t('home.byDeadline')}</span>
        )
      }
    >
      {tasks.isPending && <Skeleton lines={8} />}
      {tasks.isError && <Problem error={tasks.error} retry={() => tasks.refetch()} />}
      {tasks.data?.length === 0 && <NothingToDo />}
      {tasks.data && tasks.data.length > 0 && <Worklist tasks={tasks.data} />}
      <Suspense>{signing && <SignSeveral tasks={signing} onClose={() => setSigning(undefined)} />}</Suspense>
    </Card>
  );
}

function NothingToDo() {
  return (
    <Empty
      title={t('home.nothingTitle')}
      action={
        <Link to="/requests" className="button">
          {t('nav.requests')}
        </Link>
      }
    >
      {t('home.nothingText')}
    </Empty>
  );
}

function MyCases() {
  const cases = useQuery(listQuery({ mine: true, role: 'form', limit: 8 }));
  if (!cases.data || cases.data.items.length === 0) return null;
  return (
    <Card
      title={t('home.myCases')}
      aside={
        <Link to="/cases" search={{ mine: true }} className="sub">
          {t('home.allCases')}
        </Link>
      }
    >
      <table className="data cards">
        <tbody>
          {cases.data.items.map((item) => (
            <tr key={item.id} className="linked">
              <td>
                <Link to="/records/$id" params={{ id: item.id }} className="cover">
                  {titled(item)}
                </Link>
                <div className="sub">
                  {item.number} · {say(item.typeLabel)}
                </div>
              </td>
              <td>
                <Pill tone={item.late ? 'bad' : 'info'}>{say(item.stateLabel)}</Pill>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </Card>
  );
}
