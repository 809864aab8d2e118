import type { ReactNode } from 'react';
import { t } from '../../language.ts';

/** Whoever manages people sees at once that this is not daily work: a bar of colour and the words for it. */
export function Managing({ on, children }: { on: boolean; children: ReactNode }) {
  if (!on) return children;
  return (
    <div className="managing">
      <p className="managing-words">
        <strong>{t('people.managing')}</strong> {t('people.managingText')}
      </p>
      {children}
    </div>
  );
}
