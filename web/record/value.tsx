import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import type { FileValue, Row, Value } from '../../src/kernel/engine/types.ts';
import type { FieldView } from '../../src/runtime/views.ts';
import { comma, language, say, t } from '../language.ts';
import { showDate, showMoment, showPeriod } from '../time.ts';
import { FileList } from '../ui/files.tsx';

type Props = { field: FieldView; value: Value | undefined; names: Record<string, string> };

/** Whether a value counts as not filled in. */
export const isBlank = (value: Value | undefined): boolean =>
  value === undefined || value === '' || (Array.isArray(value) && value.length === 0);

/** One value of any declared type, as it is read on the page. */
export function FieldValue({ field, value, names }: Props): ReactNode {
  if (value === undefined || isBlank(value)) return <span className="faint">—</span>;
  switch (field.type) {
    case 'files':
      return <SlottedFiles field={field} files={value as unknown as FileValue[]} />;
    case 'table':
    case 'rows':
      return <RowsValue field={field} rows={value as unknown as Row[]} names={names} />;
    case 'ref':
      return <RecordLink id={String(value)} names={names} />;
    case 'refs':
      return (value as string[]).map((id, place) => (
        <span key={id}>
          {place > 0 && '、'}
          <RecordLink id={id} names={names} />
        </span>
      ));
    case 'url':
      return (
        <a href={String(value)} rel="noreferrer" target="_blank">
          {String(value)}
        </a>
      );
    case 'address':
    case 'ports':
    case 'mac':
      return <code>{inWords(field, value, names)}</code>;
    default:
      return <span style={{ whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>{inWords(field, value, names)}</span>;
  }
}

/** The same as plain text: for cells, diffs, exports to the clipboard. */
export function inWords(
  field: Pick<FieldView, 'type' | 'options' | 'unit'>,
  value: Value | undefined,
  names: Record<string, string>,
): string {
  if (value === undefined || isBlank(value)) return '—';
  switch (field.type) {
    case 'choice':
      return optionLabel(field, value);
    case 'choices':
      return (value as Value[]).map((each) => optionLabel(field, each)).join(comma());
    case 'yes_no':
      return value ? t('common.yes') : t('common.no');
    case 'number':
      return `${Number(value).toLocaleString()}${field.unit ? ` ${field.unit}` : ''}`;
    case 'date':
      return showDate(String(value));
    case 'moment':
      return showMoment(String(value));
    case 'period': {
      const { start, end } = value as { start?: string; end?: string };
      if (start && end) return start.includes('T') ? showPeriod(start, end) : `${showDate(start)} – ${showDate(end)}`;
      return start ? showMoment(start) : '—';
    }
    default:
      return general(value, names);
  }
}

/** A value whose field is not known here (a diff, an old definition): names where there are some, rows counted. */
export function general(value: Value | undefined, names: Record<string, string>): string {
  if (value === undefined || value === '') return '—';
  if (typeof value === 'boolean') return value ? t('common.yes') : t('common.no');
  if (typeof value === 'string') {
    // What the platform itself wrote into a text comes along in English.
    const known = names[value] ?? (language() === 'en' ? names[`en:${value}`] : undefined);
    return known === '' ? t('record.notForYou') : (known ?? asTime(value));
  }
  if (typeof value === 'number') return value.toLocaleString();
  if (Array.isArray(value)) {
    const scalars = value.every((each) => typeof each !== 'object');
    return scalars
      ? value.map((each) => general(each, names)).join(comma())
      : t('record.rows', { count: value.length });
  }
  if ('start' in value && 'end' in value) return inWords({ type: 'period' }, value, names);
  return Object.values(value)
    .map((each) => general(each, names))
    .join(' · ');
}

function asTime(value: string): string {
  if (/^\d{4}-\d\d-\d\dT/.test(value)) return showMoment(value);
  return /^\d{4}-\d\d-\d\d$/.test(value) ? showDate(value) : value;
}

function optionLabel(field: Pick<FieldView, 'options'>, value: Value): string {
  const option = field.options?.find((each) => each.value === value);
  return option ? say(option.label) : String(value);
}

/** What must be enclosed, slot by slot, then the rest; an empty slot is seen as missing. */
function SlottedFiles({ field, files }: { field: FieldView; files: FileValue[] }) {
  const slots = field.slots ?? [];
  const others = files.filter((file) => !slots.some((slot) => slot.id === file.slot));
  return (
    <div className="files">
      {slots.map((slot) => {
        const inside = files.filter((file) => file.slot === slot.id);
        return (
          <div key={slot.id}>
            <span className="sub">{say(slot.label)}</span>
            {inside.length > 0 ? <FileList files={inside} /> : <div className="faint">{t('files.missing')}</div>}
          </div>
        );
      })}
      {others.length > 0 && <FileList files={others} />}
    </div>
  );
}

/** A reference may name a row of a record, `record#field/row`; the link leads to the record. One the viewer may not read leads nowhere. */
function RecordLink({ id, names }: { id: string; names: Record<string, string> }) {
  if (names[id] === '') return <span className="faint">{t('record.notForYou')}</span>;
  return (
    <Link to="/records/$id" params={{ id: id.split('#')[0] ?? id }}>
      {names[id] ?? id}
    </Link>
  );
}

function RowsValue({ field, rows, names }: { field: FieldView; rows: Row[]; names: Record<string, string> }) {
  const columns = field.columns?.filter((column) => !column.hidden) ?? [];
  const named = rows.some((row) => row.source);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a wide table scrolls sideways, by keyboard too
    <section className="scroll-x" aria-label={field.label ? say(field.label) : undefined} tabIndex={0}>
      <table className="data cards">
        <thead>
          <tr>
            {named && <th>{t('record.rowSource')}</th>}
            {columns.map((column) => (
              <th key={column.name} className={column.type === 'number' ? 'num' : ''}>
                {say(column.label)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={row.id}>
              {named && <td>{row.source ? (names[row.source] ?? row.source) || t('record.notForYou') : ''}</td>}
              {columns.map((column) => (
                <td key={column.name} className={column.type === 'number' ? 'num' : ''} data-label={say(column.label)}>
                  <FieldValue field={column} value={row[column.name]} names={names} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
