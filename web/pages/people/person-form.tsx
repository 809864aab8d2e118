import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { PersonView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { peopleChanged, unitsQuery } from './queries.ts';
import { unitOptions } from './tree.ts';

type Props = { person?: PersonView; onClose(): void; onDone?(id: string): void };

/** Adding somebody, or changing what is known of them; `until` is the last day here. */
export function PersonForm({ person, onClose, onDone }: Props) {
  const units = useQuery(unitsQuery).data ?? [];
  const [form, setForm] = useState({
    name: person?.name ?? '',
    unit: person?.unit.id ?? '',
    title: person?.title ?? '',
    email: person?.email ?? '',
    until: person?.until ?? '',
  });
  const put = (key: keyof typeof form) => (value: string) => setForm((before) => ({ ...before, [key]: value }));
  const save = useMutation({
    mutationFn: async () => {
      const fields = {
        commandId: newCommandId(),
        name: form.name.trim(),
        unit: form.unit,
        ...(form.title.trim() && { title: form.title.trim() }),
        ...(form.email.trim() && { email: form.email.trim() }),
        ...(form.until && { until: form.until }),
      };
      if (!person) return (await api.people.add(fields)).id;
      await api.people.edit({ ...fields, id: person.id });
      return person.id;
    },
    onSuccess: async (id) => {
      await peopleChanged();
      tell(t('people.saved', { name: form.name }));
      onClose();
      onDone?.(id);
    },
  });
  const why = !form.name.trim() ? t('people.nameFirst') : form.unit ? undefined : t('people.unitFirst');
  return (
    <Dialog title={person ? t('people.edit') : t('people.add')} onClose={onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (!why) save.mutate();
        }}
      >
        <TextControl label={t('people.name')} must autoFocus value={form.name} onChange={put('name')} />
        <SelectControl
          label={t('people.unit')}
          must
          value={form.unit}
          options={unitOptions(units)}
          onChange={put('unit')}
        />
        <TextControl label={t('people.title')} value={form.title} onChange={put('title')} />
        <TextControl
          label={t('people.email')}
          help={t('people.emailHelp')}
          type="email"
          value={form.email}
          onChange={put('email')}
        />
        {person && (
          <DateControl
            label={t('people.until')}
            help={t('people.untilHelp')}
            value={form.until}
            onChange={put('until')}
          />
        )}
        {save.isError && <Problem error={save.error} />}
        <div className="actions form-actions">
          <Button look="go" type="submit" busy={save.isPending} why={why}>
            {t('common.save')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
