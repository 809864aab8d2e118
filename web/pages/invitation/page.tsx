import '../sign-in/page.css';
import '../setup/page.css';
import { useMutation, useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { useState } from 'react';
import { api, newCommandId } from '../../api.ts';
import { t } from '../../language.ts';
import { showMoment } from '../../time.ts';
import { Alert, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { NewPassword } from '../setup/password.tsx';
import { isGoodPassword } from '../setup/password-rules.ts';

const route = getRouteApi('/invitation/$organisation/$secret');

/** The one-time link somebody without an account received: choose a password, done. */
export default function InvitationPage() {
  const asked = route.useParams();
  const invitation = useQuery({
    queryKey: ['invitation', asked.secret],
    queryFn: () => api.people.invitation(asked),
    staleTime: Number.POSITIVE_INFINITY,
  });
  const [password, setPassword] = useState('');
  const accept = useMutation({
    mutationFn: () => api.people.acceptInvitation({ ...asked, commandId: newCommandId(), password }),
  });
  const invited = invitation.data;
  return (
    <main className="sign-in">
      <section className="card">
        <div className="brand">安程</div>
        <h1>{t('invitation.title')}</h1>
        {invitation.isPending && <Skeleton lines={3} />}
        {invitation.isError && <Problem error={invitation.error} />}
        {invited && !accept.isSuccess && (
          <form
            className="stack"
            onSubmit={(event) => {
              event.preventDefault();
              if (!whyNot(password, invited)) accept.mutate();
            }}
          >
            <p>
              {t('invitation.text', {
                organisation: invited.organisation,
                person: invited.person,
                email: invited.email,
              })}
            </p>
            <NewPassword
              layout="stacked"
              owner={{ name: invited.person, email: invited.email }}
              value={password}
              onChange={setPassword}
            />
            <p className="faint">{t('invitation.until', { at: showMoment(invited.until) })}</p>
            {accept.isError && <Problem error={accept.error} />}
            <Button look="go" type="submit" busy={accept.isPending} why={whyNot(password, invited)}>
              {t('invitation.accept')}
            </Button>
          </form>
        )}
        {accept.isSuccess && (
          <>
            <Alert tone="ok">{t('invitation.done', { email: accept.data.email })}</Alert>
            <Link to="/sign-in" className="button go">
              {t('signIn.go')}
            </Link>
          </>
        )}
      </section>
    </main>
  );
}

function whyNot(password: string, invited: { person: string; email: string }): string | undefined {
  if (!password) return t('invitation.passwordFirst');
  const owner = { name: invited.person, email: invited.email };
  return isGoodPassword(password, owner) ? undefined : t('setup.passwordFirst');
}
