import { sql } from 'kysely';
import { localDate } from '../../kernel/calendar/date.ts';
import { formatRoc, formatRocMoment } from '../../kernel/calendar/roc.ts';
import { isRefused, type Refusal, type Refused, refused } from '../../kernel/refusal.ts';
import { type Language, text } from '../../kernel/text.ts';
import type { PackageIndex } from '../../print/package/types.ts';
import { explanationsOf } from '../../runtime/query/explanations.ts';
import { type Look, look } from '../../runtime/query/look.ts';
import type { Caller } from '../caller.ts';
import type { HttpParts } from '../parts.ts';
import { evidenceBy, type Period } from './evidence.ts';
import { type Along, type Section, sectionsAlong } from './sections.ts';

export type Asked = Along &
  Period & {
    /** Keys of the clauses or questions wanted; all when left out. */
    sections?: string[] | undefined;
    asOf?: string | undefined;
    /** No file larger than three megabytes. */
    small: boolean;
    language: Language;
  };

/** More would be made in several. */
const MOST_RECORDS = 5_000;

export type Progress = (phase: 'records' | 'proofs' | 'finishing', done: number, all: number) => void;

export type Plan = {
  title: string;
  pos: number;
  date: string;
  organisation: string;
  madeBy: string;
  madeAt: string;
  sections: (Section & { records: string[]; explanations: PackageIndex['sections'][number]['explanations'] })[];
  hidden: number;
};

/** What goes in and in which order, from one look; its position is that of every later look. */
export async function planned(http: HttpParts, caller: Caller, asked: Asked): Promise<Plan | Refused> {
  const { parts, cache } = http;
  const work = async (looking: Look): Promise<Plan | Refused> => {
    const along = await sectionsAlong(looking, asked, asked.language);
    if (isRefused(along)) return along;
    const wanted = asked.sections && new Set(asked.sections);
    const sections = along.sections.filter(({ key }) => !wanted || wanted.has(key));
    if (sections.length === 0) return refused(noSections);
    const { byClause, hidden } = await evidenceBy(looking, [...new Set(sections.flatMap(({ ours }) => ours))], asked);
    const told = [];
    for (const section of sections) {
      const records = [...new Set(section.ours.flatMap((clause) => byClause.get(clause) ?? []))];
      told.push({ ...section, records, explanations: await explained(looking, section, asked.language) });
    }
    const count = new Set(told.flatMap(({ records }) => records)).size;
    if (count > MOST_RECORDS) return refused(tooMany(count));
    return {
      title: along.title,
      pos: looking.asOf!.pos,
      date: looking.asOf!.date,
      organisation: await nameOf(looking),
      madeBy: looking.context.directory.persons[caller.viewer.person ?? '']?.name ?? '',
      madeAt: momentIn(looking.now, asked.language),
      sections: told,
      hidden,
    };
  };
  return look(parts, cache, caller.organisation, caller.viewer, work, asked.asOf ?? localDate(parts.clock()));
}

async function explained(looking: Look, { ours }: Section, language: Language) {
  const all = [];
  for (const clause of ours) all.push(...(await explanationsOf(looking, clause)));
  return all.map(({ at, by, cause, measure, due }) => ({
    at: momentIn(at, language),
    by: by.name,
    cause,
    measure,
    ...(due ? { due: dayIn(due, language) } : {}),
  }));
}

async function nameOf(looking: Look): Promise<string> {
  const found = await sql<{
    name: string;
  }>`select name from organisation where organisation = ${looking.organisation}`.execute(looking.tx);
  return found.rows[0]?.name ?? '';
}

export const dayIn = (day: string, language: Language) => (language === 'zh' ? formatRoc(day, 'slash') : day);
export const momentIn = (at: string, language: Language) =>
  language === 'zh' ? formatRocMoment(at) : `${at.slice(0, 16).replace('T', ' ')} UTC`;

/** One look as of the plan’s position: everything in a package is of one moment. */
export const lookAt = <T>(http: HttpParts, caller: Caller, plan: Plan, work: (looking: Look) => Promise<T | Refused>) =>
  look(http.parts, http.cache, caller.organisation, caller.viewer, (looking) => {
    looking.asOf = { date: plan.date, pos: plan.pos };
    return work(looking);
  });

const noSections: Refusal = {
  code: 'required',
  field: 'sections',
  message: text('請至少選擇一條。', 'Choose at least one clause.'),
};
const tooMany = (count: number): Refusal => ({
  code: 'limit',
  field: 'sections',
  message: text(
    `範圍內有 ${count.toLocaleString('en')} 筆紀錄，一次最多 ${MOST_RECORDS.toLocaleString('en')} 筆。`,
    `The scope has ${count.toLocaleString('en')} records; at most ${MOST_RECORDS.toLocaleString('en')} go into one package.`,
  ),
  fix: { text: text('請縮小章節或期間，分次製作。', 'Choose fewer chapters or a shorter period, and make several.') },
});
