import './page.css';
import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import type { Uploaded } from '../../../src/http/contract.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { ChooseFile } from './choose-file.tsx';
import { PastScans } from './past-scans.tsx';
import { Counts } from './report.tsx';
import { PreviewForm, type Settings } from './scan-preview.tsx';

/** A scanner's report: chosen, read without writing anything, matched to our hosts, and only then imported. */
export default function ScanImportPage() {
  const [file, setFile] = useState<Uploaded>();
  const preview = useMutation({ mutationFn: (uploaded: Uploaded) => api.scans.preview({ file: uploaded.id }) });
  const bring = useMutation({
    mutationFn: (settings: Settings) =>
      api.scans.import({ commandId: newCommandId(), file: file?.id ?? '', ...settings }),
    onSuccess: () => {
      void queryClient.invalidateQueries({ queryKey: ['scans'] });
      void queryClient.invalidateQueries({ queryKey: ['records'] });
    },
  });
  const again = () => {
    setFile(undefined);
    preview.reset();
    bring.reset();
  };
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('nav.scanImport')}</h1>
          <div className="sub">{t('scan.text')}</div>
        </div>
        <Link to="/lists/$type" params={{ type: 'finding' }} search={{ open: true }} className="button">
          {t('nav.findings')}
        </Link>
      </header>
      <div className="stack">
        {!file && (
          <ChooseFile
            label={t('scan.choose')}
            help={t('scan.kinds')}
            onUploaded={(uploaded) => {
              setFile(uploaded);
              preview.mutate(uploaded);
            }}
          />
        )}
        {preview.isPending && (
          <Card title={t('scan.reading', { name: file?.name ?? '' })}>
            <Skeleton lines={5} />
          </Card>
        )}
        {preview.isError && (
          <>
            <Problem error={preview.error} />
            <Button onPress={again}>{t('scan.other')}</Button>
          </>
        )}
        {preview.data && file && !bring.data && (
          <PreviewForm
            key={file.id}
            file={file}
            preview={preview.data}
            busy={bring.isPending}
            error={bring.error}
            onImport={(settings) => bring.mutate(settings)}
            onCancel={again}
          />
        )}
        {bring.data && <Done counts={bring.data.counts} name={file?.name ?? ''} onAgain={again} />}
        <PastScans />
      </div>
    </>
  );
}

function Done({ counts, name, onAgain }: { counts: Record<string, number>; name: string; onAgain(): void }) {
  return (
    <Card title={t('scan.done', { name })}>
      <Counts counts={counts} />
      {(counts.unmatched ?? 0) > 0 && (
        <p className="sub">{t('scan.unmatchedNote', { count: counts.unmatched ?? 0 })}</p>
      )}
      <div className="row card-actions">
        <Link to="/lists/$type" params={{ type: 'finding' }} search={{ open: true }} className="button go">
          {t('nav.findings')}
        </Link>
        <Button onPress={onAgain}>{t('scan.again')}</Button>
      </div>
    </Card>
  );
}
