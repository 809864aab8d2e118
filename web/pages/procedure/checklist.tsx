import './page.css';
import './document.css';
import './mapping/page.css';
import './own/document.css';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouterState } from '@tanstack/react-router';
import { useState } from 'react';
import type { ChecklistView } from '../../../src/runtime/text-views.ts';
import { api, newCommandId } from '../../api.ts';
import { mappingChanged, useCitation } from '../../citations.ts';
import { t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { makesPackages } from '../../shell/nav.ts';
import { Alert, Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { useOurNumber } from '../../ui/go.tsx';
import { Icon } from '../../ui/icons.tsx';
import { tell } from '../../ui/toast.tsx';
import { AsOf, PastNote } from './as-of.tsx';
import { type Light, LightDot, LightFilter, LightPill } from './lights.tsx';
import { LinkChooser } from './mapping/editor.tsx';
import { useArrival, useNarrow, useWalk } from './moving.ts';
import { Withdraw } from './own/withdraw.tsx';
import { Legend, PlainWords } from './panel.tsx';
import { checklistQuery, planQuery } from './queries.ts';

const route = getRouteApi('/in/procedure/checklists/$checklist');
type Question = ChecklistView['questions'][number];

/** Questions as the authority asks them, each leading to the evidence of the clauses that answer it. */
export default function ChecklistPage() {
  const { checklist: id } = route.useParams();
  const { asOf } = route.useSearch();
  const checklist = useQuery(checklistQuery(id, asOf));
  if (checklist.isError) return <Problem error={checklist.error} retry={() => checklist.refetch()} />;
  if (checklist.isPending) return <Skeleton lines={14} />;
  return <Checklist checklist={checklist.data} asOf={asOf} />;
}

function Checklist({ checklist, asOf }: { checklist: ChecklistView; asOf: string | undefined }) {
  const navigate = route.useNavigate();
  const chosen = useRouterState({ select: (state) => decodeURIComponent(state.location.hash) });
  const [only, setOnly] = useState<Light[]>([]);
  const shown = checklist.questions.filter(({ light }) => only.length === 0 || only.includes(light));
  const question = checklist.questions.find(({ key }) => key === chosen);
  const go = (key: string) =>
    navigate({ search: (search) => search, hash: key, replace: true, hashScrollIntoView: false, resetScroll: false });
  const back = (day?: string) =>
    navigate({ search: day ? { asOf: day } : {}, hash: (hash) => hash ?? '', replace: true, resetScroll: false });
  const narrow = useNarrow();
  const packs = makesPackages(useSuspenseQuery(meQuery).data);
  useWalk(
    shown.map(({ key }) => ({ id: key })),
    chosen,
    go,
  );
  useArrival(chosen);
  const panel = question && (
    <QuestionPanel key={question.key} checklist={checklist} question={question} asOf={asOf} inSheet={narrow} />
  );
  return (
    <>
      <header className="page-head procedure-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/procedure/checklists" search={asOf ? { asOf } : {}}>
              {t('checklist.title')}
            </Link>
            {' ／'}
          </nav>
          <h1>{checklist.title}</h1>
          <div className="sub">
            {checklist.authority} · {t('checklist.count', { count: checklist.asking })} ·{' '}
            {t('own.settled', { settled: checklist.settled, asking: checklist.asking })}
          </div>
        </div>
        <div className="row">
          <AsOf value={asOf} onChange={back} />
          {packs && (
            <Link
              className="button"
              to="/package"
              search={{ by: 'checklist', id: checklist.checklist, ...(asOf && { asOf }) }}
            >
              <Icon name="download" size={15} />
              {t('clause.package')}
            </Link>
          )}
          {checklist.mayKeep && (
            <Withdraw
              title={checklist.title}
              withdraw={(reason) =>
                api.checklists.withdraw({ commandId: newCommandId(), checklist: checklist.checklist, reason })
              }
              onGone={() => void navigate({ to: '/procedure/checklists' })}
            />
          )}
        </div>
      </header>
      <PastNote asOf={asOf} onBack={() => back()} />
      <div className="clause-filters">
        <LightFilter counts={checklist.counts} value={only} onChange={setOnly} />
      </div>
      <div className="procedure-columns">
        {shown.length === 0 ? (
          <Empty title={t('clause.noMatchTitle')}>{t('clause.noMatchText')}</Empty>
        ) : (
          <section className="procedure-document" aria-label={t('checklist.questions')}>
            {shown.map((each, at) => (
              <QuestionRow
                key={each.key}
                question={each}
                part={each.part !== shown[at - 1]?.part ? each.part : ''}
                on={each.key === chosen}
              />
            ))}
          </section>
        )}
        {narrow ? (
          question && (
            <Dialog title={question.number} onClose={() => go('')}>
              {panel}
            </Dialog>
          )
        ) : (
          <aside className="card clause-panel" aria-label={t('checklist.panel')}>
            {panel ?? <Legend />}
          </aside>
        )}
      </div>
    </>
  );
}

function QuestionRow({ question, part, on }: { question: Question; part: string; on: boolean }) {
  return (
    <>
      {part && (
        <header className="section-head level-3">
          <h2>{part}</h2>
        </header>
      )}
      <article id={question.key} className={on ? 'clause on' : 'clause'}>
        <LightDot light={question.light} />
        <span className="clause-number">{question.number}</span>
        <span className="clause-text">
          <Link
            to="."
            search={(search) => search}
            hash={question.key}
            hashScrollIntoView={false}
            resetScroll={false}
            className="cover"
            {...(on && { 'aria-current': 'true' as const })}
          >
            {question.text}
          </Link>
        </span>
        <span className="clause-how">
          {question.ours.length > 0
            ? t('own.mechanisms', { count: question.ours.length })
            : question.why
              ? t('own.none')
              : t('own.unmapped')}
        </span>
      </article>
    </>
  );
}

type PanelProps = { checklist: ChecklistView; question: Question; asOf: string | undefined; inSheet: boolean };

function QuestionPanel({ checklist, question, asOf, inSheet }: PanelProps) {
  const [mapping, setMapping] = useState(false);
  const ours = question.ours.flatMap((id) => (checklist.ours[id] ? [checklist.ours[id]] : []));
  return (
    <>
      <div className="panel-head">
        {!inSheet && <h2>{question.number}</h2>}
        <LightPill light={question.light} />
      </div>
      <p className="own-clause">{question.text}</p>
      {question.hint && <p className="sub">{t('checklist.hint', { hint: question.hint })}</p>}
      {question.why && <Alert tone="info">{t('own.noneWhy', { why: question.why })}</Alert>}
      {ours.length === 0 && !question.why && <Alert tone="warn">{t('checklist.unmapped')}</Alert>}
      {checklist.mayKeep && !mapping && <Button onPress={() => setMapping(true)}>{t('checklist.map')}</Button>}
      {mapping && <MapQuestion checklist={checklist} question={question} onClose={() => setMapping(false)} />}
      <PlainWords
        ours={ours}
        asOf={asOf}
        label={(one) => (
          <strong>
            <Cited id={one.id} number={one.ref} />
          </strong>
        )}
      />
    </>
  );
}

/** The clause as the organisation's own procedure numbers it, else as ours does. */
function Cited({ id, number }: { id: string; number: string | undefined }) {
  const own = useCitation(id)?.[0];
  const ours = useOurNumber(id, number);
  if (!own) {
    return (
      <Link to="/procedure/$pack" params={{ pack: id.split('.')[0] ?? id }} hash={id}>
        {ours}
      </Link>
    );
  }
  return (
    <Link to="/procedure/texts/$text" params={{ text: own.text }} hash={own.clause} title={ours}>
      {own.title} {own.cite}
    </Link>
  );
}

function MapQuestion({
  checklist,
  question,
  onClose,
}: {
  checklist: ChecklistView;
  question: Question;
  onClose(): void;
}) {
  const all = useQuery(planQuery()).data?.clauses;
  const save = useMutation({
    mutationFn: (link: { ours: string[]; why?: string }) =>
      api.checklists.link({
        commandId: newCommandId(),
        checklist: checklist.checklist,
        links: [{ clause: question.key, ...link }],
      }),
    onSuccess: async () => {
      await mappingChanged();
      tell(t('mapping.saved', { count: 1 }));
      onClose();
    },
  });
  if (!all) return <Skeleton lines={4} />;
  return (
    <div className="stack map-question">
      {save.isError && <Problem error={save.error} />}
      <LinkChooser
        all={all}
        suggestions={checklist.suggestions?.[question.key] ?? []}
        ours={question.ours}
        why={question.why}
        busy={save.isPending}
        onSave={(link) => save.mutate(link)}
      />
    </div>
  );
}
