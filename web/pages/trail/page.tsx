import './page.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { api } from '../../api.ts';
import { language, t } from '../../language.ts';
import { Card, Empty, Pager, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Icon } from '../../ui/icons.tsx';
import { saveBase64, saveText } from '../../ui/save.ts';
import { tell } from '../../ui/toast.tsx';
import { TrailFilters } from './filters.tsx';
import { LedgerState } from './ledger-state.tsx';
import { TrailLines } from './lines.tsx';
import { trailQuery } from './queries.ts';
import type { TrailSearch } from './search.ts';
import { VerifyCard } from './verify.tsx';
import { WitnessesCard } from './witnesses.tsx';

const route = getRouteApi('/in/trail');

/** The ledger itself, newest first, with what proves that it was not altered. */
export default function TrailPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const trail = useQuery(trailQuery(search));
  const put = (next: TrailSearch) => void navigate({ search: next });
  const { after: _after, ...filter } = search;
  if (trail.isError && !trail.data) {
    return (
      <>
        <Head />
        <Problem error={trail.error} retry={() => trail.refetch()} />
        <p className="sub who-reads">{t('ledger.whoReads')}</p>
      </>
    );
  }
  return (
    <>
      <Head>
        <div className="row">
          <SheetButton />
          <ExportButton filter={filter} />
        </div>
      </Head>
      <div className="ledger-cards">
        <LedgerState page={trail.data} />
        <VerifyCard />
        <WitnessesCard />
      </div>
      <Card>
        <TrailFilters value={filter} onChange={put} />
        {trail.isPending && <Skeleton lines={12} />}
        {trail.isError && <Problem error={trail.error} retry={() => trail.refetch()} />}
        {trail.data?.items.length === 0 && (
          <Empty title={t('ledger.noneTitle')}>
            {t(Object.keys(filter).length > 0 ? 'ledger.noneFiltered' : 'ledger.noneText')}
          </Empty>
        )}
        {trail.data && trail.data.items.length > 0 && (
          <>
            <TrailLines items={trail.data.items} onFilter={(more) => put({ ...filter, ...more })} />
            <Pager
              shown={t('list.shown', { count: trail.data.items.length })}
              more={trail.data.next !== undefined}
              start={search.after === undefined}
              onMore={() => trail.data.next && put({ ...filter, after: trail.data.next })}
              onStart={() => put(filter)}
            />
          </>
        )}
      </Card>
    </>
  );
}

function Head({ children }: { children?: ReactNode }) {
  return (
    <header className="page-head">
      <div>
        <h1>{t('nav.trail')}</h1>
        <div className="sub">{t('ledger.text')}</div>
      </div>
      {children}
    </header>
  );
}

/** The newest checkpoint on paper, for a witness without a network; that, too, is an entry of the ledger. */
function SheetButton() {
  const print = useMutation({
    mutationFn: () => api.trail.sheet({ language: language() === 'en' ? 'en' : 'zh' }),
    onSuccess: ({ name, pdf, entries }) => {
      saveBase64(name, pdf, 'application/pdf');
      tell(t('ledger.sheetMade', { count: entries }));
    },
    onError: () => tell(t('ledger.sheetFailed'), 'bad'),
  });
  return (
    <Button busy={print.isPending} onPress={() => print.mutate()}>
      <Icon name="print" size={15} />
      {t('ledger.sheet')}
    </Button>
  );
}

/** What the filter shows, as a table; the export is an entry of the ledger itself. */
function ExportButton({ filter }: { filter: TrailSearch }) {
  const save = useMutation({
    mutationFn: () => api.trail.export({ filter }),
    onSuccess: ({ name, csv, rows }) => {
      saveText(name, csv, 'text/csv');
      tell(t('list.exported', { count: rows }));
    },
    onError: () => tell(t('list.exportFailed'), 'bad'),
  });
  return (
    <Button busy={save.isPending} onPress={() => save.mutate()}>
      <Icon name="download" size={15} />
      {t('list.export')}
    </Button>
  );
}
