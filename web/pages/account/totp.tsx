import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../../language.ts';
import { meQuery, queryClient } from '../../queries.ts';
import { beginTotp, confirmTotp } from '../../session.ts';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { SessionAlert } from './session-alert.tsx';

/** Setting up an authenticator app: password, QR code, backup codes, one code to prove that it works. */
export function TotpDialog({ onClose }: { onClose(): void }) {
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const begin = useMutation({ mutationFn: () => beginTotp(password) });
  const confirm = useMutation({
    mutationFn: () => confirmTotp(code.replace(/\s/g, '')),
    onSuccess: async () => {
      await queryClient.invalidateQueries(meQuery);
      tell(t('factors.totpOn'));
      onClose();
    },
  });
  const begun = begin.data;
  return (
    <Dialog title={t('factors.totp')} onClose={onClose}>
      <form
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          begun ? confirm.mutate() : begin.mutate();
        }}
      >
        {begun ? (
          <>
            <p className="sub">{t('factors.scan')}</p>
            <QrCode of={begun.totpURI} />
            <p className="faint">
              <code>{new URL(begun.totpURI).searchParams.get('secret')}</code>
            </p>
            <details>
              <summary>{t('factors.backupCodes')}</summary>
              <ul className="backup-codes">
                {begun.backupCodes.map((each) => (
                  <li key={each}>{each}</li>
                ))}
              </ul>
            </details>
            <TextControl
              label={t('signIn.code')}
              layout="stacked"
              inputMode="numeric"
              autoComplete="one-time-code"
              value={code}
              onChange={setCode}
            />
          </>
        ) : (
          <TextControl
            label={t('signIn.password')}
            layout="stacked"
            type="password"
            autoComplete="current-password"
            autoFocus
            value={password}
            onChange={setPassword}
          />
        )}
        <SessionAlert error={begin.error ?? confirm.error} />
        <div className="actions">
          <Button look="go" type="submit" busy={begin.isPending || confirm.isPending}>
            {begun ? t('factors.confirm') : t('factors.continue')}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

function QrCode({ of }: { of: string }) {
  const image = useQuery({
    queryKey: ['qr', of],
    queryFn: async () => (await import('qrcode')).toDataURL(of, { margin: 2, width: 380 }),
    staleTime: Number.POSITIVE_INFINITY,
  });
  return image.data ? <img className="qr" src={image.data} alt={t('factors.qr')} /> : null;
}
