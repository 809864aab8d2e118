import './page.css';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { say, t } from '../../language.ts';
import { typesQuery } from '../../queries.ts';
import { today } from '../../time.ts';
import { Card, Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { Draws } from './draws.tsx';
import { periods } from './periods.ts';
import { type Asked, type PopulationSearch, populationQuery } from './queries.ts';
import { PopulationTable } from './table.tsx';
import { Totals } from './totals.tsx';

const route = getRouteApi('/in/populations');

/** For whoever audits: everything of one kind in a period, what is missing from its numbers, and samples nobody can steer. */
export default function PopulationsPage() {
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put = (next: PopulationSearch) => void navigate({ search: { ...search, ...next } });
  const from = search.from ?? `${today().slice(0, 4)}-01-01`;
  const until = search.until ?? today();
  return (
    <div className="population">
      <header className="page-head">
        <div>
          <h1>{t('nav.populations')}</h1>
          <div className="sub">{t('population.text')}</div>
        </div>
      </header>
      <Card>
        <Question type={search.type} from={from} until={until} onChange={put} />
      </Card>
      {search.type ? (
        <Answer asked={{ type: search.type, from, until }} />
      ) : (
        <Card>
          <Empty title={t('population.startTitle')}>{t('population.startText')}</Empty>
        </Card>
      )}
    </div>
  );
}

type Question = { type: string | undefined; from: string; until: string; onChange(next: PopulationSearch): void };

function Question({ type, from, until, onChange }: Question) {
  const types = useQuery(typesQuery);
  const kinds = (types.data ?? [])
    .filter((kind) => kind.total > 0 || kind.type === type)
    .toSorted((a, b) => Number(b.role === 'form') - Number(a.role === 'form'));
  if (types.isError) return <Problem error={types.error} retry={() => types.refetch()} />;
  return (
    <div className="population-question">
      <SelectControl
        label={t('population.kind')}
        layout="stacked"
        value={type ?? ''}
        options={kinds.map((kind) => ({ value: kind.type, label: say(kind.label) }))}
        onChange={(to) => onChange({ type: to })}
      />
      <DateControl
        label={t('population.from')}
        layout="stacked"
        value={from}
        max={today()}
        onChange={(day) => day && onChange({ from: day })}
      />
      <DateControl
        label={t('population.until')}
        layout="stacked"
        value={until}
        onChange={(day) => day && onChange({ until: day })}
      />
      <fieldset className="row">
        <legend className="visually-hidden">{t('population.period')}</legend>
        {periods(today()).map((period) => (
          <Button
            key={period.name}
            look={period.from === from && period.until === until ? 'plain' : 'quiet'}
            aria-pressed={period.from === from && period.until === until}
            onPress={() => onChange({ from: period.from, until: period.until })}
          >
            {t(`population.${period.name}`)}
          </Button>
        ))}
      </fieldset>
    </div>
  );
}

function Answer({ asked }: { asked: Asked }) {
  const found = useQuery(populationQuery(asked));
  if (found.isPending) return <Skeleton lines={10} />;
  if (found.isError) return <Problem error={found.error} retry={() => found.refetch()} />;
  if (found.data.total === 0) {
    return (
      <Card>
        <Empty title={t('population.noneTitle')}>{t('population.noneText')}</Empty>
      </Card>
    );
  }
  return (
    <>
      <Totals view={found.data} />
      <Draws asked={asked} view={found.data} />
      <PopulationTable asked={asked} view={found.data} />
    </>
  );
}
