import { useMutation } from '@tanstack/react-query';
import type { OwnDigest } from '../../../src/http/contract/proof.ts';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Card, Problem } from '../../ui/bits.tsx';
import { FieldRow } from '../../ui/field.tsx';
import { Switcher } from '../../ui/tabs.tsx';

/** How one wants to hear of it. In the application it is always there. */
export function Preferences({ own }: { own: OwnDigest }) {
  const prefer = useMutation({
    mutationFn: (preferences: OwnDigest['preferences']) =>
      api.digest.prefer({ ...preferences, commandId: newCommandId() }),
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['notices', 'digest'] }),
  });
  const wanted = prefer.variables ?? own.preferences;
  const put = (change: Partial<OwnDigest['preferences']>) => prefer.mutate({ ...wanted, ...change });
  const onOff = (['on', 'off'] as const).map((id) => ({ id, label: t(`digest.${id}`) }));
  return (
    <Card title={t('digest.preferences')}>
      {prefer.isError && <Problem error={prefer.error} />}
      <FieldRow label={t('digest.byMail')}>
        <Switcher
          label={t('digest.byMail')}
          value={wanted.mail ? 'on' : 'off'}
          options={onOff}
          onChange={(to) => put({ mail: to === 'on' })}
        />
        <p className="sub">{mailText(own)}</p>
      </FieldRow>
      <FieldRow label={t('digest.language')}>
        <Switcher
          label={t('digest.language')}
          value={wanted.language}
          options={[
            { id: 'zh', label: '中文' },
            { id: 'en', label: 'English' },
          ]}
          onChange={(language) => put({ language })}
        />
      </FieldRow>
      {own.head && (
        <FieldRow label={t('digest.weekly')}>
          <Switcher
            label={t('digest.weekly')}
            value={wanted.weekly ? 'on' : 'off'}
            options={onOff}
            onChange={(to) => put({ weekly: to === 'on' })}
          />
          <p className="sub">{t('digest.weeklyText')}</p>
        </FieldRow>
      )}
    </Card>
  );
}

function mailText({ mail, address }: OwnDigest): string {
  if (!mail) return t('digest.noServer');
  return address ? t('digest.mailTo', { address }) : t('digest.noAddress');
}
