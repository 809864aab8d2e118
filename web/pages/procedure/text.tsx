import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useRouterState } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import type { TextClause, TextView } from '../../../src/runtime/text-views.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { makesPackages } from '../../shell/nav.ts';
import { showDate } from '../../time.ts';
import { Alert, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { AsOf, PastNote } from './as-of.tsx';
import { Crumb } from './crumb.tsx';
import { type Light, LightFilter } from './lights.tsx';
import { useArrival, useNarrow, useWalk } from './moving.ts';
import { TextChanges } from './own/changes.tsx';
import { OwnDocument } from './own/document.tsx';
import { OwnPanel } from './own/panel.tsx';
import { Withdraw } from './own/withdraw.tsx';
import { Legend } from './panel.tsx';
import { textQuery } from './queries.ts';

const route = getRouteApi('/in/procedure/texts/$text');

/** The organisation's own procedure, alive: their words and numbers, our plain words and evidence beside the clause chosen. */
export default function OwnTextPage() {
  const { text: id } = route.useParams();
  const { asOf } = route.useSearch();
  const text = useQuery(textQuery(id, asOf));
  if (text.isError) return <Problem error={text.error} retry={() => text.refetch()} />;
  if (text.isPending) return <Skeleton lines={14} />;
  return <OwnText text={text.data} asOf={asOf} />;
}

function OwnText({ text, asOf }: { text: TextView; asOf: string | undefined }) {
  const navigate = route.useNavigate();
  const chosen = useRouterState({ select: (state) => decodeURIComponent(state.location.hash) });
  const [only, setOnly] = useState<Light[]>([]);
  const [words, setWords] = useState('');
  const sought = useDeferredValue(words).trim();
  const asks = (clause: TextClause) => !clause.heading && clause.number !== '';
  const fits = (clause: TextClause) =>
    (only.length === 0 || only.includes(clause.light)) &&
    (sought === '' || `${clause.cite} ${clause.text}`.includes(sought));
  const filtering = only.length > 0 || sought !== '';
  const shown = filtering ? text.clauses.filter((clause) => asks(clause) && fits(clause)) : text.clauses;
  const clause = text.clauses.find(({ key }) => key === chosen);
  const go = (key: string) =>
    navigate({ search: (search) => search, hash: key, replace: true, hashScrollIntoView: false, resetScroll: false });
  useWalk(
    shown.filter(asks).map(({ key }) => ({ id: key })),
    chosen,
    go,
  );
  useArrival(chosen);
  return (
    <>
      <Head text={text} asOf={asOf} />
      <div className="clause-filters">
        <LightFilter counts={text.counts} value={only} onChange={setOnly} />
        <TextControl
          label={t('own.search')}
          layout="bare"
          placeholder={t('own.search')}
          type="search"
          value={words}
          onChange={setWords}
        />
        {filtering && (
          <span className="sub" role="status">
            {t('clause.shown', { count: shown.length, all: text.asking })}
          </span>
        )}
      </div>
      <div className="procedure-columns">
        <OwnDocument clauses={shown} chosen={chosen} />
        <Side text={text} clause={clause} asOf={asOf} onClose={() => go('')} />
      </div>
    </>
  );
}

function Head({ text, asOf }: { text: TextView; asOf: string | undefined }) {
  const packs = makesPackages(useSuspenseQuery(meQuery).data);
  const navigate = route.useNavigate();
  const [changes, setChanges] = useState(false);
  const go = (day?: string) =>
    navigate({ search: day ? { asOf: day } : {}, hash: (hash) => hash ?? '', replace: true, resetScroll: false });
  const left = text.asking - text.settled;
  return (
    <>
      <header className="page-head procedure-head">
        <div>
          <Crumb asOf={asOf} />
          <h1>{text.title}</h1>
          <div className="sub">
            {[
              text.number,
              t('own.versionOf', { version: text.version, day: showDate(text.issued) }),
              t('own.clauses', { count: text.asking }),
            ]
              .filter(Boolean)
              .join(' · ')}
            {'　'}
            <Pill>{text.classification}</Pill>
          </div>
        </div>
        <div className="row">
          <AsOf value={asOf} onChange={go} />
          {text.edition > 1 && <Button onPress={() => setChanges(true)}>{t('own.changes')}</Button>}
          {text.file && (
            <a
              className="button"
              href={`/api/v1/files/${text.file.sha256}?name=${encodeURIComponent(text.file.name)}`}
              title={text.file.sha256}
            >
              <Icon name="download" size={15} />
              {t('own.original')}
            </a>
          )}
          {packs && (
            <Link className="button" to="/package" search={{ by: 'text', id: text.text, ...(asOf && { asOf }) }}>
              <Icon name="download" size={15} />
              {t('clause.package')}
            </Link>
          )}
          {text.mayKeep && (
            <>
              <Withdraw
                title={text.title}
                withdraw={(reason) => api.texts.withdraw({ commandId: newCommandId(), text: text.text, reason })}
                onGone={() => void navigate({ to: '/procedure' })}
              />
              <Link to="/procedure/texts/import" search={{ of: text.text }} className="button">
                {t('own.newVersion')}
              </Link>
              <Link to="/procedure/texts/$text/mapping" params={{ text: text.text }} className="button go">
                {t('mapping.title')}
              </Link>
            </>
          )}
        </div>
      </header>
      <PastNote asOf={asOf} onBack={() => go()} />
      {left > 0 && (
        <div className="past-note">
          <Alert tone="info">{t('own.left', { count: left })}</Alert>
        </div>
      )}
      {changes && (
        <Dialog title={t('own.changesOf', { version: text.version })} wide onClose={() => setChanges(false)}>
          <TextChanges text={text.text} asOf={asOf} />
        </Dialog>
      )}
    </>
  );
}

type SideProps = { text: TextView; clause: TextClause | undefined; asOf: string | undefined; onClose(): void };

/** Beside the document on a desk; a sheet over it on a phone. */
function Side({ text, clause, asOf, onClose }: SideProps) {
  const narrow = useNarrow();
  if (narrow) {
    return clause ? (
      <Dialog title={clause.cite || text.title} onClose={onClose}>
        <OwnPanel key={clause.key} text={text} clause={clause} asOf={asOf} inSheet />
      </Dialog>
    ) : null;
  }
  return (
    <aside className="card clause-panel" aria-label={t('clause.panel')}>
      {clause ? <OwnPanel key={clause.key} text={text} clause={clause} asOf={asOf} /> : <Legend />}
    </aside>
  );
}
