import { Link } from '@tanstack/react-router';
import { t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import type { StepProps } from './steps.ts';

/** The first page anybody sees: set up one's own, or look around first. */
export function Welcome({ go, demoReady }: StepProps & { demoReady: boolean }) {
  return (
    <div className="welcome">
      <h1 tabIndex={-1}>{t('setup.welcomeTitle')}</h1>
      <p className="welcome-text">{t('setup.welcomeText')}</p>
      <div className="setup-doors">
        <section className="card">
          <h2>{t('setup.ownTitle')}</h2>
          <p>{t('setup.ownText')}</p>
          <ul>
            {(['code', 'level', 'people'] as const).map((need) => (
              <li key={need}>{t(`setup.own_${need}`)}</li>
            ))}
          </ul>
          <Button look="go" onPress={() => go('organisation')}>
            {t('setup.ownGo')}
          </Button>
        </section>
        <section className="card">
          <h2>{t('setup.demoTitle')}</h2>
          <p>{t('setup.demoText')}</p>
          <p className="sub">{t('setup.demoHow')}</p>
          <code className="command">npm run demo</code>
          <p className="faint">{t('setup.demoApart')}</p>
          {demoReady && (
            <Link to="/sign-in" className="button">
              {t('setup.demoGo')}
            </Link>
          )}
        </section>
      </div>
    </div>
  );
}
