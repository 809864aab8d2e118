import './page.css';
import { keepPreviousData, useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { queryClient, typesQuery } from '../../queries.ts';
import { Alert, Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { ImportRows } from './import-rows.tsx';
import { Mapping } from './mapping.tsx';
import { saveRefused } from './refused.ts';
import { Counts } from './report.tsx';
import { type Source, TableSource } from './table-source.tsx';

const route = getRouteApi('/in/import/$type');

/** A register brought in from a spreadsheet: columns matched, every row judged, only the good ones written. */
export default function RegisterImportPage() {
  const { type } = route.useParams();
  const card = useQuery(typesQuery).data?.find((each) => each.type === type);
  const [source, setSource] = useState<Source>();
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
      {source ? (
        <Intake key={source.id} type={type} source={source} onAgain={() => setSource(undefined)} />
      ) : (
        <TableSource onSource={setSource} />
      )}
    </>
  );
}

type IntakeProps = { type: string; source: Source; onAgain(): void };

function Intake({ type, source, onAgain }: IntakeProps) {
  const [mapping, setMapping] = useState<Record<string, string>>();
  const asked = { type, csv: source.csv, ...(mapping && { mapping }) };
  const preview = useQuery({
    queryKey: ['import-preview', type, source.id, mapping],
    queryFn: () => api.registers.importPreview(asked),
    placeholderData: keepPreviousData,
    staleTime: Number.POSITIVE_INFINITY,
    retry: false,
  });
  const write = useMutation({
    mutationFn: () => api.registers.importCommit({ ...asked, commandId: newCommandId() }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['records'] }),
  });
  if (write.data) {
    return <Done type={type} source={source} result={write.data} onAgain={onAgain} />;
  }
  const good = preview.data?.rows.filter((row) => row.outcome === 'new' || row.outcome === 'changed').length ?? 0;
  const bad = preview.data?.rows.filter((row) => row.outcome === 'refused').length ?? 0;
  return (
    <div className="stack">
      <Card
        title={source.name}
        aside={
          <span className="row">
            <span className="sub">{t(source.encoding === 'big5' ? 'intake.big5' : 'intake.utf8')}</span>
            <Button look="quiet" onPress={onAgain}>
              {t('intake.other')}
            </Button>
          </span>
        }
      >
        {preview.isPending && <Skeleton lines={6} />}
        {preview.isError && <Problem error={preview.error} />}
        {preview.data && (
          <Mapping
            headings={preview.data.headings}
            fields={preview.data.fields}
            mapping={preview.data.mapping}
            onChange={setMapping}
          />
        )}
      </Card>
      {preview.data && (
        <Card title={t('intake.rows', { count: preview.data.rows.length })}>
          <ImportRows rows={preview.data.rows} />
          {bad > 0 && <Alert tone="warn">{t('intake.onlyGood', { good, bad })}</Alert>}
          {write.isError && <Problem error={write.error} />}
          <div className="row card-actions">
            <Button
              look="go"
              busy={write.isPending}
              why={good === 0 ? t('intake.nothingGood') : undefined}
              onPress={() => write.mutate()}
            >
              {t('intake.write', { count: good })}
            </Button>
            {bad > 0 && (
              <Button onPress={() => saveRefused(source, preview.data.rows)}>{t('intake.saveRefused')}</Button>
            )}
          </div>
        </Card>
      )}
    </div>
  );
}

type Result = Awaited<ReturnType<typeof api.registers.importCommit>>;

function Done({ type, source, result, onAgain }: IntakeProps & { result: Result }) {
  const refused = result.rows.some((row) => row.outcome === 'refused');
  return (
    <div className="stack">
      <Card title={t('intake.done', { name: source.name })}>
        <Counts counts={result.counts} />
        <div className="row card-actions">
          <Link to="/lists/$type" params={{ type }} className="button go">
            {t('intake.see')}
          </Link>
          {refused && <Button onPress={() => saveRefused(source, result.rows)}>{t('intake.saveRefused')}</Button>}
          <Button look="quiet" onPress={onAgain}>
            {t('intake.again')}
          </Button>
        </div>
      </Card>
      {refused && (
        <Card title={t('intake.refusedRows')}>
          <ImportRows rows={result.rows.filter((row) => row.outcome === 'refused')} />
        </Card>
      )}
    </div>
  );
}
