import { sql } from 'kysely';
import { suggestions } from '../../kernel/clauses/suggest.ts';
import type { Refused } from '../../kernel/refusal.ts';
import type { ChecklistCard, ChecklistView } from '../text-views.ts';
import { standing, standingText } from './citations.ts';
import { dayOf, tally } from './lights.ts';
import { type Look, noSuch } from './look.ts';
import { personNamed } from './names.ts';
import { confinedTo, seesClause } from './outside.ts';
import { comparable, lightOver, mayKeep, oursIn, type Shared, sharedOf } from './texts.ts';

type Row = {
  id: string;
  title: string;
  authority: string;
  file: ChecklistCard['file'] | null;
  at: Date;
  by: string | null;
};
type Question = ChecklistView['questions'][number];

/** Authorities' checklists as of the date looked at, each with the lights of its questions. */
export async function checklists(look: Look): Promise<ChecklistCard[]> {
  const shared = await sharedOf(look);
  const rows = await rowsOf(look);
  const cards = await Promise.all(rows.map(async (row) => cardOf(look, row, await questionsOf(look, row.id, shared))));
  return confinedTo(look) ? cards.filter(({ asking }) => asking > 0) : cards;
}

/** One checklist: every question with the clauses of ours that answer it, and their light. */
export async function checklistView(look: Look, id: string): Promise<ChecklistView | Refused> {
  const [row] = await rowsOf(look, id);
  if (!row) return noSuch('這份檢核題庫', 'checklist');
  const shared = await sharedOf(look);
  const questions = await questionsOf(look, id, shared);
  if (confinedTo(look) && questions.length === 0) return noSuch('這份檢核題庫', 'checklist');
  const keeps = !look.asOf && mayKeep(look);
  return {
    ...cardOf(look, row, questions),
    asOf: dayOf(look),
    questions,
    ours: oursIn(
      look,
      shared,
      questions.flatMap(({ ours }) => ours),
    ),
    ...(keeps ? { suggestions: suggestedFor(questions, shared) } : {}),
    mayKeep: keeps,
  };
}

const suggestedFor = (questions: Question[], { definition }: Shared) =>
  Object.fromEntries(
    suggestions(
      questions.map(({ key, text, hint }) => ({ id: key, path: [], text: `${text} ${hint}` })),
      comparable(definition),
    ),
  );

async function rowsOf(look: Look, id?: string): Promise<Row[]> {
  const found =
    await sql<Row>`select id, title, authority, file, at, by from checklist t where t.organisation = ${look.organisation}
    ${id === undefined ? sql`` : sql`and t.id = ${id}`} and ${standingText(look)} order by t.title, t.id`.execute(
      look.tx,
    );
  return found.rows;
}

async function questionsOf(look: Look, id: string, shared: Shared): Promise<Question[]> {
  const found = await sql<
    Omit<Question, 'ours' | 'why' | 'light'>
  >`select key, number, part, body as text, hint from checklist_question
    where organisation = ${look.organisation} and checklist = ${id} order by seq`.execute(look.tx);
  const links = await sql<{
    question: string;
    ours: string;
    why: string | null;
  }>`select l.question, l.ours, l.why from checklist_link l
    where l.organisation = ${look.organisation} and l.checklist = ${id} and ${standing(look, 'l')} order by l.ours`.execute(
    look.tx,
  );
  const byQuestion = Map.groupBy(links.rows, (row) => row.question);
  const all = found.rows.map((question) => {
    const own = byQuestion.get(question.key) ?? [];
    const ours = own.map((row) => row.ours).filter((one) => one !== '' && seesClause(look, one));
    const why = own.find((row) => row.why)?.why;
    return { ...question, ours, ...(why ? { why } : {}), light: lightOver(shared, ours).light };
  });
  return confinedTo(look) ? all.filter(({ ours }) => ours.length > 0) : all;
}

function cardOf(look: Look, row: Row, questions: Question[]): ChecklistCard {
  return {
    checklist: row.id,
    title: row.title,
    authority: row.authority,
    ...(row.file ? { file: row.file } : {}),
    at: row.at.toISOString(),
    ...(row.by ? { by: personNamed(look, row.by) } : {}),
    asking: questions.length,
    settled: questions.filter(({ ours, why }) => ours.length > 0 || why !== undefined).length,
    counts: tally(questions.map(({ light }) => light)),
  };
}
