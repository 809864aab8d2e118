import {
  type CalendarDate,
  GregorianCalendar,
  parseAbsolute,
  parseDate,
  parseTime,
  toCalendar,
  toZoned,
  type ZonedDateTime,
} from '@internationalized/date';
import { Button as AriaButton } from 'react-aria-components/Button';
import { Calendar, CalendarCell, CalendarGrid, Heading } from 'react-aria-components/Calendar';
import { DateInput, DatePicker, DateSegment, Group } from 'react-aria-components/DatePicker';
import { Dialog } from 'react-aria-components/Dialog';
import { I18nProvider } from 'react-aria-components/I18nProvider';
import { Popover } from 'react-aria-components/Popover';
import { TimeField } from 'react-aria-components/TimeField';
import { language, t } from '../language.ts';
import { type ControlProps, FieldLabel, FieldNotes, fieldClass } from './field.tsx';
import { Icon } from './icons.tsx';

const office = 'Asia/Taipei';
/** People here type 115/11/20; what is kept is 2026-11-20. */
const locale = () => (language() === 'en' ? 'en-CA' : 'zh-TW-u-ca-roc');

type DateProps = ControlProps & { value: string; onChange(value: string): void; max?: string | undefined };

/** An ISO date, shown and typed in the ROC calendar. */
export function DateControl(props: DateProps) {
  return (
    <I18nProvider locale={locale()}>
      <DatePicker<CalendarDate>
        className={fieldClass(props)}
        value={props.value ? parseDate(props.value) : null}
        onChange={(value) => props.onChange(value ? toCalendar(value, new GregorianCalendar()).toString() : '')}
        isInvalid={Boolean(props.wrong)}
        isRequired={props.must ?? false}
        validationBehavior="aria"
        {...(props.max && { maxValue: parseDate(props.max) })}
        {...(props.id && { id: props.id })}
      >
        <DateParts {...props} />
      </DatePicker>
    </I18nProvider>
  );
}

/** A moment, ISO UTC, typed as office time to the minute. */
export function MomentControl(props: DateProps) {
  return (
    <I18nProvider locale={locale()}>
      <DatePicker<ZonedDateTime>
        className={fieldClass(props)}
        value={props.value ? parseAbsolute(props.value, office) : null}
        onChange={(value) => props.onChange(value ? toZoned(value, office).toAbsoluteString() : '')}
        granularity="minute"
        hourCycle={24}
        hideTimeZone
        isInvalid={Boolean(props.wrong)}
        isRequired={props.must ?? false}
        validationBehavior="aria"
        {...(props.id && { id: props.id })}
      >
        <DateParts {...props} />
      </DatePicker>
    </I18nProvider>
  );
}

/** `HH:MM`. */
export function ClockControl(props: DateProps) {
  return (
    <TimeField
      className={fieldClass(props)}
      value={props.value ? parseTime(props.value) : null}
      onChange={(value) => props.onChange(value ? value.toString().slice(0, 5) : '')}
      hourCycle={24}
      {...(props.id && { id: props.id })}
    >
      <FieldLabel {...props} />
      <DateInput className="input date-group">
        {(segment) => <DateSegment className="segment-part" segment={segment} />}
      </DateInput>
      <FieldNotes {...props} />
    </TimeField>
  );
}

function DateParts(props: DateProps) {
  return (
    <>
      <FieldLabel {...props} />
      <Group className="input date-group">
        <DateInput className="date-input">
          {(segment) =>
            // Nobody here writes of days before the Republic: typing begins with the year.
            segment.type === 'era' ? (
              <span className="segment-part">{segment.text}</span>
            ) : (
              <DateSegment className="segment-part" segment={segment} />
            )
          }
        </DateInput>
        <AriaButton className="button icon" aria-label={t('field.openCalendar')}>
          <Icon name="calendar" size={16} />
        </AriaButton>
      </Group>
      <FieldNotes {...props} />
      <Popover className="popover">
        <Dialog className="calendar" aria-label={props.label}>
          <Calendar>
            <header>
              <AriaButton slot="previous" className="button icon">
                <Icon name="left" size={16} />
              </AriaButton>
              <Heading />
              <AriaButton slot="next" className="button icon">
                <Icon name="right" size={16} />
              </AriaButton>
            </header>
            <CalendarGrid>{(date) => <CalendarCell className="day" date={date} />}</CalendarGrid>
          </Calendar>
        </Dialog>
      </Popover>
    </>
  );
}
