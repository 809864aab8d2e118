import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { TaskItem } from '../../../src/http/contract/work.ts';
import { comma, say, t, titled } from '../../language.ts';
import { officeTime, showDay } from '../../time.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { nextWeekQuery } from './queries.ts';

const SHOWN = 10;

/** What falls due within five working days, by day, and who has it. */
export function NextWeek() {
  const week = useQuery(nextWeekQuery);
  const cases = [...Map.groupBy(week.data ?? [], (task) => task.record.id).values()];
  return (
    <Card title={t('week.title')} aside={week.data && <Pill>{t('week.count', { count: cases.length })}</Pill>}>
      {week.isPending && <Skeleton lines={4} />}
      {week.isError && <Problem error={week.error} retry={() => week.refetch()} />}
      {week.data && cases.length === 0 && <p className="sub">{t('week.none')}</p>}
      {cases.length > 0 && (
        <ul className="week">
          {cases.slice(0, SHOWN).map((tasks) => (
            <Due key={tasks[0]?.record.id} tasks={tasks} />
          ))}
        </ul>
      )}
      {cases.length > SHOWN && <p className="sub">{t('week.more', { count: cases.length - SHOWN })}</p>}
    </Card>
  );
}

function Due({ tasks }: { tasks: TaskItem[] }) {
  const [task] = tasks;
  if (!task?.due) return null;
  const persons = new Set(tasks.flatMap((each) => each.with?.map(({ name }) => name) ?? []));
  return (
    <li>
      <time dateTime={task.due}>{showDay(officeTime(task.due).date)}</time>
      <div>
        <Link to="/records/$id" params={{ id: task.record.id }}>
          {titled(task.record)}
        </Link>
        <div className="sub">{[say(task.label), [...persons].join(comma())].filter(Boolean).join(' · ')}</div>
      </div>
    </li>
  );
}
