import { Link } from '@tanstack/react-router';
import type { Task } from '../../../src/runtime/views.ts';
import { comma, say, t, titled } from '../../language.ts';
import { officeTime, showDay, showMomentShort } from '../../time.ts';
import { Pill, type Tone } from '../../ui/bits.tsx';

const tones: Record<Task['urgency'], Tone> = {
  overdue: 'bad',
  today: 'bad',
  soon: 'warn',
  later: 'plain',
  none: 'plain',
};

/** One row per task, one button per row; the most urgent one is the green one. */
export function Worklist({ tasks }: { tasks: Task[] }) {
  return (
    <ul className="worklist">
      {tasks.map((task, place) => (
        <li key={task.id}>
          <span className="deadline">
            <Pill tone={tones[task.urgency]}>{deadline(task)}</Pill>
          </span>
          <div>
            <div>
              <b>{say(task.label)}</b>　{titled(task.record)}
            </div>
            <div className="sub parts">
              {about(task).map((part) => (
                <span key={part}>{part}</span>
              ))}
            </div>
            {task.reason && <div className="sub reason">{task.reason}</div>}
            {task.changed && task.changed.fields.length > 0 && <Changed changed={task.changed} />}
          </div>
          <Link to="/records/$id" params={{ id: task.record.id }} className={place === 0 ? 'button go' : 'button'}>
            {t('home.doTask')}
            <span className="visually-hidden">
              {say(task.label)} {titled(task.record)}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

/** What is not as it was when one last had it in hand. */
export function Changed({ changed }: { changed: NonNullable<Task['changed']> }) {
  const fields = changed.fields.map(say);
  const shown = fields.slice(0, MOST_FIELDS).join(comma());
  const more = fields.length - MOST_FIELDS;
  return (
    <div className="sub changed">
      {t('home.changed', { fields: shown })}
      {more > 0 && t('home.changedMore', { count: more })}
    </div>
  );
}

const MOST_FIELDS = 4;

function deadline(task: Task): string {
  if (!task.due) return t('home.noDeadline');
  if (task.urgency === 'today') return t('home.todayBy', { clock: officeTime(task.due).clock });
  if (task.remaining && task.urgency !== 'later') return say(task.remaining);
  return showDay(officeTime(task.due).date);
}

function about(task: Task): string[] {
  const parts = [
    say(task.typeLabel) !== say(task.label) && say(task.typeLabel),
    task.record.number,
    task.asDeputyFor && t('home.asDeputy', { person: task.asDeputyFor.name }),
    task.requester &&
      t('home.requestedBy', { who: [task.requester.unit, task.requester.name].filter(Boolean).join(' ') }),
    task.gates && task.gates.all > 0 && t('home.gates', task.gates),
    task.owed && t('home.owed'),
    task.urgency === 'overdue' && task.due && t('home.wasDue', { at: showMomentShort(task.due) }),
  ];
  return parts.filter((part) => typeof part === 'string');
}
