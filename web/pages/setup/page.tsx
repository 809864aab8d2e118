import '../parameters/page.css';
import '../people/page.css';
import './page.css';
import './office.css';
import { queryOptions, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { api } from '../../api.ts';
import { t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { Alert, Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { Acts } from './acts.tsx';
import { useDraft } from './draft.ts';
import { Finish } from './finish.tsx';
import { Frame } from './frame.tsx';
import { Organisation } from './organisation.tsx';
import { Packs } from './packs.tsx';
import { People } from './people.tsx';
import { firstStep, isOpen, type Step, steps } from './steps.ts';
import { Units } from './units.tsx';
import { Welcome } from './welcome.tsx';

export const setupQuery = queryOptions({ queryKey: ['setup'], queryFn: () => api.setup.status() });

/** First run: two doors, then six steps; each stands in the address, so that back and forward work as everywhere. */
export default function SetupPage() {
  const status = useQuery(setupQuery);
  const me = useQuery({ ...meQuery, retry: false });
  const [draft] = useDraft();
  const navigate = useNavigate();
  const hash = useRouterState({ select: (state) => state.location.hash });
  const go = (step: Step) => navigate({ to: '/setup', hash: step });
  const wanted = steps.find((step) => step === hash) ?? (hash === 'welcome' ? 'welcome' : undefined);
  const ready = status.data && !me.isPending;
  const step =
    ready && (wanted && isOpen(wanted, status.data.step, draft) ? wanted : firstStep(status.data.step, draft));
  // The step shown is pinned in the address: what the server answers meanwhile must not pull the page on by itself.
  useEffect(() => {
    if (step && hash !== step) void navigate({ to: '/setup', hash: step, replace: true });
  }, [step, hash, navigate]);
  useEffect(() => {
    if (step) document.querySelector<HTMLElement>('.setup h1')?.focus();
  }, [step]);
  if (status.isError) return <Problem error={status.error} retry={() => status.refetch()} />;
  if (!ready || !step) return <Skeleton lines={8} />;
  const sent = status.data.step;
  if (sent === 'done' && !draft.made.people) return <AlreadyDone />;
  if (sent !== 'start' && !me.data) return <SignInFirst />;
  const page = { go, sent };
  return (
    <Frame step={step} sent={sent} onGo={go}>
      {step === 'welcome' && <Welcome {...page} demoReady={status.data.demoReady} />}
      {step === 'organisation' && <Organisation {...page} codeRequired={status.data.codeRequired} />}
      {step === 'packs' && <Packs {...page} />}
      {step === 'units' && <Units {...page} organisation={status.data.organisation?.name ?? draft.name} />}
      {step === 'people' && <People {...page} account={me.data?.account.name ?? ''} />}
      {step === 'acts' && <Acts {...page} />}
      {step === 'finish' && <Finish {...page} />}
    </Frame>
  );
}

function AlreadyDone() {
  return (
    <main className="setup-alone">
      <Card title={t('setup.doneTitle')}>
        <p>{t('setup.doneText')}</p>
        <Link to="/" className="button go">
          {t('setup.toHome')}
        </Link>
      </Card>
    </main>
  );
}

function SignInFirst() {
  return (
    <main className="setup-alone">
      <Card title={t('setup.signInTitle')}>
        <Alert>{t('setup.signInText')}</Alert>
        <Link to="/sign-in" search={{ to: '/setup' }} className="button go">
          {t('signIn.go')}
        </Link>
      </Card>
    </main>
  );
}
