import { useMutation, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { meQuery, queryClient } from '../../queries.ts';
import { Alert, Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { ChoiceControl, YesNoControl } from '../../ui/choice.tsx';
import { TextControl } from '../../ui/field.tsx';

type Settings = NonNullable<Awaited<ReturnType<typeof api.mail.get>>['settings']>;
const mailQuery = { queryKey: ['mail'], queryFn: () => api.mail.get() };
const SECURITIES = ['starttls', 'tls', 'none'] as const;

/** The office's mail server, and trying it. Without one nothing else is missing. */
export function Mail() {
  const mail = useQuery(mailQuery);
  const settings = mail.data?.settings;
  return (
    <Card
      title={t('connection.mail.title')}
      aside={
        mail.data && <Pill tone={settings ? 'ok' : 'plain'}>{t(`connection.mail.${settings ? 'on' : 'off'}`)}</Pill>
      }
    >
      <p className="sub connection-about">{t('connection.mail.text')}</p>
      {mail.isPending && <Skeleton lines={4} />}
      {mail.isError && <Problem error={mail.error} retry={() => mail.refetch()} />}
      {mail.data && <Server key={JSON.stringify(settings)} before={settings} />}
      {settings && <Trial />}
    </Card>
  );
}

function Server({ before }: { before: Settings | undefined }) {
  const [host, setHost] = useState(before?.host ?? '');
  const [port, setPort] = useState(String(before?.port ?? 587));
  const [security, setSecurity] = useState<Settings['security']>(before?.security ?? 'starttls');
  const [anyCertificate, setAny] = useState(before?.anyCertificate ?? false);
  const [user, setUser] = useState(before?.user ?? '');
  const [password, setPassword] = useState('');
  const [from, setFrom] = useState(before?.from ?? '');
  const again = () => queryClient.invalidateQueries(mailQuery);
  const save = useMutation({
    mutationFn: () =>
      api.mail.set({
        ...{ host: host.trim(), port: Number(port), security, from: from.trim() },
        ...(anyCertificate && { anyCertificate }),
        ...(user && { user }),
        ...(password && { password }),
      }),
    onSuccess: again,
  });
  const remove = useMutation({ mutationFn: () => api.mail.remove(), onSuccess: again });
  const missing = !host.trim() || !from.trim() || !/^\d{1,5}$/.test(port);
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate();
      }}
    >
      <TextControl label={t('connection.mail.host')} must value={host} onChange={setHost} />
      <TextControl label={t('connection.mail.port')} must inputMode="numeric" value={port} onChange={setPort} />
      <ChoiceControl
        label={t('connection.mail.security')}
        value={security}
        options={SECURITIES.map((value) => ({ value, label: t(`connection.mail.securities.${value}`) }))}
        onChange={(to) => setSecurity(to as Settings['security'])}
      />
      {security !== 'none' && (
        <YesNoControl
          label={t('connection.mail.any')}
          help={t('connection.mail.anyHelp')}
          value={anyCertificate}
          onChange={setAny}
        />
      )}
      <TextControl
        label={t('connection.mail.from')}
        help={t('connection.mail.fromHelp')}
        must
        value={from}
        onChange={setFrom}
      />
      <TextControl label={t('connection.mail.user')} autoComplete="off" value={user} onChange={setUser} />
      {user && (
        <TextControl
          label={t('connection.mail.password')}
          help={before?.hasPassword ? t('connection.mail.kept') : undefined}
          type="password"
          autoComplete="off"
          value={password}
          onChange={setPassword}
        />
      )}
      {save.isError && <Problem error={save.error} />}
      {remove.isError && <Problem error={remove.error} />}
      <div className="row">
        <Button type="submit" look="go" busy={save.isPending} why={missing ? t('connection.mail.missing') : undefined}>
          {t('common.save')}
        </Button>
        {before && (
          <Button look="quiet" busy={remove.isPending} onPress={() => remove.mutate()}>
            {t('connection.mail.remove')}
          </Button>
        )}
      </div>
    </form>
  );
}

function Trial() {
  const me = useQuery(meQuery);
  const [to, setTo] = useState<string>();
  const address = to ?? me.data?.account.email ?? '';
  const trial = useMutation({ mutationFn: () => api.mail.test({ to: address }) });
  return (
    <form
      className="stack connection-steps"
      onSubmit={(event) => {
        event.preventDefault();
        trial.mutate();
      }}
    >
      <TextControl label={t('connection.mail.to')} type="email" value={address} onChange={setTo} />
      <div className="row">
        <Button type="submit" busy={trial.isPending}>
          {t('connection.mail.test')}
        </Button>
      </div>
      {trial.isError && <Problem error={trial.error} />}
      {trial.data && (
        <Alert tone={trial.data.sent ? 'ok' : 'bad'}>
          <strong>{t(`connection.mail.${trial.data.sent ? 'sent' : 'failed'}`)}</strong>
          <div>{trial.data.answer}</div>
        </Alert>
      )}
    </form>
  );
}
