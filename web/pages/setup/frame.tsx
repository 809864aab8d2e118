import type { ReactNode } from 'react';
import { language, switchLanguage, t } from '../../language.ts';
import { Button } from '../../ui/button.tsx';
import { Toasts } from '../../ui/toast.tsx';
import { useDraft } from './draft.ts';
import { isOpen, type Sent, type Step, steps } from './steps.ts';

type Props = { step: Step; sent: Sent; onGo(step: Step): void; children: ReactNode };

/** Brand, where one is among the steps, and the step itself. */
export function Frame({ step, sent, onGo, children }: Props) {
  const [draft] = useDraft();
  const at = steps.indexOf(step as (typeof steps)[number]);
  return (
    <div className="setup">
      <header className="setup-top">
        <span className="brand">安程</span>
        <Button look="quiet" onPress={() => switchLanguage(language() === 'en' ? 'zh-TW' : 'en')}>
          {language() === 'en' ? '中文' : 'English'}
        </Button>
      </header>
      {at >= 0 && (
        <nav aria-label={t('setup.steps')}>
          <ol className="setup-steps">
            {steps.map((each, place) => (
              <li
                key={each}
                className={place < at ? 'done' : place === at ? 'now' : ''}
                {...(place === at && { 'aria-current': 'step' as const })}
              >
                {place < at && isOpen(each, sent, draft) ? (
                  <button type="button" onClick={() => onGo(each)}>
                    {t(`setup.step_${each}`)}
                  </button>
                ) : (
                  <span>{t(`setup.step_${each}`)}</span>
                )}
              </li>
            ))}
          </ol>
        </nav>
      )}
      <main>{children}</main>
      <Toasts />
    </div>
  );
}

/** The heading of a step and what it is for. */
export function StepHead({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <header className="setup-head">
      <h1 tabIndex={-1}>{title}</h1>
      {children && <p className="sub">{children}</p>}
    </header>
  );
}

/** Back, and on: the way on says why when it is closed. */
export function StepFoot({
  onBack,
  onNext,
  next,
  why,
  busy,
}: {
  onBack?: (() => void) | undefined;
  onNext(): void;
  next: string;
  why?: string | undefined;
  busy?: boolean;
}) {
  return (
    <footer className="setup-foot">
      {onBack ? (
        <Button look="quiet" onPress={onBack}>
          {t('setup.back')}
        </Button>
      ) : (
        <span />
      )}
      <Button look="go" why={why} busy={busy} onPress={onNext}>
        {next}
      </Button>
    </footer>
  );
}
