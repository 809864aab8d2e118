import './page.css';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { api } from '../../api.ts';
import { comma, type Language, language, say, switchLanguage, t } from '../../language.ts';
import { meQuery, queryClient } from '../../queries.ts';
import { listSessions, revokeSession, signOut } from '../../session.ts';
import { fromNow, showDate } from '../../time.ts';
import { Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { FieldRow } from '../../ui/field.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { tell } from '../../ui/toast.tsx';
import { Factors } from './factors.tsx';
import { PasswordCard } from './password.tsx';

/** The own account: who I am here, how I prove it, how it looks, where I am signed in. */
export default function AccountPage() {
  const me = useSuspenseQuery(meQuery).data;
  return (
    <>
      <header className="page-head">
        <h1>{t('account.title')}</h1>
        <Button onPress={leave}>{t('account.signOut')}</Button>
      </header>
      <div className="account">
        <Card title={t('account.who')}>
          <FieldRow label={t('account.name')}>{me.person?.name ?? me.account.name}</FieldRow>
          <FieldRow label={t('account.email')}>{me.account.email}</FieldRow>
          {me.person && (
            <FieldRow label={t('account.unit')}>
              {[me.person.unit.name, me.person.title].filter(Boolean).join(' ')}
            </FieldRow>
          )}
          <FieldRow label={t('account.roles')}>
            {me.roles.length === 0
              ? t('account.noRoles')
              : me.roles.map((held) => (
                  <div key={held.role + held.unit.id}>
                    {say(held.label)} <span className="faint">{held.unit.name}</span>
                  </div>
                ))}
          </FieldRow>
          {me.actsFor.length > 0 && (
            <FieldRow label={t('account.actsFor')}>
              {me.actsFor
                .map((each) =>
                  t('home.actsFor', { person: each.person.name, until: showDate(each.until.slice(0, 10)) }),
                )
                .join(comma())}
            </FieldRow>
          )}
          {me.organisations.length > 1 && <Organisation current={me.organisation?.id ?? ''} all={me.organisations} />}
        </Card>
        <Appearance />
        <Factors factors={me.account.factors} />
        <PasswordCard />
        <Sessions />
      </div>
    </>
  );
}

async function leave(): Promise<void> {
  await signOut();
  location.assign('/sign-in');
}

function Organisation({ current, all }: { current: string; all: { id: string; name: string }[] }) {
  const change = useMutation({
    mutationFn: (organisation: string) => api.me.switchOrganisation({ organisation }),
    onSuccess: () => location.assign('/'),
  });
  return (
    <SelectControl
      label={t('account.organisation')}
      value={current}
      options={all.map((each) => ({ value: each.id, label: each.name }))}
      onChange={(id) => change.mutate(id)}
    />
  );
}

type Theme = 'auto' | 'light' | 'dark';

function Appearance() {
  const keep = (preference: { language?: Language; theme?: Theme }) =>
    void api.me.preferences(preference).catch(() => tell(t('account.notKept'), 'bad'));
  const theme = (localStorage.getItem('theme') as Theme | null) ?? 'auto';
  const show = useMutation({
    mutationFn: async (to: Theme) => {
      if (to === 'auto') {
        localStorage.removeItem('theme');
        delete document.documentElement.dataset.theme;
      } else {
        localStorage.setItem('theme', to);
        document.documentElement.dataset.theme = to;
      }
      keep({ theme: to });
    },
  });
  return (
    <Card title={t('account.appearance')}>
      <FieldRow label={t('account.language')}>
        <Switcher
          label={t('account.language')}
          value={language()}
          options={[
            { id: 'zh-TW', label: '中文（台灣）' },
            { id: 'en', label: 'English' },
          ]}
          onChange={(to) => {
            keep({ language: to });
            void switchLanguage(to);
          }}
        />
      </FieldRow>
      <FieldRow label={t('account.theme')}>
        <Switcher
          label={t('account.theme')}
          value={show.variables ?? theme}
          options={(['auto', 'light', 'dark'] as const).map((id) => ({ id, label: t(`account.theme_${id}`) }))}
          onChange={(to) => show.mutate(to)}
        />
      </FieldRow>
    </Card>
  );
}

function Sessions() {
  const sessions = useQuery({ queryKey: ['sessions'], queryFn: listSessions });
  const end = useMutation({
    mutationFn: revokeSession,
    onSuccess: () => queryClient.invalidateQueries({ queryKey: ['sessions'] }),
  });
  return (
    <Card title={t('account.sessions')} aside={<span className="sub">{t('account.sessionsText')}</span>}>
      {sessions.isPending && <Skeleton lines={3} />}
      {sessions.isError && <Problem error={sessions.error} />}
      {end.isError && <Problem error={end.error} />}
      <ul className="account-list">
        {sessions.data?.map((session) => (
          <li key={session.token}>
            <span>
              {session.userAgent ? browserOf(session.userAgent) : t('account.unknownDevice')}
              <small className="faint">
                {[session.ipAddress, fromNow(session.createdAt)].filter(Boolean).join(' · ')}
              </small>
            </span>
            <Button look="quiet" onPress={() => end.mutate(session.token)}>
              {t('account.endSession')}
            </Button>
          </li>
        ))}
      </ul>
    </Card>
  );
}

function browserOf(agent: string): string {
  const browser = /Edg\//.test(agent)
    ? 'Edge'
    : /Firefox\//.test(agent)
      ? 'Firefox'
      : /Chrome\//.test(agent)
        ? 'Chrome'
        : /Safari\//.test(agent)
          ? 'Safari'
          : agent.slice(0, 40);
  const system = /Windows/.test(agent)
    ? 'Windows'
    : /Android/.test(agent)
      ? 'Android'
      : /iPhone|iPad/.test(agent)
        ? 'iOS'
        : /Mac OS/.test(agent)
          ? 'macOS'
          : /Linux/.test(agent)
            ? 'Linux'
            : '';
  return [browser, system].filter(Boolean).join(' · ');
}
