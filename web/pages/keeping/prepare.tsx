import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { DialogForm } from '../../ui/dialog-form.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { backupsChanged } from './queries.ts';

/** A folder becomes a backup disk with a name people call it by. */
export function Prepare({ place, onClose }: { place: string; onClose(): void }) {
  const [name, setName] = useState('');
  const prepare = useMutation({
    mutationFn: () => api.keeping.prepareDisk({ commandId: newCommandId(), place, name: name.trim() }),
    onSuccess: async () => {
      tell(t('keeping.disks.prepared'));
      await backupsChanged();
      onClose();
    },
  });
  return (
    <DialogForm
      title={t('keeping.disks.prepare')}
      go={t('keeping.disks.prepare')}
      why={name.trim() ? undefined : t('keeping.disks.nameFirst')}
      save={prepare}
      onClose={onClose}
    >
      <p>{t('keeping.disks.prepareMeans')}</p>
      <p className="sub">{place}</p>
      <TextControl
        label={t('keeping.disks.name')}
        help={t('keeping.disks.nameHelp')}
        layout="stacked"
        must
        value={name}
        onChange={setName}
      />
    </DialogForm>
  );
}
