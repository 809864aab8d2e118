import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../../language.ts';
import { changePassword } from '../../session.ts';
import { Card } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { SessionAlert } from './session-alert.tsx';

/** Changing the password ends every other session. */
export function PasswordCard() {
  const [old, setOld] = useState('');
  const [fresh, setFresh] = useState('');
  const change = useMutation({
    mutationFn: () => changePassword(old, fresh),
    onSuccess: () => {
      setOld('');
      setFresh('');
      tell(t('account.passwordChanged'));
    },
  });
  return (
    <Card title={t('account.password')}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          change.mutate();
        }}
      >
        <TextControl
          label={t('account.oldPassword')}
          layout="stacked"
          type="password"
          autoComplete="current-password"
          value={old}
          onChange={setOld}
        />
        <TextControl
          label={t('account.newPassword')}
          help={t('account.passwordHelp')}
          layout="stacked"
          type="password"
          autoComplete="new-password"
          value={fresh}
          onChange={setFresh}
        />
        <SessionAlert error={change.error} />
        <Button type="submit" busy={change.isPending} why={old && fresh ? undefined : t('account.passwordFirst')}>
          {t('account.changePassword')}
        </Button>
      </form>
    </Card>
  );
}
