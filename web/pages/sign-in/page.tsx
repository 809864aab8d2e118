import './page.css';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { language, switchLanguage, t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { type SignInAnswer, signIn, signInWithPasskey, verifyCode } from '../../session.ts';
import { Alert, Refusals } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { TextControl } from '../../ui/field.tsx';

const route = getRouteApi('/sign-in');

/** Password, then the second factor where the account has one. A lockout is told with its end. */
export default function SignInPage() {
  const { to, idle } = route.useSearch();
  const [step, setStep] = useState<'password' | 'second'>('password');
  const [problem, setProblem] = useState<SignInAnswer>();
  const [busy, setBusy] = useState(false);
  const answered = async (attempt: Promise<SignInAnswer | undefined>) => {
    setBusy(true);
    setProblem(undefined);
    const answer = await attempt.catch((): SignInAnswer => ({ outcome: 'failed' }));
    setBusy(false);
    if (answer?.outcome === 'in') {
      queryClient.clear();
      location.assign(to ?? '/');
    } else if (answer?.outcome === 'second') setStep('second');
    else setProblem(answer);
  };
  return (
    <main className="sign-in">
      <section className="card">
        <div className="brand">安程</div>
        <h1>{t('signIn.title')}</h1>
        <p className="sub">{t('signIn.text')}</p>
        {idle && !problem && <Alert>{t('signIn.idle')}</Alert>}
        {problem && (
          <Alert tone="bad">
            <Reason problem={problem} step={step} />
          </Alert>
        )}
        {step === 'password' ? (
          <Password busy={busy} onSubmit={(email, password) => answered(signIn(email, password))} />
        ) : (
          <Code busy={busy} onSubmit={(code) => answered(verifyCode(code))} onBack={() => setStep('password')} />
        )}
        {'PublicKeyCredential' in window && (
          <Button busy={busy} onPress={() => answered(signInWithPasskey())}>
            {t('signIn.passkey')}
          </Button>
        )}
      </section>
      <Link to="/reset">{t('reset.forgot')}</Link>
      <Button look="quiet" onPress={() => switchLanguage(language() === 'en' ? 'zh-TW' : 'en')}>
        {language() === 'en' ? '中文' : 'English'}
      </Button>
    </main>
  );
}

function Password({ busy, onSubmit }: { busy: boolean; onSubmit(email: string, password: string): void }) {
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  return (
    <Form onSubmit={() => onSubmit(email.trim(), password)}>
      <TextControl
        label={t('signIn.email')}
        layout="stacked"
        type="email"
        autoComplete="username webauthn"
        autoFocus
        value={email}
        onChange={setEmail}
      />
      <TextControl
        label={t('signIn.password')}
        layout="stacked"
        type="password"
        autoComplete="current-password"
        value={password}
        onChange={setPassword}
      />
      <Button look="go" type="submit" busy={busy}>
        {t('signIn.go')}
      </Button>
    </Form>
  );
}

function Code({ busy, onSubmit, onBack }: { busy: boolean; onSubmit(code: string): void; onBack(): void }) {
  const [code, setCode] = useState('');
  return (
    <Form onSubmit={() => onSubmit(code)}>
      <TextControl
        label={t('signIn.code')}
        help={t('signIn.codeHelp')}
        layout="stacked"
        inputMode="numeric"
        autoComplete="one-time-code"
        autoFocus
        value={code}
        onChange={setCode}
      />
      <Button look="go" type="submit" busy={busy}>
        {t('signIn.verify')}
      </Button>
      <Button look="quiet" onPress={onBack}>
        {t('signIn.back')}
      </Button>
    </Form>
  );
}

function Form({ onSubmit, children }: { onSubmit(): void; children: ReactNode }) {
  return (
    <form
      className="stack"
      onSubmit={(event) => {
        event.preventDefault();
        onSubmit();
      }}
    >
      {children}
    </form>
  );
}

function Reason({ problem, step }: { problem: SignInAnswer; step: 'password' | 'second' }) {
  switch (problem.outcome) {
    case 'refused':
      if (problem.refused.length > 0) return <Refusals list={problem.refused} />;
      return step === 'second' ? t('signIn.wrongCode') : t('signIn.wrong');
    case 'failed':
      return problem.reference ? t('problem.reference', { reference: problem.reference }) : t('problem.unreachable');
    case 'in':
    case 'second':
      return null;
    default:
      return problem satisfies never;
  }
}
