import { useMutation } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { DisposalView, KeepingView } from '../../../src/http/contract/keeping.ts';
import { api } from '../../api.ts';
import { language, say, t, titled } from '../../language.ts';
import { Card, Empty, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { saveText } from '../../ui/save.ts';
import { Archives } from './archives.tsx';

/** 銷毀案: where each stands, the archives authority's number, and its catalogue to send or to print. */
export function Disposals({ keeping }: { keeping: KeepingView }) {
  const csv = useMutation({
    mutationFn: (id: string) => api.keeping.catalogue({ id }),
    onSuccess: ({ name, csv: content }) => saveText(name, content, 'text/csv;charset=utf-8'),
  });
  return (
    <Card title={t('keeping.disposal.title')}>
      <Archives keeping={keeping} />
      {csv.isError && <Problem error={csv.error} />}
      {keeping.disposals.length === 0 ? (
        <Empty title={t('keeping.disposal.none')}>{t('keeping.disposal.noneText')}</Empty>
      ) : (
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('keeping.number')}</th>
              <th>{t('keeping.state')}</th>
              <th>{t('keeping.disposal.count')}</th>
              {keeping.archives.archives && <th>{t('keeping.disposal.approval')}</th>}
              <th>{t('keeping.disposal.catalogue')}</th>
            </tr>
          </thead>
          <tbody>
            {keeping.disposals.map((one) => (
              <tr key={one.id}>
                <td data-label={t('keeping.number')}>
                  <Link to="/records/$id" params={{ id: one.id }}>
                    {one.number}
                  </Link>
                  <div className="sub">{titled(one)}</div>
                </td>
                <td data-label={t('keeping.state')}>
                  <Pill tone={one.open ? 'info' : 'plain'}>{say(one.state)}</Pill>
                </td>
                <td data-label={t('keeping.disposal.count')}>
                  {one.destroyed > 0
                    ? t('keeping.disposal.destroyed', { count: one.items, destroyed: one.destroyed })
                    : one.items}
                </td>
                {keeping.archives.archives && (
                  <td data-label={t('keeping.disposal.approval')}>
                    <Approval one={one} />
                  </td>
                )}
                <td data-label={t('keeping.disposal.catalogue')}>
                  <div className="row">
                    <Button
                      aria-label={t('keeping.disposal.csvOf', { number: one.number })}
                      onPress={() => csv.mutate(one.id)}
                    >
                      CSV
                    </Button>
                    <a
                      className="button"
                      target="_blank"
                      rel="noreferrer"
                      aria-label={t('keeping.disposal.printOf', { number: one.number })}
                      href={`/api/v1/keeping/disposals/${one.id}/catalogue.pdf?language=${language()}`}
                    >
                      {t('keeping.disposal.print')}
                    </a>
                  </div>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

function Approval({ one }: { one: DisposalView }) {
  if (one.approval) return one.approval;
  if (!one.archive || !one.open) return <span className="faint">—</span>;
  return (
    <>
      <Pill tone="warn">{t('keeping.disposal.waits')}</Pill>
      <div className="sub">{t('keeping.disposal.waitsText')}</div>
    </>
  );
}
