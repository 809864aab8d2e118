import { parse } from 'csv-parse/browser/esm/sync';
import { stringify } from 'csv-stringify/browser/esm/sync';
import { say, t } from '../../language.ts';
import type { ImportRow } from './import-rows.tsx';
import type { Source } from './table-source.tsx';

type Numbered = { record: string[]; info: { lines: number } };

/** The refused rows as they stood in the file, each with its reasons in a last column, ready to be mended and tried again. */
export function refusedCsv(csv: string, reasons: Map<number, string>, reasonHeading: string): string {
  const rows = parse(csv, {
    bom: true,
    relax_column_count: true,
    skip_empty_lines: true,
    info: true,
  }) as unknown as Numbered[];
  const [head, ...body] = rows;
  const kept = body.flatMap(({ record, info }) => {
    const reason = reasons.get(info.lines);
    return reason === undefined ? [] : [[...record, reason]];
  });
  return stringify([[...(head?.record ?? []), reasonHeading], ...kept]);
}

/** Saves them as a file; with a byte-order mark, so that Excel reads the Chinese. */
export function saveRefused(source: Source, rows: ImportRow[]): void {
  const refused = rows.filter((row) => row.outcome === 'refused');
  const reasons = new Map(
    refused.map((row) => [row.line, row.refused.map((refusal) => say(refusal.message)).join(' ')]),
  );
  const csv = refusedCsv(source.csv, reasons, t('intake.why'));
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([`\ufeff${csv}`], { type: 'text/csv' }));
  link.download = t('intake.refusedName', { name: source.name.replace(/\.\w+$/, '') });
  link.click();
  URL.revokeObjectURL(link.href);
}
