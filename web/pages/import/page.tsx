import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { type Draft, fromTable } from './draft.ts';
import { type Source, TableSource } from './table-source.tsx';
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

function NewList({ type, label }: { type: string; label: string }) {
  const [source, setSource] = useState<Source>();
  const [reads, setReads] = useState(0);
  const take = (next: Source) => {
    setSource(next);
    setReads(reads + 1);
  };
  if (!source) return <TableSource type={type} onSource={take} />;
  const files = source.file ? [source.file] : [];
  return (
    <Workbench
      key={reads}
      start={fromTable(type, t('intake.titled', { register: label }), source.read, files, newCommandId)}
      source={source}
      onSource={take}
      onAgain={() => setSource(undefined)}
    />
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
  return <Workbench start={start} />;
}
