import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { t } from '../language.ts';
import { meQuery } from '../queries.ts';
import { TextControl } from '../ui/field.tsx';
import { Switcher } from '../ui/tabs.tsx';

export type GivenFactor = { password?: string; totp?: string };
type Kind = 'password' | 'totp';
type Props = { value: GivenFactor; onChange(value: GivenFactor): void; only?: Kind };

/** Signing asks again who it is: the app's code where there is one, else the password. A code counts once, a password for a batch. */
export function Factor({ value, onChange, only }: Props) {
  const factors = useQuery(meQuery).data?.account.factors ?? [];
  const [chosen, setChosen] = useState<Kind>();
  const kind: Kind = only ?? chosen ?? (factors.includes('totp') ? 'totp' : 'password');
  return (
    <div className="stack" style={{ gap: 8 }}>
      <p className="sub">{t('action.sealMeans')}</p>
      {!only && factors.includes('totp') && (
        <Switcher<Kind>
          label={t('action.factor')}
          value={kind}
          options={[
            { id: 'totp', label: t('signIn.code') },
            { id: 'password', label: t('signIn.password') },
          ]}
          onChange={(to) => {
            setChosen(to);
            onChange({});
          }}
        />
      )}
      {kind === 'totp' ? (
        <TextControl
          key="totp"
          label={t('signIn.code')}
          layout="stacked"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={value.totp ?? ''}
          onChange={(totp) => onChange(totp ? { totp: totp.replace(/\s/g, '') } : {})}
        />
      ) : (
        <TextControl
          key="password"
          label={t('signIn.password')}
          layout="stacked"
          type="password"
          autoComplete="current-password"
          value={value.password ?? ''}
          onChange={(password) => onChange(password ? { password } : {})}
        />
      )}
    </div>
  );
}
