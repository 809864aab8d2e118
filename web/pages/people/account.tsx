import { useMutation } from '@tanstack/react-query';
import { useState } from 'react';
import type { Me, PersonView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { comma, t } from '../../language.ts';
import { mayReset } from '../../shell/nav.ts';
import { fromNow, showMoment } from '../../time.ts';
import { Card, Pill, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Dialog } from '../../ui/dialog.tsx';
import { FieldRow, TextControl } from '../../ui/field.tsx';
import { tell } from '../../ui/toast.tsx';
import { CopyLink } from './copy-link.tsx';

/** The account behind a person: how it signs in, whether it is locked; inviting somebody who has none. */
export function AccountCard({ person, me, manages }: { person: PersonView; me: Me; manages: boolean }) {
  const { account } = person;
  const [resetting, setResetting] = useState(false);
  if (!account) {
    return (
      <Card title={t('people.account')}>
        <p className="sub">{t('people.accountNone')}</p>
        {manages && <Invite person={person} />}
      </Card>
    );
  }
  const second = account.factors.filter((factor) => factor === 'totp' || factor === 'passkey');
  const locked = account.lockedUntil && Date.parse(account.lockedUntil) > Date.now() ? account.lockedUntil : undefined;
  return (
    <Card title={t('people.account')}>
      <FieldRow label={t('people.lastSignInLabel')}>
        {account.lastSignInAt
          ? showMoment(account.lastSignInAt) + t('common.inBrackets', { text: fromNow(account.lastSignInAt) })
          : t('people.neverSignedIn')}
      </FieldRow>
      <FieldRow label={t('people.lock')}>
        {locked ? (
          <>
            <Pill tone="bad">{t('people.locked')}</Pill>
            <div className="sub">{t('people.lockedUntil', { at: showMoment(locked), when: fromNow(locked) })}</div>
          </>
        ) : (
          t('people.notLocked')
        )}
      </FieldRow>
      <FieldRow label={t('people.factors')}>
        {second.length === 0 ? (
          <Pill tone="warn">{t('people.noFactor')}</Pill>
        ) : (
          <span className="pills">
            {second.map((factor) => (
              <Pill key={factor} tone="ok">
                {t(factor === 'totp' ? 'factors.totp' : 'factors.passkey')}
              </Pill>
            ))}
          </span>
        )}
      </FieldRow>
      {mayReset(me) && me.person?.id !== person.id && (
        <div className="row card-actions">
          <Button onPress={() => setResetting(true)}>{t('people.reset')}</Button>
        </div>
      )}
      {resetting && <Reset person={person} onClose={() => setResetting(false)} />}
    </Card>
  );
}

export function Invite({ person }: { person: Pick<PersonView, 'id' | 'email'> }) {
  const invite = useMutation({
    mutationFn: () => api.people.invite({ commandId: newCommandId(), id: person.id }),
  });
  if (invite.data) {
    return (
      <div className="stack">
        <CopyLink label={t('people.inviteLink')} link={invite.data.link} />
        <p className="sub">{t('people.inviteText', { until: showMoment(invite.data.until) })}</p>
      </div>
    );
  }
  return (
    <>
      {invite.isError && <Problem error={invite.error} />}
      <Button
        look="go"
        busy={invite.isPending}
        why={person.email ? undefined : t('people.emailFirst')}
        onPress={() => invite.mutate()}
      >
        {t('people.invite')}
      </Button>
    </>
  );
}

/** Never by the administrator alone: the own mailbox, or two people. */
function Reset({ person, onClose }: { person: PersonView; onClose(): void }) {
  const [reason, setReason] = useState('');
  const [factors, setFactors] = useState(false);
  const strong = person.account?.factors.some((factor) => factor !== 'password') ?? false;
  const ask = useMutation({
    mutationFn: () =>
      api.people.resetRequest({
        commandId: newCommandId(),
        id: person.id,
        reason: reason.trim(),
        ...(factors && { factors }),
      }),
    onSuccess: ({ approvers }) => {
      const who = approvers.map(({ name }) => name).join(comma());
      tell(approvers.length > 0 ? t('people.resetAsked', { name: person.name, who }) : t('people.resetNobody'));
      onClose();
    },
  });
  return (
    <Dialog title={t('people.resetTitle', { name: person.name })} onClose={onClose}>
      <p className="sub">{t('people.resetText')}</p>
      <TextControl
        label={t('people.reason')}
        must
        layout="stacked"
        autoFocus
        lines={2}
        value={reason}
        onChange={setReason}
      />
      {strong && (
        <label className="check">
          <input type="checkbox" checked={factors} onChange={(event) => setFactors(event.target.checked)} />
          {t('people.resetFactors')}
        </label>
      )}
      {ask.isError && <Problem error={ask.error} />}
      <div className="actions">
        <Button
          look="go"
          busy={ask.isPending}
          why={reason.trim() ? undefined : t('people.reasonFirst')}
          onPress={() => ask.mutate()}
        >
          {t('people.resetAsk')}
        </Button>
      </div>
    </Dialog>
  );
}
