import { useQuery } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { t } from '../language.ts';
import { meQuery } from '../queries.ts';
import type { PasskeyAnswer } from '../session.ts';
import { TextControl } from '../ui/field.tsx';
import { Switcher } from '../ui/tabs.tsx';

export type GivenFactor = { password?: string; totp?: string };
/** `passkey`: chosen; it signs once the person presses the button. */
export type ChosenFactor = GivenFactor & { passkey?: true };
/** What goes to the server. */
export type SentFactor = GivenFactor & { passkey?: PasskeyAnswer };
type Kind = 'passkey' | 'totp' | 'password';
/** `signs`: it is a seal, bound to what it stands on. `passkeys`: what is confirmed can be signed with a passkey. */
type Props = {
  value: ChosenFactor;
  onChange(value: ChosenFactor): void;
  signs?: boolean;
  passkeys?: boolean;
  /** Several are signed at once. */
  several?: boolean;
  /** What proving it again stands for, in words of its own. */
  means?: string;
};

/**
 * Signing asks again who it is: the passkey where there is one, then the app's code, else the password. A passkey signs this very
 * content, or the list of what is signed at once.
 */
export function Factor({ value, onChange, signs = false, passkeys = signs, several = false, means }: Props) {
  const factors = useQuery(meQuery).data?.account.factors ?? [];
  const [chosen, setChosen] = useState<Kind>();
  const passkey = passkeys && factors.includes('passkey') && 'PublicKeyCredential' in window;
  const kinds: Kind[] = [
    ...(passkey ? (['passkey'] as const) : []),
    ...(factors.includes('totp') ? (['totp'] as const) : []),
    'password',
  ];
  const kind: Kind = chosen ?? kinds[0]!;
  useEffect(() => {
    if (kind === 'passkey' && !value.passkey) onChange({ passkey: true });
  }, [kind, value.passkey, onChange]);
  return (
    <div className="stack" style={{ gap: 8 }}>
      <p className="sub">{means ?? t(signs ? 'action.sealMeans' : 'action.proveYourself')}</p>
      {kinds.length > 1 && (
        <Switcher<Kind>
          label={t('action.factor')}
          value={kind}
          options={kinds.map((id) => ({ id, label: t(`action.by.${id}`) }))}
          onChange={(to) => {
            setChosen(to);
            onChange({});
          }}
        />
      )}
      {kind === 'passkey' && <p className="sub">{t(several ? 'action.passkeySeveral' : 'action.passkeyMeans')}</p>}
      {kind === 'totp' && (
        <TextControl
          key="totp"
          label={t('signIn.code')}
          layout="stacked"
          inputMode="numeric"
          autoComplete="one-time-code"
          value={value.totp ?? ''}
          onChange={(totp) => onChange(totp ? { totp: totp.replace(/\s/g, '') } : {})}
        />
      )}
      {kind === 'password' && (
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
      {passkeys && kind !== 'passkey' && <p className="sub">{t(signs ? 'action.weaker' : 'action.weakerDecision')}</p>}
    </div>
  );
}
