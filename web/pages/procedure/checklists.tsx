import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { t } from '../../language.ts';
import { Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { AsOf, PastNote } from './as-of.tsx';
import { Crumb } from './crumb.tsx';
import { LightBar, LightPill, lights } from './lights.tsx';
import { useKeeps } from './own/cards.tsx';
import { checklistsQuery } from './queries.ts';
import { ImportQuestions } from './questions/import.tsx';

const route = getRouteApi('/in/procedure/checklists');

/** The authorities' own checklists: a second way to the same evidence. */
export default function ChecklistsPage() {
  const { asOf } = route.useSearch();
  const navigate = route.useNavigate();
  const checklists = useQuery(checklistsQuery(asOf));
  const keeps = useKeeps() && !asOf;
  const [adding, setAdding] = useState(false);
  const go = (day?: string) => navigate({ search: day ? { asOf: day } : {}, replace: true });
  const add = keeps && (
    <Button look="go" onPress={() => setAdding(true)}>
      {t('checklist.import')}
    </Button>
  );
  return (
    <>
      <header className="page-head">
        <div>
          <Crumb asOf={asOf} />
          <h1>{t('checklist.title')}</h1>
          <div className="sub">{t('checklist.about')}</div>
        </div>
        <div className="row">
          <AsOf value={asOf} onChange={go} />
          {!adding && (checklists.data?.length ?? 0) > 0 && add}
        </div>
      </header>
      <PastNote asOf={asOf} onBack={() => go()} />
      {adding && <ImportQuestions onClose={() => setAdding(false)} />}
      {checklists.isPending && <Skeleton lines={8} />}
      {checklists.isError && <Problem error={checklists.error} retry={() => checklists.refetch()} />}
      {!adding && checklists.data?.length === 0 && (
        <Empty title={t('checklist.noneTitle')} action={add || undefined}>
          {t('checklist.noneText')}
        </Empty>
      )}
      <ul className="procedures">
        {checklists.data?.map((card) => (
          <li key={card.checklist} className="card">
            <h3>
              <Link
                to="/procedure/checklists/$checklist"
                params={{ checklist: card.checklist }}
                search={asOf ? { asOf } : {}}
                className="cover"
              >
                {card.title}
              </Link>
            </h3>
            <div className="sub">
              {card.authority} · {t('checklist.count', { count: card.asking })}
            </div>
            <LightBar counts={card.counts} />
            <div className="row lights-row">
              {lights.map((light) => (
                <span key={light}>
                  <LightPill light={light} /> {card.counts[light]}
                </span>
              ))}
              <span className="sub">{t('own.settled', { settled: card.settled, asking: card.asking })}</span>
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
