import { getRouteApi, Link } from '@tanstack/react-router';
import { t } from '../../language.ts';
import { ListView } from './list-view.tsx';

const route = getRouteApi('/in/cases');

/** Requests and cases of every kind. */
export default function CasesPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  return (
    <ListView
      title={t('nav.cases')}
      role="form"
      query={search}
      onQuery={(next) => navigate({ search: next })}
      actions={
        <Link to="/requests" className="button go">
          {t('nav.requests')}
        </Link>
      }
    />
  );
}
