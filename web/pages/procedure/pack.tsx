import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouterState } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import type { ProcedureView } from '../../../src/runtime/views.ts';
import { say, t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { makesPackages } from '../../shell/nav.ts';
import { Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { AsOf, PastNote } from './as-of.tsx';
import { Crumb } from './crumb.tsx';
import { ClauseDocument, Strip } from './document.tsx';
import { type Light, LightFilter } from './lights.tsx';
import { useArrival, useNarrow, useWalk } from './moving.ts';
import { ClausePanel, Guide } from './panel.tsx';
import { procedureQuery } from './queries.ts';
import { numberOf } from './sections.ts';

const route = getRouteApi('/in/procedure/$pack');

/** The living document: every clause with its light; the chosen one (in the address) with what realises it and its evidence. */
export default function ProcedurePage() {
  const { pack } = route.useParams();
  const { asOf } = route.useSearch();
  const procedure = useQuery(procedureQuery(pack, asOf));
  if (procedure.isError) return <Problem error={procedure.error} retry={() => procedure.refetch()} />;
  if (procedure.isPending) return <Skeleton lines={14} />;
  return <Procedure procedure={procedure.data} asOf={asOf} />;
}

function Procedure({ procedure, asOf }: { procedure: ProcedureView; asOf: string | undefined }) {
  const navigate = route.useNavigate();
  const chosen = useRouterState({ select: (state) => decodeURIComponent(state.location.hash) });
  const [only, setOnly] = useState<Light[]>([]);
  const [words, setWords] = useState('');
  const sought = useDeferredValue(words);
  const shown = procedure.clauses.filter(
    (clause) => (only.length === 0 || only.includes(clause.light)) && matches(clause, sought),
  );
  const clause = procedure.clauses.find((each) => each.id === chosen);
  const go = (id: string) =>
    navigate({ search: (search) => search, hash: id, replace: true, hashScrollIntoView: false, resetScroll: false });
  useWalk(shown, chosen, go);
  useArrival(chosen);
  return (
    <>
      <Head procedure={procedure} asOf={asOf} />
      <Strip clauses={procedure.clauses} chosen={chosen} />
      <div className="clause-filters">
        <LightFilter counts={procedure.counts} value={only} onChange={setOnly} />
        <TextControl
          label={t('clause.search')}
          layout="bare"
          placeholder={t('clause.search')}
          type="search"
          value={words}
          onChange={setWords}
        />
        {shown.length < procedure.clauses.length && (
          <span className="sub" role="status">
            {t('clause.shown', { count: shown.length, all: procedure.clauses.length })}
          </span>
        )}
      </div>
      <div className="procedure-columns">
        {shown.length === 0 ? (
          <Empty
            title={t('clause.noMatchTitle')}
            action={
              <Button
                onPress={() => {
                  setOnly([]);
                  setWords('');
                }}
              >
                {t('clause.showAll')}
              </Button>
            }
          >
            {t('clause.noMatchText')}
          </Empty>
        ) : (
          <ClauseDocument clauses={shown} titles={procedure.chapters} chosen={chosen} />
        )}
        <Side procedure={procedure} clause={clause} asOf={asOf} onClose={() => go('')} />
      </div>
    </>
  );
}

function Head({ procedure, asOf }: { procedure: ProcedureView; asOf: string | undefined }) {
  const navigate = route.useNavigate();
  const go = (day?: string) =>
    navigate({ search: day ? { asOf: day } : {}, hash: (hash) => hash ?? '', replace: true, resetScroll: false });
  const packs = makesPackages(useSuspenseQuery(meQuery).data);
  return (
    <>
      <header className="page-head procedure-head">
        <div>
          <Crumb asOf={asOf} />
          <h1>{say(procedure.title)}</h1>
          <div className="sub">
            {t('clause.about', { version: procedure.version, count: procedure.clauses.length })} · {t('clause.living')}
          </div>
        </div>
        <div className="row">
          <AsOf value={asOf} onChange={go} />
          {packs && (
            <Link
              className="button"
              to="/package"
              search={{ by: 'procedure', id: procedure.pack, ...(asOf && { asOf }) }}
            >
              <Icon name="download" size={15} />
              {t('clause.package')}
            </Link>
          )}
        </div>
      </header>
      <PastNote asOf={asOf} onBack={() => go()} />
    </>
  );
}

type SideProps = {
  procedure: ProcedureView;
  clause: ProcedureView['clauses'][number] | undefined;
  asOf: string | undefined;
  onClose(): void;
};

/** Beside the document on a desk; a sheet over it on a phone. */
function Side({ procedure, clause, asOf, onClose }: SideProps) {
  const narrow = useNarrow();
  if (narrow) {
    return clause ? (
      <Dialog title={numberOf(clause)} onClose={onClose}>
        <ClausePanel key={clause.id} clause={clause} asOf={asOf} inSheet />
      </Dialog>
    ) : null;
  }
  return (
    <aside className="card clause-panel" aria-label={t('clause.panel')}>
      {clause ? <ClausePanel key={clause.id} clause={clause} asOf={asOf} /> : <Guide procedure={procedure} />}
    </aside>
  );
}

function matches(clause: ProcedureView['clauses'][number], words: string): boolean {
  const sought = words.trim().toLowerCase();
  if (!sought) return true;
  const all = [numberOf(clause), clause.id, clause.text.zh, clause.text.en];
  for (const { label } of clause.mechanisms) all.push(label.zh, label.en);
  return all.some((text) => text.toLowerCase().includes(sought));
}
