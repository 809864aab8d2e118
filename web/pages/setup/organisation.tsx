import { useMutation } from '@tanstack/react-query';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { signIn } from '../../session.ts';
import { Alert, Card, Problem } from '../../ui/bits.tsx';
import { Segments, SelectControl, YesNoControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';
import { archivesOf, type Draft, type Kind, useDraft, usePassword } from './draft.ts';
import { StepFoot, StepHead } from './frame.tsx';
import { NewPassword } from './password.tsx';
import { isGoodPassword } from './password-rules.ts';
import type { StepProps } from './steps.ts';

const kinds = ['agency', 'school', 'company', 'operator', 'city'] as const;
const levels = ['A', 'B', 'C', 'D', 'E'] as const;

/** The code of the installation, who we are, and the account that manages it; sent at once, then signed in with. */
export function Organisation({ go, codeRequired }: StepProps & { codeRequired: boolean }) {
  const [draft, change] = useDraft();
  const [password, setPassword] = usePassword();
  const start = useMutation({
    mutationFn: async () => {
      await api.setup.start({ commandId: newCommandId(), ...asked(draft, password) });
      const answer = await signIn(draft.account.email.trim(), password);
      await queryClient.invalidateQueries();
      return answer.outcome === 'in';
    },
    onSuccess: (signedIn) => (signedIn ? go('packs') : location.assign('/sign-in?to=/setup')),
  });
  const account = (to: Partial<Draft['account']>) => change({ account: { ...draft.account, ...to } });
  return (
    <>
      <StepHead title={t('setup.step_organisation')}>{t('setup.organisationText')}</StepHead>
      <Card>
        {codeRequired && (
          <TextControl
            label={t('setup.code')}
            help={t('setup.codeHelp')}
            must
            mono
            value={draft.code}
            onChange={(code) => change({ code })}
          />
        )}
        <TextControl
          label={t('setup.name')}
          must
          placeholder={t('setup.nameExample')}
          value={draft.name}
          onChange={(name) => change({ name })}
        />
        <SelectControl
          label={t('setup.kind')}
          must
          value={draft.kind}
          options={kinds.map((value) => ({ value, label: t(`setup.kind_${value}`) }))}
          onChange={(kind) => change({ kind: kind as Kind, archives: undefined })}
        />
        {draft.kind && (
          <YesNoControl
            label={t('setup.archives')}
            must
            help={t('setup.archivesText')}
            value={archivesOf(draft)}
            onChange={(archives) => change({ archives })}
          />
        )}
        <Segments
          label={t('setup.hosting')}
          must
          help={draft.hosting ? t(`setup.hosting_${draft.hosting}_text`) : undefined}
          value={draft.hosting}
          options={(['self', 'superior'] as const).map((value) => ({ value, label: t(`setup.hosting_${value}`) }))}
          onChange={(hosting) => change({ hosting: hosting as 'self' | 'superior' })}
        />
      </Card>
      <Level draft={draft} onChange={change} />
      <Card title={t('setup.account')} aside={<span className="sub">{t('setup.accountText')}</span>}>
        <TextControl
          label={t('setup.accountName')}
          must
          autoComplete="name"
          value={draft.account.name}
          onChange={(name) => account({ name })}
        />
        <TextControl
          label={t('signIn.email')}
          help={t('setup.emailHelp')}
          must
          type="email"
          autoComplete="username"
          value={draft.account.email}
          onChange={(email) => account({ email })}
        />
        <NewPassword value={password} owner={draft.account} onChange={setPassword} />
      </Card>
      {start.isError && <Problem error={start.error} />}
      <StepFoot
        onBack={() => go('welcome')}
        next={t('setup.create')}
        busy={start.isPending}
        why={whyNot(draft, password, codeRequired)}
        onNext={() => start.mutate()}
      />
    </>
  );
}

/** The responsibility level by the one test that decides each: the highest that fits. Companies outside the Act have none. */
function Level({ draft, onChange }: { draft: Draft; onChange(to: Partial<Draft>): void }) {
  if (draft.kind === 'company') return null;
  return (
    <Card title={t('setup.level')} aside={<span className="sub">{t('setup.levelText')}</span>}>
      <div className="level-list" role="radiogroup" aria-label={t('setup.level')}>
        {levels.map((level) => (
          <label key={level} className={draft.level === level ? 'on' : ''}>
            <input type="radio" name="level" checked={draft.level === level} onChange={() => onChange({ level })} />
            <b>{level}</b>
            <span>{t(`setup.level_${level}`)}</span>
          </label>
        ))}
      </div>
      {(draft.level === 'C' || draft.level === 'D') && <Alert>{t('setup.levelCD')}</Alert>}
    </Card>
  );
}

function asked(draft: Draft, password: string) {
  if (draft.kind === '' || draft.hosting === '') throw new Error('the form lets nobody through without these');
  const level = levels.find((each) => each === draft.level);
  const archives = archivesOf(draft);
  return {
    code: draft.code.trim(),
    organisation: {
      name: draft.name.trim(),
      kind: draft.kind,
      hosting: draft.hosting,
      ...(archives === undefined ? {} : { archives }),
      ...(level && draft.kind !== 'company' && { level }),
    },
    account: { name: draft.account.name.trim(), email: draft.account.email.trim(), password },
  };
}

function whyNot(draft: Draft, password: string, codeRequired: boolean): string | undefined {
  if (codeRequired && !draft.code.trim()) return t('setup.codeFirst');
  if (!draft.name.trim() || !draft.kind || !draft.hosting || archivesOf(draft) === undefined)
    return t('setup.organisationFirst');
  if (draft.kind !== 'company' && !draft.level) return t('setup.levelFirst');
  if (!draft.account.name.trim() || !/^\S+@\S+$/.test(draft.account.email.trim())) return t('setup.accountFirst');
  return isGoodPassword(password, draft.account) ? undefined : t('setup.passwordFirst');
}
