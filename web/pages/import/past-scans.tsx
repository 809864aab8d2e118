import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { ScanView } from '../../../src/runtime/views.ts';
import { api } from '../../api.ts';
import { comma, t } from '../../language.ts';
import { showDate, showMoment } from '../../time.ts';
import { Card, Empty, Pager, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { countWord, inOrder, severityTone } from './report.tsx';

/** What was looked at, when, with what; an unfinished scan is shown as one. */
export function PastScans() {
  const [after, setAfter] = useState<string>();
  const scans = useQuery({
    queryKey: ['scans', after ?? ''],
    queryFn: () => api.scans.list({ limit: 20, ...(after && { after }) }),
    placeholderData: keepPreviousData,
  });
  return (
    <Card title={t('scan.past')}>
      {scans.isPending && <Skeleton lines={5} />}
      {scans.isError && <Problem error={scans.error} retry={() => scans.refetch()} />}
      {scans.data?.items.length === 0 && <Empty title={t('scan.noneTitle')}>{t('scan.noneText')}</Empty>}
      {scans.data && scans.data.items.length > 0 && (
        <>
          <div className="scroll-x">
            <table className="data cards">
              <thead>
                <tr>
                  <th>{t('scan.report')}</th>
                  <th>{t('scan.targets')}</th>
                  <th>{t('scan.findings')}</th>
                  <th>{t('scan.importedBy')}</th>
                </tr>
              </thead>
              <tbody>
                {scans.data.items.map((scan) => (
                  <ScanRow key={scan.id} scan={scan} />
                ))}
              </tbody>
            </table>
          </div>
          <Pager
            shown={t('list.shown', { count: scans.data.items.length })}
            more={scans.data.next !== undefined}
            start={after === undefined}
            onMore={() => setAfter(scans.data.next)}
            onStart={() => setAfter(undefined)}
          />
        </>
      )}
    </Card>
  );
}

function ScanRow({ scan }: { scan: ScanView }) {
  const found = inOrder(scan.counts).filter(([, count]) => count > 0);
  return (
    <tr>
      <td>
        <b>{[scan.tool, scan.toolVersion].filter(Boolean).join(' ')}</b>{' '}
        {!scan.complete && <Pill tone="warn">{t('scan.unfinished')}</Pill>}
        {scan.by_hand && <Pill>{t('scan.byHand')}</Pill>}
        <div className="sub">
          {scan.file && (
            <a href={`/api/v1/files/${scan.file.sha256}?name=${encodeURIComponent(scan.file.name)}`}>
              {scan.file.name}
            </a>
          )}
          {scan.patchedOn && ` · ${t('scan.patched', { day: showDate(scan.patchedOn) })}`}
        </div>
      </td>
      <td data-label={t('scan.targets')}>
        {scan.targets
          .slice(0, 4)
          .map((target) => target.name)
          .join(comma())}
        {scan.targets.length > 4 && (
          <span className="faint"> {t('scan.more', { count: scan.targets.length - 4 })}</span>
        )}
      </td>
      <td>
        <span className="finding-counts">
          {found.length === 0 && scan.complete && <Pill tone="ok">{t('scan.nothingFound')}</Pill>}
          {found.map(([kind, count]) => (
            <Pill key={kind} tone={severityTone(kind)}>
              {countWord(kind)} {count}
            </Pill>
          ))}
        </span>
      </td>
      <td data-label={t('scan.importedBy')}>
        {scan.importedBy?.name}
        <div className="faint">{showMoment(scan.importedAt)}</div>
      </td>
    </tr>
  );
}
