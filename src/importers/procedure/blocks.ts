import type { Line } from '../../kernel/clauses/outline.ts';

export type Paragraph = { text: string };
/** A paragraph alone (one cell), or a row of a table with the paragraphs of its cells. */
export type Block<P extends Paragraph> = { cells: P[][] };

/**
 * Lines of a document in order, each numbered as it comes. A row of a table is one line, its cells apart by tabs — unless
 * its cells hold clauses themselves, as where a whole procedure stands in a table.
 */
export function blocks<P extends Paragraph>(body: Block<P>[], lineOf: (paragraph: P) => Line): Line[] {
  return body.flatMap(({ cells }) => {
    const lines = cells.map((cell) => cell.map(lineOf));
    const apart =
      lines.length === 1 || lines.some((cell) => cell.length > 1 || cell.some(({ label }) => label !== undefined));
    return (
      apart ? lines.flat() : [{ text: lines.map((cell) => cell.map(({ text }) => text).join(' ')).join('\t') }]
    ).flatMap(broken);
  });
}

/** A line break inside a paragraph begins a line, as it looks; only the first carries the number. */
function broken(line: Line): Line[] {
  const [first = '', ...rest] = line.text.split('\n');
  return [{ ...line, text: first }, ...rest.map((text) => ({ text }))];
}
