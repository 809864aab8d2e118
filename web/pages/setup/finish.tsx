import { useMutation } from '@tanstack/react-query';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Card, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Invite } from '../people/account.tsx';
import { ThinActs } from '../people/thin-acts.tsx';
import { forget, useDraft } from './draft.ts';
import { StepHead } from './frame.tsx';
import type { StepProps } from './steps.ts';

/** Ends set-up: from then on the two-person rules hold. Afterwards invitations, then home. */
export function Finish({ sent }: StepProps) {
  const [draft] = useDraft();
  const finish = useMutation({
    mutationFn: () => api.setup.finish({ commandId: newCommandId() }),
    onSuccess: () => queryClient.invalidateQueries(),
  });
  const running = sent === 'done';
  const invited = (draft.made.people ?? []).filter((person) => person.email && !person.me);
  if (!running) {
    return (
      <>
        <StepHead title={t('setup.step_finish')}>{t('setup.finishText')}</StepHead>
        <ThinActs />
        <Card title={t('setup.afterTitle')}>
          <ul className="after">
            {(['two', 'ledger', 'duties'] as const).map((rule) => (
              <li key={rule}>{t(`setup.after_${rule}`)}</li>
            ))}
          </ul>
          {finish.isError && <Problem error={finish.error} />}
          <div className="row card-actions">
            <Button look="go" busy={finish.isPending} onPress={() => finish.mutate()}>
              {t('setup.finish')}
            </Button>
          </div>
        </Card>
      </>
    );
  }
  return (
    <>
      <StepHead title={t('setup.runningTitle')}>{t('setup.runningText')}</StepHead>
      {invited.length > 0 && (
        <Card title={t('setup.invitations')}>
          <p className="sub">{t('setup.invitationsText')}</p>
          <ul className="invitations">
            {invited.map((person) => (
              <li key={person.id}>
                <div>
                  <b>{person.name}</b>
                  <div className="sub">{person.email}</div>
                </div>
                <div>
                  <Invite person={{ id: person.id, ...(person.email && { email: person.email }) }} />
                </div>
              </li>
            ))}
          </ul>
        </Card>
      )}
      <footer className="setup-foot">
        <span />
        <Button look="go" onPress={goHome}>
          {t('setup.toHome')}
        </Button>
      </footer>
    </>
  );
}

function goHome(): void {
  forget();
  location.assign('/');
}
