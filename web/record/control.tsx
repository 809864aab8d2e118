import type { FileValue, Row, Value } from '../../src/kernel/engine/types.ts';
import type { FieldView } from '../../src/runtime/views.ts';
import { say, t } from '../language.ts';
import { ChoiceControl, ChoicesControl, YesNoControl } from '../ui/choice.tsx';
import { ClockControl, DateControl, MomentControl } from '../ui/date.tsx';
import { type ControlProps, fieldClass, TextControl } from '../ui/field.tsx';
import { FilesControl } from '../ui/files.tsx';
import { NumberControl } from '../ui/number.tsx';
import { ManyPicker, PickerControl } from '../ui/picker.tsx';
import { RowsControl } from './rows.tsx';
import { persons, recordsOf, units } from './sources.ts';

export type Setter = (value: Value, named?: [string, string]) => void;
type Props = {
  field: FieldView;
  value: Value | undefined;
  names: Record<string, string>;
  onChange: Setter;
  must?: boolean;
  wrong?: string | undefined;
  layout?: ControlProps['layout'];
  /** Prefix of element ids: fields of a page are `field.<name>`, so that a remedy can point at them. */
  idPrefix?: string | undefined;
};

/** The control for one field of any declared type. */
export function FieldControl(props: Props) {
  const { field, value, names, onChange } = props;
  const shared: ControlProps = {
    label: say(field.label),
    help: [field.help && say(field.help), hints[field.type]?.()].filter(Boolean).join(' ') || undefined,
    must: props.must,
    wrong: props.wrong,
    layout: props.layout,
    id: props.idPrefix === undefined ? `field.${field.name}` : undefined,
  };
  const text = typeof value === 'string' ? value : '';
  const options = (field.options ?? []).map((option) => ({ value: option.value, label: say(option.label) }));
  switch (field.type) {
    case 'choice':
      return <ChoiceControl {...shared} value={text} options={options} onChange={onChange} />;
    case 'choices':
      return <ChoicesControl {...shared} value={list<string>(value)} options={options} onChange={onChange} />;
    case 'yes_no':
      return <YesNoControl {...shared} value={typeof value === 'boolean' ? value : undefined} onChange={onChange} />;
    case 'number':
      return (
        <NumberControl
          {...shared}
          unit={field.unit}
          value={typeof value === 'number' ? value : undefined}
          onChange={(to) => onChange(to ?? '')}
        />
      );
    case 'date':
      return <DateControl {...shared} value={text} onChange={onChange} />;
    case 'moment':
      return <MomentControl {...shared} value={text} onChange={onChange} />;
    case 'time_of_day':
      return <ClockControl {...shared} value={text} onChange={onChange} />;
    case 'period':
      return <PeriodControl {...shared} value={value} onChange={onChange} />;
    case 'person':
      return (
        <PickerControl
          {...shared}
          source={persons}
          value={text}
          name={names[text] === '' ? t('record.notForYou') : (names[text] ?? text)}
          onChange={(id, name) => onChange(id, [id, name])}
        />
      );
    case 'unit':
      return (
        <PickerControl
          {...shared}
          source={units}
          value={text}
          name={names[text] === '' ? t('record.notForYou') : (names[text] ?? text)}
          onChange={(id, name) => onChange(id, [id, name])}
        />
      );
    case 'ref':
      return (
        <PickerControl
          {...shared}
          source={recordsOf(field.to ?? 'any')}
          value={text}
          name={names[text] === '' ? t('record.notForYou') : (names[text] ?? text)}
          onChange={(id, name) => onChange(id, [id, name])}
        />
      );
    case 'refs':
      return (
        <ManyPicker
          {...shared}
          source={recordsOf(field.to ?? 'any')}
          value={list<string>(value)}
          names={names}
          onChange={onChange}
        />
      );
    case 'files':
      return (
        <FilesControl
          {...shared}
          value={list<FileValue>(value)}
          slots={field.slots?.map((slot) => ({ id: slot.id, label: say(slot.label) }))}
          onChange={(files) => onChange(files as unknown as Value)}
        />
      );
    case 'table':
    case 'rows':
      return <RowsControl {...shared} field={field} rows={list<Row>(value)} names={names} onChange={onChange} />;
    default:
      return (
        <TextControl
          {...shared}
          value={value === undefined ? '' : String(value)}
          onChange={onChange}
          lines={field.lines}
          type={field.type === 'email' ? 'email' : field.type === 'url' ? 'url' : 'text'}
          mono={['address', 'ports', 'mac'].includes(field.type)}
        />
      );
  }
}

/** What the written form looks like, for the types where it is not obvious. */
const hints: Record<string, (() => string) | undefined> = {
  address: () => t('hint.address'),
  ports: () => t('hint.ports'),
  mac: () => t('hint.mac'),
  duration: () => t('hint.duration'),
  contact: () => t('hint.contact'),
};

const list = <T,>(value: Value | undefined): T[] => (Array.isArray(value) ? (value as unknown as T[]) : []);

function PeriodControl(props: ControlProps & { value: Value | undefined; onChange: Setter }) {
  const { start = '', end = '' } = (typeof props.value === 'object' ? props.value : {}) as {
    start?: string;
    end?: string;
  };
  const put = (next: { start: string; end: string }) => props.onChange(next.start || next.end ? next : '');
  return (
    <fieldset className={fieldClass(props)} id={props.id} aria-label={props.label}>
      {props.layout !== 'bare' && (
        <span className="label">
          {props.label}
          {props.must && <span className="must">＊</span>}
        </span>
      )}
      <div className="stack" style={{ gap: 6 }}>
        <MomentControl
          label={t('field.from')}
          layout="bare"
          value={start}
          onChange={(value) => put({ start: value, end })}
        />
        <MomentControl
          label={t('field.until')}
          layout="bare"
          value={end}
          onChange={(value) => put({ start, end: value })}
        />
        {start && end && end < start && <span className="wrong">{t('field.endBeforeStart')}</span>}
        {props.help && <span className="help">{props.help}</span>}
        {props.wrong && <span className="wrong">{props.wrong}</span>}
      </div>
    </fieldset>
  );
}
