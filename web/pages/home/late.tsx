import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TaskItem } from '../../../src/http/contract/work.ts';
import { comma, say, t, titled } from '../../language.ts';
import { tasksQuery } from '../../queries.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';

/** For who owns the procedure: what is late, and who has it. */
export function LateWithWhom() {
  const late = useQuery(tasksQuery('all', true));
  const cases = [...Map.groupBy(late.data ?? [], (task) => task.record.id).values()];
  const count = cases.length;
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
            {cases.map((tasks) => (
              <LateCase key={tasks[0]?.record.id} tasks={tasks} />
            ))}
          </tbody>
        </table>
      )}
    </Card>
  );
}

/** A case may wait for any of several acts; whoever could do one of them has it. */
function LateCase({ tasks }: { tasks: TaskItem[] }) {
  const [task] = tasks;
  if (!task) return null;
  const acts = new Set(tasks.map((each) => say(each.label)));
  const persons = new Set(tasks.flatMap((each) => each.with?.map((person) => person.name) ?? []));
  return (
    <tr className="linked">
      <td>
        <Link to="/records/$id" params={{ id: task.record.id }} className="cover">
          {titled(task.record)}
        </Link>
        <div className="sub">
          {[...acts].join(comma())} · {task.record.number}
        </div>
      </td>
      <td data-label={t('late.with')}>{[...persons].join(comma()) || '—'}</td>
      <td data-label={t('late.since')}>
        <Pill tone="bad">{task.remaining ? say(task.remaining) : '—'}</Pill>
      </td>
    </tr>
  );
}
