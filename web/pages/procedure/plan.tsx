import './page.css';
import './adoption/page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { PlanView } from '../../../src/runtime/text-views.ts';
import { say, t } from '../../language.ts';
import { officeTime, showDate } from '../../time.ts';
import { Alert, Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { ClauseLink } from '../../ui/go.tsx';
import { type Chapter, proceduresOf, stateOf } from './adoption/chapters.ts';
import { Decide, Propose } from './adoption/dialogs.tsx';
import { AsOf, PastNote } from './as-of.tsx';
import { Crumb } from './crumb.tsx';
import { planQuery } from './queries.ts';

const route = getRouteApi('/in/procedure/plan');

/** 採用計畫: from when each chapter counts, how far it has come; proposed by the coordinator, approved by the CISO. */
export default function PlanPage() {
  const { asOf } = route.useSearch();
  const navigate = route.useNavigate();
  const plan = useQuery(planQuery(asOf));
  const go = (day?: string) => navigate({ search: day ? { asOf: day } : {}, replace: true });
  return (
    <>
      <header className="page-head procedure-head">
        <div>
          <Crumb asOf={asOf} />
          <h1>{t('plan.title')}</h1>
          <div className="sub">{t('plan.about')}</div>
        </div>
        <div className="row">
          <AsOf value={asOf} onChange={go} />
        </div>
      </header>
      <PastNote asOf={asOf} onBack={() => go()} />
      {plan.isPending && <Skeleton lines={10} />}
      {plan.isError && <Problem error={plan.error} retry={() => plan.refetch()} />}
      {plan.data && <Plan plan={plan.data} />}
    </>
  );
}

function Plan({ plan }: { plan: PlanView }) {
  const [chosen, setChosen] = useState<Set<string>>(new Set());
  const [proposing, setProposing] = useState(false);
  const procedures = proceduresOf(plan);
  if (plan.clauses.length === 0) return <Empty title={t('clause.noneTitle')}>{t('clause.noneText')}</Empty>;
  const flip = (clauses: string[], on: boolean) => {
    const next = new Set(chosen);
    for (const clause of clauses) on ? next.add(clause) : next.delete(clause);
    setChosen(next);
  };
  return (
    <div className="stack">
      <Progress plan={plan} />
      {plan.waiting && <Waiting plan={plan} />}
      {plan.mayPropose && (
        <div className="plan-bar">
          <p className="sub">{t('plan.choose')}</p>
          <Button
            look="go"
            why={chosen.size === 0 ? t('plan.chooseFirst') : undefined}
            onPress={() => setProposing(true)}
          >
            {chosen.size === 0 ? t('plan.setStartNone') : t('plan.setStart', { count: chosen.size })}
          </Button>
        </div>
      )}
      {procedures.map(({ key, title, own, chapters }) => (
        <Card
          key={key}
          title={title}
          aside={plan.own.length > 0 && !own && <span className="sub">{t('plan.unmapped')}</span>}
        >
          <ul className="chapters">
            {chapters.map((chapter) => (
              <ChapterRow
                key={chapter.name}
                chapter={chapter}
                asOf={plan.asOf}
                chosen={chosen}
                onFlip={plan.mayPropose ? flip : undefined}
              />
            ))}
          </ul>
        </Card>
      ))}
      <Past plan={plan} />
      {proposing && (
        <Propose
          plan={plan}
          clauses={[...chosen]}
          onClose={() => setProposing(false)}
          onDone={() => {
            setProposing(false);
            setChosen(new Set());
          }}
        />
      )}
    </div>
  );
}

/** How many clauses count by now, how many begin later, and what those that count look like. */
function Progress({ plan }: { plan: PlanView }) {
  const later = plan.clauses.filter(({ on }) => on !== undefined && on > plan.asOf).length;
  const counting = plan.clauses.length - later;
  return (
    <Card title={t('plan.progress')}>
      <progress
        className="mapping-progress"
        max={plan.clauses.length}
        value={counting}
        aria-label={t('plan.progress')}
      />
      <p>{t('plan.progressText', { counting, all: plan.clauses.length, later })}</p>
    </Card>
  );
}

function Waiting({ plan }: { plan: PlanView }) {
  const [deciding, setDeciding] = useState<'approve' | 'return'>();
  const { waiting } = plan;
  if (!waiting) return null;
  return (
    <>
      <Alert
        tone="warn"
        action={
          plan.mayDecide && (
            <span className="row">
              <Button onPress={() => setDeciding('return')}>{t('plan.return')}</Button>
              <Button look="go" onPress={() => setDeciding('approve')}>
                {t('plan.approve')}
              </Button>
            </span>
          )
        }
      >
        <strong>{t('plan.waiting', { count: waiting.starts })}</strong>
        <div>
          {actedBy(waiting.by, waiting.byFor)} · {showDate(officeTime(waiting.at).date)} · {waiting.reason}
        </div>
      </Alert>
      {deciding && (
        <Decide
          plan={waiting.plan}
          kind={deciding}
          principal={plan.decidesFor?.name}
          onClose={() => setDeciding(undefined)}
        />
      )}
    </>
  );
}

/** As a seal reads: a deputy's act names the principal. */
const actedBy = (person: { name: string } | undefined, principal: { name: string } | undefined): string =>
  principal ? t('seal.deputy', { principal: principal.name, deputy: person?.name ?? '' }) : (person?.name ?? '');

function ChapterRow({
  chapter,
  asOf,
  chosen,
  onFlip,
}: {
  chapter: Chapter;
  asOf: string;
  chosen: Set<string>;
  onFlip: ((clauses: string[], on: boolean) => void) | undefined;
}) {
  const ids = chapter.clauses.map(({ id }) => id);
  const all = ids.every((id) => chosen.has(id));
  const state = stateOf(chapter.clauses, asOf);
  return (
    <li>
      {onFlip && (
        <input
          type="checkbox"
          aria-label={t('plan.chapter', { name: chapter.name })}
          checked={all}
          onChange={(event) => onFlip(ids, event.target.checked)}
        />
      )}
      <details>
        <summary>
          <strong>{chapter.name}</strong>
          <span className="first-words">{chapter.words ?? say(chapter.clauses[0]!.text)}</span>
          <span className="sub">{t('clauses.all', { count: ids.length })}</span>
          <StartPills state={state} />
        </summary>
        <ul className="chapter-clauses">
          {chapter.clauses.map((clause) => (
            <li key={clause.id}>
              {onFlip && (
                <input
                  type="checkbox"
                  aria-label={clause.ref ?? clause.id}
                  checked={chosen.has(clause.id)}
                  onChange={(event) => onFlip([clause.id], event.target.checked)}
                />
              )}
              <ClauseLink id={clause.id} label={clause.ref} />
              <span>{say(clause.text)}</span>
              <StartPills state={stateOf([clause], asOf)} />
            </li>
          ))}
        </ul>
      </details>
    </li>
  );
}

function StartPills({ state }: { state: ReturnType<typeof stateOf> }) {
  return (
    <span className="start-pills">
      {state.late > 0 && <Pill tone="bad">{t('plan.late', { count: state.late })}</Pill>}
      {state.later.length > 0 ? (
        <Pill tone="info">
          {state.later.length === 1
            ? t('clause.from', { day: showDate(state.later[0]!) })
            : t('plan.fromTo', { from: showDate(state.later[0]!), to: showDate(state.later.at(-1)!) })}
        </Pill>
      ) : (
        <Pill tone="ok">{t('plan.counts')}</Pill>
      )}
      {state.proposed.length > 0 && (
        <Pill tone="warn">{t('plan.proposed', { day: state.proposed.map(showDate).join('、') })}</Pill>
      )}
    </span>
  );
}

function Past({ plan }: { plan: PlanView }) {
  if (plan.past.length === 0) return null;
  return (
    <Card title={t('plan.past')}>
      <ul className="past-plans">
        {plan.past.map((past) => (
          <li key={past.plan}>
            <Pill tone={past.outcome === 'approved' ? 'ok' : 'bad'}>{t(`plan.outcome_${past.outcome}`)}</Pill>
            <div>
              <p>{past.reason}</p>
              {past.note && <p className="sub">{past.note}</p>}
              <small className="faint">
                {t('plan.pastBy', {
                  by: actedBy(past.by, past.byFor),
                  on: showDate(officeTime(past.at).date),
                  count: past.starts,
                  decidedBy: actedBy(past.decidedBy, past.decidedFor),
                  decidedOn: showDate(officeTime(past.decidedAt).date),
                })}
              </small>
            </div>
          </li>
        ))}
      </ul>
    </Card>
  );
}
