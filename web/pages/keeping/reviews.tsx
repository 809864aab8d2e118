import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReviewsView } from '../../../src/http/contract/keeping.ts';
import { api } from '../../api.ts';
import { say, t } from '../../language.ts';
import { officeTime, showDate, showMoment, today } from '../../time.ts';
import { Alert, Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { saveText } from '../../ui/save.ts';
import { Failures } from './failures.tsx';
import { reviewsQuery } from './queries.ts';

const day = (moment: string): string => showDate(officeTime(moment).date);

/** The half-yearly review of audit data: when, by whom, and everything it covers to take along. */
export function Reviews() {
  const reviews = useQuery(reviewsQuery);
  if (reviews.isError) return <Problem error={reviews.error} retry={() => reviews.refetch()} />;
  if (!reviews.data) return <Skeleton lines={6} />;
  const { next, reviews: list, failures, exports } = reviews.data;
  const due = next && (list.find(({ open }) => open)?.due ?? officeTime(next.due).date);
  return (
    <>
      <Card title={t('keeping.review.title')}>
        <p className="sub keeping-about">{t('keeping.review.text')}</p>
        {next && due && (
          <Alert tone={!next.open ? 'info' : due < today() ? 'bad' : 'warn'}>
            {!next.open
              ? t('keeping.review.next', { opens: day(next.opens), due: day(next.due) })
              : t(due < today() ? 'keeping.review.late' : 'keeping.review.now', { due: showDate(due) })}
          </Alert>
        )}
        {list.length === 0 ? (
          <Empty title={t('keeping.review.none')}>{t('keeping.review.noneText')}</Empty>
        ) : (
          <List data={reviews.data} />
        )}
      </Card>
      {exports && <Failures failures={failures} />}
    </>
  );
}

function List({ data: { reviews, exports } }: { data: ReviewsView }) {
  const download = useMutation({
    mutationFn: (id: string) => api.keeping.reviewed({ id }),
    onSuccess: ({ name, csv }) => saveText(name, csv, 'text/csv;charset=utf-8'),
  });
  return (
    <div className="stack">
      {download.isError && <Problem error={download.error} />}
      <table className="data cards">
        <thead>
          <tr>
            <th>{t('keeping.number')}</th>
            <th>{t('keeping.review.period')}</th>
            <th>{t('keeping.review.entries')}</th>
            <th>{t('keeping.review.due')}</th>
            <th>{t('keeping.state')}</th>
          </tr>
        </thead>
        <tbody>
          {reviews.map((one) => (
            <tr key={one.id}>
              <td data-label={t('keeping.number')}>
                <Link to="/records/$id" params={{ id: one.id }}>
                  {one.number}
                </Link>
              </td>
              <td data-label={t('keeping.review.period')}>
                {t('package.span', { first: day(one.begins), last: day(one.ends) })}
              </td>
              <td data-label={t('keeping.review.entries')}>
                {t('keeping.review.count', { count: one.entries })}
                {exports && (
                  <div>
                    <Button
                      aria-label={t('keeping.review.downloadOf', { number: one.number })}
                      busy={download.isPending}
                      onPress={() => download.mutate(one.id)}
                    >
                      {t('keeping.review.download')}
                    </Button>
                  </div>
                )}
              </td>
              <td data-label={t('keeping.review.due')}>{showDate(one.due)}</td>
              <td data-label={t('keeping.state')}>
                <Pill tone={one.open ? 'info' : 'ok'}>{say(one.state)}</Pill>
                {one.signed && (
                  <div className="sub">
                    {t('keeping.review.signed', { name: one.signed.by.name, at: showMoment(one.signed.at) })}
                  </div>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="sub">{t('keeping.review.how')}</p>
    </div>
  );
}
