import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { hasPage } from '../others.ts';
import { ListView } from './list-view.tsx';

const route = getRouteApi('/in/lists/$type');

/** All records of one type: a register, or the cases of one form. */
export default function ListPage() {
  const { type } = route.useParams();
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const card = useQuery(typesQuery).data?.find((each) => each.type === type);
  const register = card?.role === 'register';
  return (
    <ListView
      key={type}
      title={card ? say(card.label) : type}
      crumb={register ? <Link to="/registers">{t('nav.registers')}</Link> : <Link to="/cases">{t('nav.cases')}</Link>}
      type={type}
      query={search}
      onQuery={(next) => navigate({ search: next })}
      actions={
        <>
          {register && hasPage('import/page') && (
            <Link to="/import/$type" params={{ type }} className="button">
              {t('list.import')}
            </Link>
          )}
          {card?.mayOpen && (
            <Link to="/requests/$type" params={{ type }} className="button go">
              {register ? t('list.add') : t('list.open', { form: say(card.label) })}
            </Link>
          )}
        </>
      }
    />
  );
}
