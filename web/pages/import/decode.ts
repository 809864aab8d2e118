/** Text of a table as an office keeps it: UTF-8 when it is valid UTF-8, else Big5, which Excel here still writes. */
export function decodeTable(bytes: Uint8Array): { text: string; encoding: 'utf-8' | 'big5' } {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes), encoding: 'utf-8' };
  } catch {
    return { text: new TextDecoder('big5').decode(bytes), encoding: 'big5' };
  }
}

/** Cells copied from a spreadsheet arrive with tabs; as CSV, quoted where they must be. What has commas already stays. */
export function asCsv(pasted: string): string {
  const text = pasted.replace(/\r\n?/g, '\n');
  const firstLine = text.slice(0, text.indexOf('\n') < 0 ? undefined : text.indexOf('\n'));
  if (!firstLine.includes('\t')) return text;
  return rowsOfCells(text)
    .map((cells) => cells.map(quoted).join(','))
    .join('\n');
}

/** Spreadsheets quote a copied cell that holds a line break or a quote of its own. */
function rowsOfCells(text: string): string[][] {
  const rows: string[][] = [[]];
  let cell = '';
  let inside = false;
  for (let at = 0; at < text.length; at += 1) {
    const sign = text[at]!;
    if (inside && sign === '"' && text[at + 1] === '"') {
      cell += '"';
      at += 1;
    } else if (sign === '"' && (inside || cell === '')) inside = !inside;
    else if (!inside && (sign === '\t' || sign === '\n')) {
      rows.at(-1)!.push(cell);
      cell = '';
      if (sign === '\n') rows.push([]);
    } else cell += sign;
  }
  rows.at(-1)!.push(cell);
  return rows.filter((cells) => cells.some((each) => each.trim() !== ''));
}

const quoted = (cell: string): string => (/[",\n]/.test(cell) ? `"${cell.replaceAll('"', '""')}"` : cell);
