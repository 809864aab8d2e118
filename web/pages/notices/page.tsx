import './page.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Notice } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t, titled } from '../../language.ts';
import { meQuery, noticesQuery, queryClient } from '../../queries.ts';
import { fromNow, showMoment } from '../../time.ts';
import { Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';

/** What I was told; some of it asks to be acknowledged in time. */
export default function NoticesPage() {
  const notices = useQuery(noticesQuery);
  const refresh = () =>
    Promise.all([queryClient.invalidateQueries(noticesQuery), queryClient.invalidateQueries(meQuery)]);
  const read = useMutation({
    mutationFn: (ids: string[]) => api.notices.read({ commandId: newCommandId(), ids }),
    onSuccess: refresh,
  });
  const acknowledge = useMutation({
    mutationFn: (id: string) => api.notices.acknowledge({ commandId: newCommandId(), id }),
    onSuccess: refresh,
  });
  const unread = (notices.data?.items ?? []).filter((notice) => !notice.read).map((notice) => notice.id);
  const failed = read.error ?? acknowledge.error;
  return (
    <>
      <header className="page-head">
        <h1>{t('nav.notices')}</h1>
        <div className="row">
          <Link to="/digest" className="button">
            {t('digest.title')}
          </Link>
          {unread.length > 0 && (
            <Button busy={read.isPending} onPress={() => read.mutate(unread)}>
              {t('notices.readAll', { count: unread.length })}
            </Button>
          )}
        </div>
      </header>
      {failed && <Problem error={failed} />}
      <Card>
        {notices.isPending && <Skeleton lines={8} />}
        {notices.isError && <Problem error={notices.error} retry={() => notices.refetch()} />}
        {notices.data?.items.length === 0 && <Empty title={t('notices.noneTitle')}>{t('notices.noneText')}</Empty>}
        <ul>
          {notices.data?.items.map((notice) => (
            <NoticeRow
              key={notice.id}
              notice={notice}
              busy={acknowledge.isPending}
              onAcknowledge={() => acknowledge.mutate(notice.id)}
              onRead={() => !notice.read && read.mutate([notice.id])}
            />
          ))}
        </ul>
      </Card>
    </>
  );
}

function NoticeRow({
  notice,
  busy,
  onAcknowledge,
  onRead,
}: {
  notice: Notice;
  busy: boolean;
  onAcknowledge(): void;
  onRead(): void;
}) {
  const { record, ack } = notice;
  return (
    <li className="notice">
      <div>
        {!notice.read && <Pill tone="info">{t('notices.new')}</Pill>}
        {notice.settled && <Pill tone="ok">{t('notices.settled')}</Pill>} {say(notice.message)}
        <small title={showMoment(notice.at)}>
          {fromNow(notice.at)}
          {notice.go && (
            <>
              {' · '}
              <a href={notice.go} onClick={onRead}>
                {t('notices.look')}
              </a>
            </>
          )}
          {record && (
            <>
              {' · '}
              <Link to="/records/$id" params={{ id: record.id }} onClick={onRead}>
                {record.number} {titled(record)}
              </Link>
            </>
          )}
        </small>
      </div>
      {ack &&
        (ack.done ? (
          <span className="faint">{t('record.acknowledged', { at: showMoment(ack.done) })}</span>
        ) : (
          <AckButton until={ack.until} busy={busy} onPress={onAcknowledge} />
        ))}
    </li>
  );
}

function AckButton({ until, busy, onPress }: { until: string; busy: boolean; onPress(): void }) {
  return (
    <span className="row">
      <span className="sub">{t('record.ackUntil', { at: showMoment(until) })}</span>
      <Button look="go" busy={busy} onPress={onPress}>
        {t('notices.acknowledge')}
      </Button>
    </span>
  );
}
