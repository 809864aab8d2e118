import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { say, t } from '../../language.ts';
import { tasksQuery } from '../../queries.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';

/** For who owns the procedure: what is late, and who has it. */
export function LateWithWhom() {
  const late = useQuery(tasksQuery('all', true));
  const count = late.data?.length ?? 0;
  return (
    <Card
      title={t('late.title')}
      aside={
        late.data && (
          <Pill tone={count > 0 ? 'bad' : 'ok'}>{count > 0 ? t('late.count', { count }) : t('late.none')}</Pill>
        )
      }
    >
      {late.isPending && <Skeleton lines={4} />}
      {late.isError && <Problem error={late.error} />}
      {count === 0 && late.data && <p className="sub">{t('late.noneText')}</p>}
      {count > 0 && (
        <table className="data cards">
          <thead>
            <tr>
              <th>{t('late.what')}</th>
              <th>{t('late.with')}</th>
              <th>{t('late.since')}</th>
            </tr>
          </thead>
          <tbody>
            {late.data?.map((task) => (
              <tr key={task.id} className="linked">
                <td>
                  <Link to="/records/$id" params={{ id: task.record.id }} className="cover">
                    {task.record.title}
                  </Link>
                  <div className="sub">
                    {say(task.label)} · {task.record.number}
                  </div>
                </td>
                <td data-label={t('late.with')}>{task.with?.map((person) => person.name).join('、') ?? '—'}</td>
                <td data-label={t('late.since')}>
                  <Pill tone="bad">{task.remaining ? say(task.remaining) : '—'}</Pill>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}
