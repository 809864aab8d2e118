import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { saveText } from '../../ui/save.ts';
import { tell } from '../../ui/toast.tsx';
import { witnessesQuery } from './queries.ts';

/** A witness without a network: a file out, a line of text back in. */
export function Exchange({ name }: { name: string }) {
  const [open, setOpen] = useState(false);
  const request = useMutation({
    mutationFn: () => api.trail.request({ witness: name }),
    onSuccess: (file) => saveText(file.name, file.content, 'application/octet-stream'),
  });
  return (
    <>
      <div className="row exchange">
        <Button busy={request.isPending} onPress={() => request.mutate()}>
          {t('witness.request')}
        </Button>
        <Button onPress={() => setOpen(true)}>{t('witness.accept')}</Button>
      </div>
      {request.isError && <Problem error={request.error} />}
      {open && <Accept name={name} onClose={() => setOpen(false)} />}
    </>
  );
}

function Accept({ name, onClose }: { name: string; onClose(): void }) {
  const [answer, setAnswer] = useState('');
  const accept = useMutation({
    mutationFn: () => api.trail.accept({ commandId: newCommandId(), answer }),
    onSuccess: async () => {
      tell(t('witness.taken'));
      await queryClient.invalidateQueries(witnessesQuery);
      onClose();
    },
  });
  return (
    <Dialog title={t('witness.acceptTitle', { name })} onClose={onClose} wide>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          if (answer.trim()) accept.mutate();
        }}
      >
        <p>{t('witness.acceptMeans')}</p>
        <TextControl
          label={t('witness.answer')}
          layout="stacked"
          must
          lines={5}
          mono
          value={answer}
          onChange={setAnswer}
        />
        {accept.isError && <Problem error={accept.error} />}
        <div className="actions">
          <Button onPress={onClose}>{t('common.cancel')}</Button>
          <Button
            look="go"
            type="submit"
            busy={accept.isPending}
            why={answer.trim() ? undefined : t('explain.fillFirst')}
          >
            {t('witness.accept')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
