import './page.css';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { getRouteApi } from '@tanstack/react-router';
import { useState } from 'react';
import type { PackageSection } from '../../../src/http/contract/packages.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { proceduresQuery } from '../../queries.ts';
import { today } from '../../time.ts';
import { Alert, Card, Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { Segments, SelectControl } from '../../ui/choice.tsx';
import { DateControl } from '../../ui/date.tsx';
import { checklistsQuery, textsQuery } from '../procedure/queries.ts';
import { Chapters, chaptersOf } from './chapters.tsx';
import { Packages } from './packages.tsx';
import {
  type Followed,
  isWorking,
  type PackageSearch,
  packageSearch,
  packagesKey,
  packagesQuery,
  sectionsQuery,
  wordsLanguage,
} from './queries.ts';

const route = getRouteApi('/in/package');

/** What an auditor takes home: which procedure or checklist, which chapters, which period; then how far it is, and the file. */
export default function PackagePage() {
  const search = packageSearch(route.useSearch());
  const navigate = route.useNavigate();
  const put = (next: PackageSearch) => void navigate({ search: next, replace: true });
  const offered = useOffered(search.asOf);
  const [first] = offered ?? [];
  const followed = search.by && search.id ? { ...search, by: search.by, id: search.id } : undefined;
  const chosen: Followed | undefined = followed ?? (first && { ...search, by: first.by, id: first.id });
  return (
    <div className="package">
      <header className="page-head">
        <div>
          <h1>{t('package.title')}</h1>
          <div className="sub">{t('package.text')}</div>
        </div>
      </header>
      <Packages />
      {!offered && <Skeleton lines={8} />}
      {offered && !chosen && (
        <Card>
          <Empty title={t('package.nothingTitle')}>{t('package.nothingText')}</Empty>
        </Card>
      )}
      {offered && chosen && <Making followed={chosen} offered={offered} onChange={put} />}
    </div>
  );
}

type Offered = { by: Followed['by']; id: string; label: string };

/** The office’s own procedures first: their numbers are what an auditor knows. */
function useOffered(asOf: string | undefined): Offered[] | undefined {
  const texts = useQuery(textsQuery(asOf)).data;
  const procedures = useQuery(proceduresQuery(asOf)).data;
  const checklists = useQuery(checklistsQuery(asOf)).data;
  if (!texts || !procedures || !checklists) return undefined;
  return [
    ...texts.map(({ text, title }) => ({ by: 'text' as const, id: text, label: t('package.ofText', { title }) })),
    ...procedures
      .filter(({ counts }) => Object.values(counts).some(Boolean))
      .map(({ pack, title }) => ({ by: 'procedure' as const, id: pack, label: say(title) })),
    ...checklists.map(({ checklist, title }) => ({
      by: 'checklist' as const,
      id: checklist,
      label: t('package.ofChecklist', { title }),
    })),
  ];
}

type MakingProps = { followed: Followed; offered: Offered[]; onChange(next: PackageSearch): void };

function Making({ followed, offered, onChange }: MakingProps) {
  const found = useQuery(sectionsQuery(followed));
  const day = (key: 'asOf' | 'from' | 'until') => (to: string) => {
    const { [key]: _before, ...rest } = followed;
    onChange(to ? { ...rest, [key]: to } : rest);
  };
  return (
    <>
      <Card title={t('package.scope')}>
        <div className="package-scope">
          <SelectControl
            label={t('package.follows')}
            layout="stacked"
            value={`${followed.by} ${followed.id}`}
            options={offered.map(({ by, id, label }) => ({ value: `${by} ${id}`, label }))}
            onChange={(to) => {
              const [by, ...id] = to.split(' ');
              onChange({ ...followed, by: by as Followed['by'], id: id.join(' ') });
            }}
          />
          <DateControl
            label={t('package.asOf')}
            layout="stacked"
            help={t('package.asOfHelp')}
            value={followed.asOf ?? ''}
            max={today()}
            onChange={day('asOf')}
          />
          <DateControl
            label={t('package.from')}
            layout="stacked"
            help={t('package.fromHelp')}
            value={followed.from ?? ''}
            max={today()}
            onChange={day('from')}
          />
          <DateControl
            label={t('package.until')}
            layout="stacked"
            value={followed.until ?? ''}
            onChange={day('until')}
          />
        </div>
      </Card>
      {found.isError && <Problem error={found.error} retry={() => found.refetch()} />}
      {found.isPending && <Skeleton lines={8} />}
      {found.data && (
        <Choosing
          key={`${followed.by} ${followed.id}`}
          followed={followed}
          sections={found.data.sections}
          stale={found.isPlaceholderData}
        />
      )}
    </>
  );
}

type ChoosingProps = { followed: Followed; sections: PackageSection[]; stale: boolean };

function Choosing({ followed, sections, stale }: ChoosingProps) {
  const client = useQueryClient();
  const chapters = chaptersOf(sections);
  const [left, setLeft] = useState<string[]>([]);
  const [small, setSmall] = useState('no');
  const wanted = sections.filter(({ chapter }) => !left.includes(chapter));
  const records = new Set(wanted.flatMap((section) => section.records)).size;
  const working = isWorking(useQuery(packagesQuery).data);
  const make = useMutation({
    mutationFn: () =>
      api.packages.make({
        commandId: newCommandId(),
        ...followed,
        ...(left.length > 0 && { sections: wanted.map(({ key }) => key) }),
        small: small === 'yes',
        language: wordsLanguage(),
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: packagesKey }),
  });
  const why = working ? t('package.working') : wanted.length === 0 ? t('package.chooseFirst') : undefined;
  return (
    <>
      <Card title={t('package.chapters')}>
        <Chapters chapters={chapters} left={left} onChange={setLeft} />
      </Card>
      <Card title={t('package.form')}>
        <Segments
          label={t('package.size')}
          layout="stacked"
          help={t(small === 'yes' ? 'package.smallHelp' : 'package.wholeHelp')}
          value={small}
          options={(['no', 'yes'] as const).map((value) => ({ value, label: t(`package.small_${value}`) }))}
          onChange={setSmall}
        />
        <p className="package-sum" role="status">
          {t('package.sum', { clauses: wanted.length, count: records })}
          {records > 200 && t('package.slow')}
        </p>
        {records === 0 && wanted.length > 0 && <Alert tone="warn">{t('package.noRecords')}</Alert>}
        {make.isError && <Problem error={make.error} />}
        <div className="row package-go">
          <Button look="go" busy={make.isPending || stale} why={why} onPress={() => make.mutate()}>
            {t('package.make')}
          </Button>
          <span className="sub">{t('package.noted')}</span>
        </div>
      </Card>
    </>
  );
}
