import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../../language.ts';
import { meQuery, queryClient } from '../../queries.ts';
import { addPasskey, endTotp, listPasskeys, removePasskey } from '../../session.ts';
import { fromNow } from '../../time.ts';
import { Card, Pill } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Icon } from '../../ui/icons.tsx';
import { SessionAlert } from './session-alert.tsx';
import { TotpDialog } from './totp.tsx';

/** The second factors of this account; sealing asks for one of them. */
export function Factors({ factors }: { factors: string[] }) {
  const [open, setOpen] = useState<'begin' | 'end'>();
  const totp = factors.includes('totp');
  return (
    <Card title={t('factors.title')}>
      <p className="sub">{t('factors.text')}</p>
      <ul className="account-list">
        <li>
          <span>
            {t('factors.totp')} <Pill tone={totp ? 'ok' : 'warn'}>{totp ? t('factors.on') : t('factors.off')}</Pill>
          </span>
          <Button onPress={() => setOpen(totp ? 'end' : 'begin')}>
            {totp ? t('factors.turnOff') : t('factors.setUp')}
          </Button>
        </li>
      </ul>
      <Passkeys />
      {open === 'begin' && <TotpDialog onClose={() => setOpen(undefined)} />}
      {open === 'end' && <EndTotp onClose={() => setOpen(undefined)} />}
    </Card>
  );
}

function Passkeys() {
  const passkeys = useQuery({ queryKey: ['passkeys'], queryFn: listPasskeys });
  const refresh = () =>
    Promise.all([queryClient.invalidateQueries({ queryKey: ['passkeys'] }), queryClient.invalidateQueries(meQuery)]);
  const add = useMutation({ mutationFn: () => addPasskey(navigator.platform || 'passkey'), onSuccess: refresh });
  const remove = useMutation({ mutationFn: removePasskey, onSuccess: refresh });
  const possible = 'PublicKeyCredential' in window;
  return (
    <>
      <ul className="account-list">
        {passkeys.data?.map((passkey) => (
          <li key={passkey.id}>
            <span>
              {passkey.name ?? t('factors.passkey')}
              {passkey.createdAt && <small className="faint">{fromNow(passkey.createdAt)}</small>}
            </span>
            <Button
              look="icon"
              aria-label={t('factors.removePasskey', { name: passkey.name ?? '' })}
              onPress={() => remove.mutate(passkey.id)}
            >
              <Icon name="trash" size={16} />
            </Button>
          </li>
        ))}
      </ul>
      <SessionAlert error={add.error ?? remove.error ?? passkeys.error} />
      <Button busy={add.isPending} why={possible ? undefined : t('factors.needsHttps')} onPress={() => add.mutate()}>
        {t('factors.addPasskey')}
      </Button>
    </>
  );
}

function EndTotp({ onClose }: { onClose(): void }) {
  const [password, setPassword] = useState('');
  const end = useMutation({
    mutationFn: () => endTotp(password),
    onSuccess: async () => {
      await queryClient.invalidateQueries(meQuery);
      onClose();
    },
  });
  return (
    <Dialog title={t('factors.turnOff')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          end.mutate();
        }}
      >
        <TextControl
          label={t('signIn.password')}
          layout="stacked"
          type="password"
          autoComplete="current-password"
          autoFocus
          value={password}
          onChange={setPassword}
        />
        <SessionAlert error={end.error} />
        <div className="actions">
          <Button look="danger" type="submit" busy={end.isPending}>
            {t('factors.turnOff')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
