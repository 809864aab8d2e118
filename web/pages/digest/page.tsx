import './page.css';
import { useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import type { DigestView } from '../../../src/runtime/digest-views.ts';
import { t } from '../../language.ts';
import { meQuery } from '../../queries.ts';
import { holds } from '../../shell/nav.ts';
import { showDate } from '../../time.ts';
import { Card, Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { SelectControl } from '../../ui/choice.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { Preferences } from './preferences.tsx';
import { type DigestSearch, officeDigestQuery, ownDigestQuery } from './queries.ts';
import { Sheet } from './sheet.tsx';

const route = getRouteApi('/in/digest');
const HAND_OUT = ['isms_coordinator', 'security_officer', 'isms_team_lead'];

/** What was new one morning: one's own, or everybody's by unit, printed where mail does not reach them. */
export default function DigestPage() {
  const me = useSuspenseQuery(meQuery).data;
  const search = route.useSearch();
  const navigate = route.useNavigate();
  const put = (next: DigestSearch) => void navigate({ search: { ...search, ...next } });
  const handsOut = holds(me, HAND_OUT);
  const office = handsOut && search.of === 'office';
  return (
    <div className="digest">
      <header className="page-head">
        <div>
          <p className="sub digest-office">{me.organisation?.name}</p>
          <h1>{t('digest.title')}</h1>
          <div className="sub">{t('digest.text')}</div>
        </div>
        <Button onPress={() => window.print()}>{t('digest.print')}</Button>
      </header>
      {handsOut && (
        <Switcher
          label={t('digest.whose')}
          value={office ? 'office' : 'mine'}
          options={(['mine', 'office'] as const).map((id) => ({ id, label: t(`digest.of_${id}`) }))}
          onChange={(of) => put({ of: of === 'office' ? of : undefined })}
        />
      )}
      {office ? (
        <Office day={search.day} onDay={(day) => put({ day })} />
      ) : (
        <Own day={search.day} onDay={(day) => put({ day })} />
      )}
    </div>
  );
}

type Shown = { day: string | undefined; onDay(day: string): void };

function Own({ day, onDay }: Shown) {
  const own = useQuery(ownDigestQuery(day));
  if (own.isError) return <Problem error={own.error} retry={() => own.refetch()} />;
  if (!own.data) return <Skeleton lines={8} />;
  const { days, digest } = own.data;
  return (
    <>
      <Days days={days} day={digest?.day ?? day} onDay={onDay} />
      {digest ? <Sheet digest={digest} /> : <Nothing />}
      <Preferences own={own.data} />
    </>
  );
}

/** By unit, so that it can be handed out; each unit begins a sheet of paper. */
function Office({ day, onDay }: Shown) {
  const office = useQuery(officeDigestQuery(day));
  if (office.isError) return <Problem error={office.error} retry={() => office.refetch()} />;
  if (!office.data) return <Skeleton lines={8} />;
  const { days, digests } = office.data;
  const units = [...Map.groupBy(digests, ({ person }) => person.unit.id).values()];
  return (
    <>
      <Days days={days} day={digests[0]?.day ?? day} onDay={onDay} />
      {units.length === 0 && <Nothing />}
      {units.map((of) => (
        <Unit key={of[0]?.person.unit.id} digests={of} />
      ))}
    </>
  );
}

function Unit({ digests }: { digests: DigestView[] }) {
  return (
    <section className="digest-unit">
      <h2>
        {digests[0]?.person.unit.name} <span className="faint">{t('digest.persons', { count: digests.length })}</span>
      </h2>
      {digests.map((digest) => (
        <Sheet key={digest.person.id} digest={digest} />
      ))}
    </section>
  );
}

function Days({ days, day, onDay }: Shown & { days: string[] }) {
  if (days.length < 2) return null;
  return (
    <div className="digest-days">
      <SelectControl
        label={t('digest.day')}
        layout="stacked"
        value={day ?? days[0] ?? ''}
        options={days.map((one) => ({ value: one, label: showDate(one) }))}
        onChange={onDay}
      />
    </div>
  );
}

function Nothing() {
  return (
    <Card>
      <Empty title={t('digest.noneTitle')}>{t('digest.noneText')}</Empty>
    </Card>
  );
}
