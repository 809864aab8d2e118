import type { Moment } from '../../kernel/engine/types.ts';
import type { Text } from '../../kernel/text.ts';

/** What waits for somebody, as far as a digest needs to know it. */
export type TaskFact = {
  record: string;
  action: string;
  /** Since when it waits: a case that comes back waits anew. */
  since: Moment;
  due?: Moment;
  number: string;
  title: string;
  label: Text;
  remaining?: Text;
};
export type NoticeFact = { notice: string; record?: string; number?: string; message: Text };

/** How one unit stands, in figures. */
export type UnitFigures = { unit: string; open: number; late: number };
/** What a head hears once a week. */
export type Weekly = { units: UnitFigures[]; lights: Record<'ok' | 'partial' | 'late', number>; changed: number };

export type Stage = 'new' | 'due' | 'late';
export type DigestItem = {
  kind: 'task' | 'notice';
  subject: string;
  stage: Stage;
  record?: string;
  action?: string;
  /** Told with it, in its words. */
  notice?: string;
};

export type Morning = {
  now: Moment;
  /** What is due by this moment is near. */
  near: Moment;
  tasks: TaskFact[];
  notices: NoticeFact[];
  /** `keyOf` of everything this person was told before. */
  told: ReadonlySet<string>;
};

export const keyOf = ({ kind, subject, stage }: Pick<DigestItem, 'kind' | 'subject' | 'stage'>): string =>
  `${kind} ${subject} ${stage}`;

const STAGES: Stage[] = ['new', 'due', 'late'];

/**
 * What is new to one person this morning, late things first: each task once when it arrives, once when it is due by the next
 * working day, once when it is late; each unread notice once. A notice about a case that is told anyway goes with it.
 */
export function itemsOf({ now, near, tasks, notices, told }: Morning): DigestItem[] {
  const fresh = tasks
    .map((task): DigestItem => {
      const subject = `${task.record}:${task.since}`;
      return { kind: 'task', subject, stage: stageOf(task, now, near), record: task.record, action: task.action };
    })
    .filter((item) => !wasTold(item, told))
    .toSorted((a, b) => STAGES.indexOf(b.stage) - STAGES.indexOf(a.stage));
  const unheard = notices.filter(({ notice }) => !told.has(keyOf({ kind: 'notice', subject: notice, stage: 'new' })));
  const spoken = new Set<string>();
  const withTask = fresh.map((item) => {
    const about = unheard.find(({ notice, record }) => record === item.record && !spoken.has(notice));
    if (!about) return item;
    spoken.add(about.notice);
    return { ...item, notice: about.notice };
  });
  const alone = unheard
    .filter(({ notice }) => !spoken.has(notice))
    .map(
      ({ notice, record }): DigestItem => ({
        kind: 'notice',
        subject: notice,
        stage: 'new',
        notice,
        ...(record ? { record } : {}),
      }),
    );
  return [...withTask, ...alone];
}

const MOST_LISTED = 60;

/** One person is told no more in one morning, and how many more there are; those come the next. */
export const listed = (items: DigestItem[]): { items: DigestItem[]; more: number } => ({
  items: items.slice(0, MOST_LISTED),
  more: Math.max(0, items.length - MOST_LISTED),
});

function stageOf({ due }: TaskFact, now: Moment, near: Moment): Stage {
  if (due === undefined) return 'new';
  if (due < now) return 'late';
  return due <= near ? 'due' : 'new';
}

/** Told at this stage, or at a later one already. */
const wasTold = (item: DigestItem, told: ReadonlySet<string>): boolean =>
  STAGES.slice(STAGES.indexOf(item.stage)).some((stage) => told.has(keyOf({ ...item, stage })));
