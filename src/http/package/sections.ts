import { isRefused, type Refused } from '../../kernel/refusal.ts';
import type { Language } from '../../kernel/text.ts';
import { checklistView } from '../../runtime/query/checklists.ts';
import { citations } from '../../runtime/query/citations.ts';
import type { Look } from '../../runtime/query/look.ts';
import { procedure } from '../../runtime/query/procedure.ts';
import { textView } from '../../runtime/query/texts.ts';
import type { ClauseView } from '../../runtime/views.ts';

/** What a package follows: a procedure of ours, one of the organisation’s own, or an authority’s checklist. */
export type Along = { by: 'procedure' | 'text' | 'checklist'; id: string };

/** One line of the index: a clause or a question, with the clauses of ours whose evidence answers it. */
export type Section = {
  key: string;
  number: string;
  /** Chapter or part it stands under, as its first number or the checklist’s words. */
  chapter: string;
  text: string;
  own: string[];
  light: ClauseView['light'];
  starts?: string;
  pending?: string;
  ours: string[];
};

/** The sections of what is followed, in its order, and its title; each language where there are two. */
export async function sectionsAlong(
  look: Look,
  { by, id }: Along,
  language: Language,
): Promise<{ title: string; sections: Section[] } | Refused> {
  if (by === 'procedure') return alongProcedure(look, id, language);
  return by === 'text' ? alongText(look, id) : alongChecklist(look, id);
}

async function alongProcedure(look: Look, id: string, language: Language) {
  const view = await procedure(look, id);
  if (isRefused(view)) return view;
  const cites = await citations(look);
  return {
    title: `${view.title[language]} ${view.version}`,
    sections: view.clauses.map((clause): Section => {
      const number = clause.ref ?? clause.id.slice(clause.id.indexOf('.') + 1);
      return {
        key: clause.id,
        number,
        chapter: chapterOf(number),
        text: clause.text[language],
        own: (cites[clause.id] ?? []).map(({ title, cite }) => `${title} ${cite}`),
        light: clause.light,
        ...(clause.starts ? { starts: clause.starts } : {}),
        ...(clause.pending ? { pending: clause.pending[language] } : {}),
        ours: [clause.id],
      };
    }),
  };
}

async function alongText(look: Look, id: string) {
  const view = await textView(look, id);
  if (isRefused(view)) return view;
  let chapter = '';
  const sections: Section[] = [];
  for (const { key, level, number, cite, heading, text, light, starts, ours } of view.clauses) {
    if (level === 0) chapter = [number, heading ? text : ''].filter(Boolean).join(' ').slice(0, 40);
    if (heading || number === '') continue;
    const base = {
      key,
      number: cite || number,
      chapter: chapter || chapterOf(cite || number),
      text,
      own: [],
      light,
      ours,
    };
    sections.push(starts ? { ...base, starts } : base);
  }
  return { title: `${view.title} ${view.version}`, sections };
}

async function alongChecklist(look: Look, id: string) {
  const view = await checklistView(look, id);
  if (isRefused(view)) return view;
  const cites = await citations(look);
  return {
    title: `${view.title}（${view.authority}）`,
    sections: view.questions.map(({ key, number, part, text, ours, light }, at): Section => {
      const own = ours.flatMap((clause) => (cites[clause] ?? []).map(({ title, cite }) => `${title} ${cite}`));
      return {
        key,
        number: number || String(at + 1),
        chapter: part || chapterOf(number),
        text,
        own: [...new Set(own)],
        light,
        ours,
      };
    }),
  };
}

/** `5.4.1.2` stands under `5.4`, `十二、` under itself. */
const chapterOf = (number: string): string => /^\d+(\.\d+)?/.exec(number)?.[0] ?? number.slice(0, 12);
