import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
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
    <Dialog title={t('keeping.disks.prepare')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim()) prepare.mutate();
        }}
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
        {prepare.isError && <Problem error={prepare.error} />}
        <div className="actions">
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button
            look="go"
            type="submit"
            busy={prepare.isPending}
            why={name.trim() ? undefined : t('keeping.disks.nameFirst')}
          >
            {t('keeping.disks.prepare')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
