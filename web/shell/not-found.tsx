import { Link } from '@tanstack/react-router';
import { t } from '../language.ts';
import { Empty } from '../ui/bits.tsx';

export function NotFound() {
  return (
    <Empty
      title={t('notFound.title')}
      action={
        <Link to="/" className="button go">
          {t('nav.home')}
        </Link>
      }
    >
      {t('notFound.text')}
    </Empty>
  );
}
