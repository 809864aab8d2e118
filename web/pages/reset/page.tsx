import '../sign-in/page.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { Alert, Problem } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';

/** A forgotten password: how two people help, and the code they hand over on paper. */
export default function ResetPage() {
  const given = new URLSearchParams(window.location.search).get('code') ?? '';
  const ways = useQuery({ queryKey: ['resets', 'ways'], queryFn: () => api.resets.ways() });
  const [code, setCode] = useState(given);
  const [password, setPassword] = useState('');
  const complete = useMutation({ mutationFn: () => api.resets.complete({ code: code.trim(), password }) });
  return (
    <main className="sign-in">
      <section className="card">
        <div className="brand">安程</div>
        <h1>{t('reset.title')}</h1>
        {complete.isSuccess ? (
          <>
            <Alert tone="ok">{t('reset.done')}</Alert>
            <Link to="/sign-in" className="button go">
              {t('signIn.go')}
            </Link>
          </>
        ) : (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              complete.mutate();
            }}
          >
            <p>{t(given ? 'reset.textGiven' : 'reset.text')}</p>
            <TextControl label={t('reset.code')} layout="stacked" autoFocus value={code} onChange={setCode} />
            <TextControl
              label={t('account.newPassword')}
              layout="stacked"
              type="password"
              autoComplete="new-password"
              value={password}
              onChange={setPassword}
            />
            {complete.isError && <Problem error={complete.error} />}
            <Button
              look="go"
              type="submit"
              busy={complete.isPending}
              why={code && password ? undefined : t('reset.both')}
            >
              {t('reset.set')}
            </Button>
            <Link to="/sign-in">{t('reset.back')}</Link>
          </form>
        )}
        {ways.data?.mail && !given && !complete.isSuccess && <ByMail />}
      </section>
    </main>
  );
}

/** Where mail is set up: a link to the own mailbox, the same answer whether or not there is such an account. */
function ByMail() {
  const [email, setEmail] = useState('');
  const ask = useMutation({ mutationFn: () => api.resets.request({ email: email.trim() }) });
  return (
    <form
      className="stack reset-mail"
      onSubmit={(event) => {
        event.preventDefault();
        if (email.trim()) ask.mutate();
      }}
    >
      <h2>{t('reset.mailTitle')}</h2>
      <p className="sub">{t('reset.mailText')}</p>
      <TextControl label={t('account.email')} layout="stacked" type="email" value={email} onChange={setEmail} />
      {ask.isError && <Problem error={ask.error} />}
      {ask.isSuccess ? (
        <Alert tone="ok">{t('reset.mailSent')}</Alert>
      ) : (
        <Button type="submit" busy={ask.isPending} why={email.trim() ? undefined : t('reset.mailText')}>
          {t('reset.mailSend')}
        </Button>
      )}
    </form>
  );
}
