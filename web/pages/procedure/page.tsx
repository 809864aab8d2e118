import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { say, t } from '../../language.ts';
import { proceduresQuery } from '../../queries.ts';
import { Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { AsOf, PastNote } from './as-of.tsx';
import { LightBar, LightPill, lights } from './lights.tsx';
import { OwnTexts } from './own/cards.tsx';

const route = getRouteApi('/in/procedure');

type Card = { counts: Record<(typeof lights)[number], number> };

/** A pack that only brings records and roles has no clauses to show. */
const hasClauses = ({ counts }: Card): boolean => lights.some((light) => counts[light] > 0);

/** The procedures this organisation has adopted, each with the state of its clauses as of a day. */
export default function ProceduresPage() {
  const { asOf } = route.useSearch();
  const navigate = route.useNavigate();
  const procedures = useQuery(proceduresQuery(asOf));
  const go = (day?: string) => navigate({ search: day ? { asOf: day } : {}, replace: true });
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('nav.procedure')}</h1>
          <div className="sub">{t('clause.listText')}</div>
        </div>
        <div className="row">
          <Link to="/procedure/checklists" search={asOf ? { asOf } : {}} className="button">
            {t('checklist.title')}
          </Link>
          <Link to="/procedure/plan" search={asOf ? { asOf } : {}} className="button">
            {t('plan.title')}
          </Link>
          <AsOf value={asOf} onChange={go} />
        </div>
      </header>
      <PastNote asOf={asOf} onBack={() => go()} />
      <OwnTexts asOf={asOf} />
      <h2 className="packs-title">{t('own.packs')}</h2>
      <p className="sub">{t('own.packsText')}</p>
      {procedures.isPending && <Skeleton lines={8} />}
      {procedures.isError && <Problem error={procedures.error} retry={() => procedures.refetch()} />}
      {procedures.data?.length === 0 && <Empty title={t('clause.noneTitle')}>{t('clause.noneText')}</Empty>}
      <ul className="procedures">
        {procedures.data?.filter(hasClauses).map((card) => (
          <li key={card.pack} className="card">
            <h3>
              <Link to="/procedure/$pack" params={{ pack: card.pack }} search={asOf ? { asOf } : {}} className="cover">
                {say(card.title)}
              </Link>
            </h3>
            <div className="sub">
              {t('clause.about', {
                version: card.version,
                count: lights.reduce((sum, light) => sum + card.counts[light], 0),
              })}
            </div>
            <LightBar counts={card.counts} />
            <div className="row lights-row">
              {lights.map((light) => (
                <span key={light}>
                  <LightPill light={light} /> {card.counts[light]}
                </span>
              ))}
            </div>
          </li>
        ))}
      </ul>
    </>
  );
}
