import i18next from 'i18next';
import { t } from '../../language.ts';
import type zh from '../../messages/zh-TW.json';
import { SessionProblem } from '../../session.ts';
import { Alert, Refusals } from '../../ui/bits.tsx';

/** What the account's door refused, in words where its code is known. */
export function SessionAlert({ error }: { error: unknown }) {
  if (!error) return null;
  if (!(error instanceof SessionProblem)) return <Alert tone="bad">{t('problem.unreachable')}</Alert>;
  if (error.refused.length > 0) {
    return (
      <Alert tone="bad">
        <Refusals list={error.refused} />
      </Alert>
    );
  }
  const code = error.code.toLowerCase() as keyof typeof zh.session;
  return <Alert tone="bad">{i18next.exists(`session.${code}`) ? t(`session.${code}`) : error.message}</Alert>;
}
