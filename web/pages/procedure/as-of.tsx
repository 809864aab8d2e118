import { t } from '../../language.ts';
import { showDate, today } from '../../time.ts';
import { Alert } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { DateControl } from '../../ui/date.tsx';

/** The day whose state is shown; kept in the address, so that what an auditor saw can be sent on. */
export function AsOf({ value, onChange }: { value: string | undefined; onChange(day?: string): void }) {
  return (
    <div className="as-of-day">
      <DateControl
        label={t('record.asOf')}
        value={value ?? today()}
        max={today()}
        onChange={(day) => onChange(day && day !== today() ? day : undefined)}
      />
    </div>
  );
}

export function PastNote({ asOf, onBack }: { asOf: string | undefined; onBack(): void }) {
  if (!asOf) return null;
  return (
    <div className="past-note">
      <Alert tone="warn" action={<Button onPress={onBack}>{t('record.backToNow')}</Button>}>
        {t('clause.past', { day: showDate(asOf) })}
      </Alert>
    </div>
  );
}
