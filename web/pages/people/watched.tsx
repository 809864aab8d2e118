import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import type { Api } from '../../../src/http/contract.ts';
import { api } from '../../api.ts';
import { language, say, t, titled } from '../../language.ts';
import { showMoment, today } from '../../time.ts';
import { Card, Pill, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';

type Watched = Awaited<ReturnType<Api['watched']['list']>>[number];
const route = getRouteApi('/in/people/watched');

/** The auditor's monthly list: what was signed in concurrent duties and who countersigned it, and seals soon after a reset. */
export default function WatchedPage() {
  const { month = today().slice(0, 7) } = route.useSearch();
  const navigate = route.useNavigate();
  const acts = useQuery({ queryKey: ['records', 'watched', month], queryFn: () => api.watched.list({ month }) });
  const of = (kind: Watched['kind']) => (acts.data ?? []).filter((act) => act.kind === kind);
  return (
    <>
      <header className="page-head">
        <div>
          <nav className="sub" aria-label={t('nav.crumbs')}>
            <Link to="/people">{t('nav.people')}</Link>
            {' ／'}
          </nav>
          <h1>{t('watched.title')}</h1>
          <div className="sub">{t('watched.text')}</div>
        </div>
        <div className="row">
          <SelectControl
            label={t('watched.month')}
            layout="bare"
            value={month}
            options={months(month).map((one) => ({ value: one, label: monthName(one) }))}
            onChange={(to) => void navigate({ search: { month: to } })}
          />
          <Button onPress={() => window.print()}>{t('watched.print')}</Button>
        </div>
      </header>
      {acts.isPending && <Skeleton lines={8} />}
      {acts.isError && <Problem error={acts.error} retry={() => acts.refetch()} />}
      {acts.data && (
        <div className="stack">
          <Card title={t('watched.concurrent')} aside={<Counts acts={of('concurrent')} />}>
            <Acts acts={of('concurrent')} />
          </Card>
          <Card title={t('watched.afterReset')}>
            <Acts acts={of('after_reset')} />
          </Card>
        </div>
      )}
    </>
  );
}

function Counts({ acts }: { acts: Watched[] }) {
  if (acts.length === 0) return null;
  const counts = {
    total: acts.length,
    done: acts.filter(({ confirmed }) => confirmed).length,
    open: acts.filter(({ waits }) => waits).length,
  };
  return <span className="sub">{t('watched.counts', counts)}</span>;
}

function Acts({ acts }: { acts: Watched[] }) {
  if (acts.length === 0) return <p className="sub">{t('watched.none')}</p>;
  const concurrent = acts[0]?.kind === 'concurrent';
  return (
    <div className="scroll-x">
      <table className="data cards">
        <thead>
          <tr>
            <th>{t('watched.when')}</th>
            <th>{t('watched.who')}</th>
            <th>{t('watched.what')}</th>
            {concurrent && <th>{t('watched.exception')}</th>}
            {concurrent && <th>{t('watched.countersigned')}</th>}
          </tr>
        </thead>
        <tbody>
          {acts.map((act) => (
            <tr key={act.id}>
              <td>{showMoment(act.at)}</td>
              <td data-label={t('watched.who')}>{act.person.name}</td>
              <td data-label={t('watched.what')}>
                <Link to="/records/$id" params={{ id: act.record.id }}>
                  {act.record.number}
                </Link>{' '}
                {titled(act.record)} · <b>{say(act.action)}</b>
              </td>
              {concurrent && (
                <td data-label={t('watched.exception')}>
                  {act.exception && (
                    <Link to="/records/$id" params={{ id: act.exception.id }}>
                      {act.exception.number}
                    </Link>
                  )}
                </td>
              )}
              {concurrent && (
                <td data-label={t('watched.countersigned')}>
                  <Countersigned act={act} />
                </td>
              )}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Countersigned({ act }: { act: Watched }) {
  const { confirmed, declined, waits, due } = act;
  if (confirmed) return `${confirmed.by.name}　${showMoment(confirmed.at)}`;
  if (declined) return <Pill tone="bad">{t('watched.declined')}</Pill>;
  if (!waits) return <Pill>{t('watched.dropped')}</Pill>;
  const late = due !== undefined && Date.parse(due) < Date.now();
  return <Pill tone={late ? 'bad' : 'warn'}>{t(late ? 'watched.late' : 'watched.waits')}</Pill>;
}

/** The last year, newest first, and the month shown if it is older. */
function months(shown: string): string[] {
  const [year = 0, month = 0] = today().split('-').map(Number);
  const all = Array.from({ length: 13 }, (_, back) =>
    new Date(Date.UTC(year, month - 1 - back, 1)).toISOString().slice(0, 7),
  );
  return all.includes(shown) ? all : [...all, shown];
}

function monthName(month: string): string {
  const [year = '', number = ''] = month.split('-');
  return t('watched.monthName', { year: language() === 'en' ? year : Number(year) - 1911, month: Number(number) });
}
