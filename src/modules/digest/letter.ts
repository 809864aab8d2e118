import type { LocalDate } from '../../kernel/calendar/date.ts';
import { formatRoc } from '../../kernel/calendar/roc.ts';
import { type Text, text } from '../../kernel/text.ts';
import type { DigestItem, NoticeFact, Stage, TaskFact, Weekly } from './content.ts';

export type Language = 'zh' | 'en';

export type Letter = {
  day: LocalDate;
  office: string;
  items: DigestItem[];
  /** How many more wait than are listed. */
  more?: number;
  tasks: TaskFact[];
  notices: NoticeFact[];
  weekly?: Weekly;
  unitNames: Record<string, string>;
};

/** A digest as mail: plain text, readable on a phone, nothing to click that a false mail could imitate. */
export function letterOf(letter: Letter, language: Language): { subject: string; text: string } {
  const say = (words: Text) => words[language];
  const { items, day, office } = letter;
  const date = language === 'zh' ? formatRoc(day, 'slash') : day;
  const groups = [
    ...STAGES.map((stage) => groupOf(letter, stage, say)),
    noticesOf(letter, say),
    moreOf(letter, say),
    weeklyOf(letter, say),
  ];
  const subject = say(
    items.length > 0
      ? text(`${office}　今日摘要 ${date}：${items.length} 項`, `${office}, morning digest ${date}: ${items.length}`)
      : text(`${office}　每週摘要 ${date}`, `${office}, the week ${date}`),
  );
  const lines = groups.filter((group) => group.length > 0).map((group) => group.join('\n'));
  return { subject: subject.slice(0, 200), text: [...lines, say(END)].join('\n\n') };
}

const STAGES: Stage[] = ['late', 'due', 'new'];
const HEADINGS: Record<Stage, Text> = {
  late: text('【已逾期】', 'Late'),
  due: text('【即將到期】', 'Due by the next working day'),
  new: text('【新到待辦】', 'New'),
};
const END = text(
  '請登入安程辦理。已告知之事項不重複通知；可於「每日摘要」頁調整是否寄信。',
  'Sign in to Ancheng to act. Nothing is told twice; whether mail is sent is set on the page “Morning digest”.',
);

function groupOf({ items, tasks, notices }: Letter, stage: Stage, say: (words: Text) => string): string[] {
  const lines = items.flatMap((item) => {
    if (item.kind !== 'task' || item.stage !== stage) return [];
    const task = tasks.find((one) => one.record === item.record && one.action === item.action);
    const notice = notices.find((one) => one.notice === item.notice);
    if (!task) return [];
    const about = [task.number, task.remaining && say(task.remaining), notice && say(notice.message)];
    return [`・${say(task.label)}　${task.title}`, `　${about.filter(Boolean).join('　')}`];
  });
  return lines.length > 0 ? [say(HEADINGS[stage]), ...lines] : [];
}

function noticesOf({ items, notices }: Letter, say: (words: Text) => string): string[] {
  const lines = items.flatMap((item) => {
    const notice = item.kind === 'notice' && notices.find((one) => one.notice === item.notice);
    return notice ? [`・${[say(notice.message), notice.number].filter(Boolean).join('　')}`] : [];
  });
  return lines.length > 0 ? [say(text('【通知】', 'Notices')), ...lines] : [];
}

const moreOf = ({ more }: Letter, say: (words: Text) => string): string[] =>
  more
    ? [
        say(
          text(
            `另有 ${more} 項未列於本摘要，請見首頁「待辦事項」與「通知」；尚未告知者於次一工作日續列。`,
            `${more} more are not listed here: see your tasks on the home page and your notices. What was not told yet follows the next working day.`,
          ),
        ),
      ]
    : [];

function weeklyOf({ weekly, unitNames }: Letter, say: (words: Text) => string): string[] {
  if (!weekly) return [];
  const { lights } = weekly;
  const units = weekly.units.map(({ unit, open, late }) => {
    const name = unitNames[unit] ?? unit;
    return say(text(`・${name}：辦理中 ${open} 件，逾期 ${late} 件`, `・${name}: ${open} open, ${late} late`));
  });
  const clauses = text(
    `・條文：佐證齊備 ${lights.ok}、佐證待補 ${lights.partial}、逾期 ${lights.late}；近一週變動 ${weekly.changed} 條`,
    `・Clauses: ${lights.ok} with evidence, ${lights.partial} awaiting it, ${lights.late} late; ${weekly.changed} changed in a week`,
  );
  return [say(text('【本週概況】', 'Your week')), ...units, say(clauses)];
}
