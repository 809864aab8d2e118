import { t } from '../../language.ts';
import { recordsOf } from '../../record/sources.ts';
import { PickerControl } from '../../ui/picker.tsx';

type Chosen = { id: string; name: string };

/** The record a decision of keeping is about. */
export const WhichRecord = ({ record, onChange }: { record: Chosen; onChange(record: Chosen): void }) => (
  <PickerControl
    label={t('keeping.record')}
    help={t('keeping.recordHelp')}
    layout="stacked"
    must
    source={recordsOf('any')}
    value={record.id}
    name={record.name}
    onChange={(id, name) => onChange({ id, name })}
  />
);
