import { useQuery } from '@tanstack/react-query';
import { t } from '../../language.ts';
import { persons } from '../../record/sources.ts';
import { today } from '../../time.ts';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { PickerControl } from '../../ui/picker.tsx';
import { personQuery } from '../people/queries.ts';
import type { TrailSearch } from './search.ts';

type Filter = Omit<TrailSearch, 'after'>;

/** Families of events as people ask for them; each is the beginning of the types it holds. */
const families = [
  'record',
  'record.sealed',
  'attempt',
  'parameter',
  'grant',
  'person',
  'deputy',
  'account',
  'scan',
  'definition',
] as const;

export function TrailFilters({ value, onChange }: { value: Filter; onChange(next: Filter): void }) {
  const put = (key: keyof Filter, to: string) => {
    const { [key]: _before, ...rest } = value;
    onChange(to ? { ...rest, [key]: to } : rest);
  };
  const known = families.find((family) => family === value.type);
  const named = useQuery({ ...personQuery(value.person ?? ''), enabled: value.person !== undefined }).data?.name;
  return (
    <div className="trail-filters">
      <PickerControl
        key={`${value.person} ${named}`}
        label={t('ledger.who')}
        layout="stacked"
        source={persons}
        value={value.person ?? ''}
        name={value.person ? (named ?? value.person) : ''}
        onChange={(id) => put('person', id)}
      />
      <SelectControl
        label={t('ledger.kind')}
        layout="stacked"
        value={value.type ?? 'all'}
        options={[
          { value: 'all', label: t('ledger.family_all') },
          ...families.map((family) => ({
            value: family,
            label: t(`ledger.family_${family.replace('.', '_') as 'record'}`),
          })),
          ...(value.type && !known ? [{ value: value.type, label: value.type }] : []),
        ]}
        onChange={(to) => put('type', to === 'all' ? '' : to)}
      />
      <DateControl
        label={t('ledger.from')}
        layout="stacked"
        value={value.from ?? ''}
        max={today()}
        onChange={(day) => put('from', day)}
      />
      <DateControl
        label={t('ledger.until')}
        layout="stacked"
        value={value.until ?? ''}
        max={today()}
        onChange={(day) => put('until', day)}
      />
      {value.stream && (
        <Button look="quiet" onPress={() => put('stream', '')}>
          {t('ledger.stream')} {value.stream.slice(0, 24)} ✕
        </Button>
      )}
      {Object.keys(value).length > 0 && (
        <Button look="quiet" onPress={() => onChange({})}>
          {t('ledger.clear')}
        </Button>
      )}
    </div>
  );
}
