import { Link } from '@tanstack/react-router';
import { t } from '../../language.ts';

/** The way back to all procedures, at the same day. */
export function Crumb({ asOf }: { asOf: string | undefined }) {
  return (
    <nav className="sub" aria-label={t('nav.crumbs')}>
      <Link to="/procedure" search={asOf ? { asOf } : {}}>
        {t('nav.procedure')}
      </Link>
      {' ／'}
    </nav>
  );
}
