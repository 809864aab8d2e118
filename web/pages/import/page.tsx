import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { useKept } from '../../kept.ts';
import { say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { Alert, Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { type Draft, fromTable } from './draft.ts';
import { type Source, TableSource, withoutRows } from './table-source.tsx';
import { Workbench } from './workbench.tsx';

const route = getRouteApi('/in/import/$type');

/** 期初建檔: a spreadsheet becomes a list whose rows are checked and mended on screen, then signed once. */
export default function OpeningPage() {
  const { type } = route.useParams();
  const { list } = route.useSearch();
  const card = useQuery(typesQuery).data?.find((each) => each.type === type);
  const label = card ? say(card.label) : type;
  return (
    <>
      <header className="page-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/lists/$type" params={{ type }}>
              {label}
            </Link>
            {' ／'}
          </nav>
          <h1>{t('intake.title', { register: label })}</h1>
          <div className="sub">{t('intake.text')}</div>
        </div>
      </header>
      {list ? <KeptList key={list} id={list} /> : <NewList key={type} type={type} label={label} />}
    </>
  );
}

/** As kept in the tab: where it came from, and how far somebody got. */
type Work = { source: Source; draft: Draft };

function NewList({ type, label }: { type: string; label: string }) {
  const kept = useKept<Work>(`opening ${type}`);
  const [work, setWork] = useState<Work | undefined>(kept.found);
  const [reads, setReads] = useState(0);
  const take = (source: Source) => {
    const files = source.file ? [source.file] : [];
    const title = t('intake.titled', { register: label });
    setWork({ source: withoutRows(source), draft: fromTable(type, title, source.read, files, newCommandId) });
    setReads(reads + 1);
  };
  if (!work) return <TableSource type={type} onSource={take} />;
  const again = () => {
    kept.forget();
    setWork(undefined);
  };
  return (
    <div className="stack">
      <Kept found={reads === 0 && kept.found !== undefined} full={kept.full} onAgain={again} />
      <Workbench
        key={reads}
        start={work.draft}
        source={work.source}
        onSource={take}
        onAgain={again}
        onSettled={(draft) => kept.keep({ source: work.source, draft })}
        onSaved={kept.forget}
      />
    </div>
  );
}

/** What was mended before the page was loaded again is there; or the browser has no room to keep it. */
function Kept({ found, full, onAgain }: { found: boolean; full: boolean; onAgain?: () => void }) {
  if (full) return <Alert tone="warn">{t('intake.keptNot')}</Alert>;
  if (!found) return null;
  return (
    <Alert tone="info" action={onAgain && <Button onPress={onAgain}>{t('intake.keptAgain')}</Button>}>
      {t('intake.keptFound')}
    </Alert>
  );
}

/** A draft taken up again. */
function KeptList({ id }: { id: string }) {
  const kept = useQuery({
    queryKey: ['opening-list', id],
    queryFn: () => api.registers.list({ id }),
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  });
  if (kept.isError) return <Problem error={kept.error} />;
  if (!kept.data)
    return (
      <Card>
        <Skeleton lines={6} />
      </Card>
    );
  const { list, version, rows, ...draft } = kept.data;
  const start: Draft = {
    ...draft,
    rows: rows.map(({ values: _, problem: __, decided, ...row }) => ({ ...row, ...(decided ? { decided } : {}) })),
    list: { id: list.id, version },
  } as Draft;
  return <KeptDraft start={start} place={`opening list ${id} ${version}`} />;
}

/** Changes to a draft that the server does not have yet; once somebody else has saved another version they are not offered. */
function KeptDraft({ start, place }: { start: Draft; place: string }) {
  const kept = useKept<Draft>(place);
  const [begun, setBegun] = useState(kept.found ?? start);
  const again = () => {
    kept.forget();
    setBegun(start);
  };
  return (
    <div className="stack">
      <Kept found={begun !== start} full={kept.full} onAgain={again} />
      <Workbench
        key={begun === start ? 'saved' : 'kept'}
        start={begun}
        onSettled={(draft) => draft !== start && kept.keep(draft)}
        onSaved={kept.forget}
      />
    </div>
  );
}
