import type { OutlineClause } from '../../../../src/kernel/clauses/outline.ts';

/** A clause while a person looks through what was recognised. */
export type Row = {
  id: number;
  level: number;
  number: string;
  text: string;
  heading: boolean;
  doubt?: OutlineClause['doubt'];
};

const LABEL =
  /^\s*(第\s*[〇零一二三四五六七八九十百\d]+\s*[編章節條](?:之[一二三四五六七八九十\d]+)?|\d+(?:[.．]\d+)*[、.．)）]?|[（(][^（()）]{1,3}[)）]|[壹貳參肆伍陸柒捌玖拾]+[、.]?|[一二三四五六七八九十]+、|[甲乙丙丁戊己庚辛壬癸]、|[①-⑳]|[A-Za-z][.、)])\s*/;

export const rowsOf = (clauses: OutlineClause[]): Row[] =>
  clauses.map(({ level, number, text, heading, doubt }, id) => ({
    id,
    level,
    number,
    text,
    heading,
    ...(doubt && { doubt }),
  }));

export const changed = (rows: Row[], id: number, to: Partial<Row>): Row[] =>
  rows.map((row) => (row.id === id ? { ...row, ...to } : row));

/** Its number and words go on at the end of the clause before it. */
export function joined(rows: Row[], id: number): Row[] {
  const at = rows.findIndex((row) => row.id === id);
  const [before, row] = [rows[at - 1], rows[at]];
  if (!before || !row) return rows;
  const text = [before.text, `${row.number}${row.text}`].filter((part) => part !== '').join('\n');
  return [...rows.slice(0, at - 1), { ...before, text, heading: false }, ...rows.slice(at + 1)];
}

/** From this line of its text on, a clause of its own, on the same level; its number is read from the line. */
export function split(rows: Row[], id: number, line: number): Row[] {
  const at = rows.findIndex((row) => row.id === id);
  const row = rows[at];
  const lines = row?.text.split('\n') ?? [];
  if (!row || line < 1 || line >= lines.length) return rows;
  const rest = lines.slice(line).join('\n');
  const number = LABEL.exec(rest)?.[1] ?? '';
  const { doubt: _settled, ...kept } = row;
  const next: Row = {
    id: Math.max(...rows.map((each) => each.id)) + 1,
    level: row.level,
    number,
    text: number ? rest.replace(LABEL, '') : rest,
    heading: false,
  };
  return [...rows.slice(0, at), { ...kept, text: lines.slice(0, line).join('\n') }, next, ...rows.slice(at + 1)];
}

/** Looked at and found right. */
export function settled(rows: Row[], id?: number): Row[] {
  return rows.map((row) => {
    if (id !== undefined && row.id !== id) return row;
    const { doubt: _seen, ...rest } = row;
    return rest;
  });
}

/** Rows whose level is more than one below the row before: the server would refuse them. */
export const tooDeep = (rows: Row[]): Set<number> =>
  new Set(rows.filter((row, at) => row.level > (rows[at - 1]?.level ?? -1) + 1).map(({ id }) => id));
