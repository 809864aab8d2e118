import { useMutation, useQuery } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { DueView, KeepingView } from '../../../src/http/contract/keeping.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t, titled } from '../../language.ts';
import { officeTime, showDate, today } from '../../time.ts';
import { Card, Empty, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { dueQuery } from './queries.ts';

/** Records past their retention; what is chosen becomes the list of a disposal. */
export function Due({ keeping }: { keeping: KeepingView }) {
  const due = useQuery(dueQuery);
  const [chosen, setChosen] = useState<string[]>([]);
  const [title, setTitle] = useState(t('keeping.titleText', { date: showDate(today()) }));
  const navigate = useNavigate();
  const propose = useMutation({
    mutationFn: () => api.keeping.propose({ commandId: newCommandId(), title, records: chosen }),
    onSuccess: ({ id }) => {
      tell(t('keeping.proposed'));
      return navigate({ to: '/records/$id', params: { id } });
    },
  });
  const toggle = (id: string) =>
    setChosen((old) => (old.includes(id) ? old.filter((one) => one !== id) : [...old, id]));
  if (due.isError) return <Problem error={due.error} retry={() => due.refetch()} />;
  if (!due.data) return <Skeleton />;
  return (
    <Card title={t('keeping.due')}>
      <p className="sub keeping-about">{t('keeping.dueText')}</p>
      {due.data.length === 0 ? (
        <Empty title={t('keeping.dueNone')}>{t('keeping.dueNoneText')}</Empty>
      ) : (
        <div className="stack">
          <table className="data cards">
            <thead>
              <tr>
                <th>
                  <span className="visually-hidden">{t('keeping.choose')}</span>
                </th>
                <th>{t('keeping.number')}</th>
                <th>{t('keeping.subject')}</th>
                <th>{t('keeping.kind')}</th>
                <th>{t('keeping.closed')}</th>
                <th>{t('keeping.ends')}</th>
              </tr>
            </thead>
            <tbody>
              {due.data.map((one) => (
                <DueRow key={one.id} one={one} chosen={chosen.includes(one.id)} onToggle={() => toggle(one.id)} />
              ))}
            </tbody>
          </table>
          <TextControl label={t('keeping.title')} layout="stacked" value={title} onChange={setTitle} />
          {propose.error && <Problem error={propose.error} />}
          <div className="row">
            <Button
              look="go"
              busy={propose.isPending}
              why={
                !keeping.proposes ? t('keeping.proposersOnly') : chosen.length === 0 ? t('keeping.choose') : undefined
              }
              onPress={() => propose.mutate()}
            >
              {t('keeping.propose')}
            </Button>
          </div>
        </div>
      )}
    </Card>
  );
}

function DueRow({ one, chosen, onToggle }: { one: DueView; chosen: boolean; onToggle(): void }) {
  return (
    <tr>
      <td>
        <input
          type="checkbox"
          aria-label={t('keeping.select', { number: one.number })}
          checked={chosen}
          disabled={one.held}
          onChange={onToggle}
        />
      </td>
      <td data-label={t('keeping.number')}>
        <Link to="/records/$id" params={{ id: one.id }}>
          {one.number}
        </Link>
      </td>
      <td data-label={t('keeping.subject')}>
        {titled(one)} {one.held && <Pill tone="warn">{t('keeping.held')}</Pill>}
      </td>
      <td data-label={t('keeping.kind')}>{say(one.typeLabel)}</td>
      <td data-label={t('keeping.closed')}>{showDate(officeTime(one.closedAt).date)}</td>
      <td data-label={t('keeping.ends')}>{showDate(officeTime(one.ends).date)}</td>
    </tr>
  );
}
