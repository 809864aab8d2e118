import type { TrailPage } from '../../../src/runtime/views.ts';
import { t } from '../../language.ts';
import { fromNow, showMoment } from '../../time.ts';
import { Card, Pill, Skeleton } from '../../ui/bits.tsx';

/** How long the ledger is, how much of it the newest signed checkpoint covers, and the one number that stands for all of it. */
export function LedgerState({ page }: { page: TrailPage | undefined }) {
  if (!page) return <Card title={t('ledger.state')}>{<Skeleton lines={4} />}</Card>;
  const { size, sealedSize, root, checkpointAt } = page;
  return (
    <Card
      title={t('ledger.state')}
      aside={
        <Pill tone={sealedSize >= size ? 'ok' : 'info'}>
          {sealedSize >= size ? t('trail.allSealed') : t('trail.toSeal', { count: size - sealedSize })}
        </Pill>
      }
    >
      <dl className="ledger-figures">
        <div>
          <dt>{t('ledger.size')}</dt>
          <dd>{size.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{t('ledger.sealedSize')}</dt>
          <dd>{sealedSize.toLocaleString()}</dd>
        </div>
        <div>
          <dt>{t('ledger.checkpoint')}</dt>
          <dd className="words">
            {checkpointAt ? (
              <>
                {fromNow(checkpointAt)} <small>{showMoment(checkpointAt)}</small>
              </>
            ) : (
              t('trail.noCheckpoint')
            )}
          </dd>
        </div>
      </dl>
      <p className="faint">{t('ledger.root')}</p>
      <code className="root">{root ? grouped(root) : '—'}</code>
    </Card>
  );
}

/** Eight by eight, as one reads such a number to somebody on the telephone. */
const grouped = (hex: string): string => (hex.match(/.{1,8}/g) ?? []).join(' ');
