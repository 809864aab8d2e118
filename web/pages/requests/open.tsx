import './page.css';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { useState } from 'react';
import type { CopyView, TypeView } from '../../../src/http/contract/work.ts';
import type { SectionView } from '../../../src/runtime/views.ts';
import { api, newCommandId, refusalsOf } from '../../api.ts';
import { comma, say, t } from '../../language.ts';
import { copyQuery, meQuery, queryClient, typeQuery } from '../../queries.ts';
import { type Afterwards, afterwards, BackfillFields } from '../../record/backfill.tsx';
import { ClauseCard } from '../../record/clauses.tsx';
import { useDraft } from '../../record/draft.ts';
import { Sections } from '../../record/sections.tsx';
import { persons } from '../../record/sources.ts';
import { Alert, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { PickerControl } from '../../ui/picker.tsx';

const route = getRouteApi('/in/requests/$type');

/** A new record: the fields of its first state. Opening it keeps it as a draft; its checks are then shown before it is handed in. */
export default function OpenPage() {
  const { type } = route.useParams();
  const view = useQuery(typeQuery(type));
  const { copies } = route.useSearch();
  const copy = useQuery({ ...copyQuery(copies ?? ''), enabled: copies !== undefined });
  if (view.isError) return <Problem error={view.error} retry={() => view.refetch()} />;
  if (copy.isError) return <Problem error={copy.error} retry={() => copy.refetch()} />;
  if (view.isPending || (copies !== undefined && copy.isPending)) return <Skeleton lines={10} />;
  return <OpenForm key={type + (copies ?? '')} type={view.data} copy={copy.data} />;
}

function OpenForm({ type, copy }: { type: TypeView; copy: CopyView | undefined }) {
  const { prefill: given = {}, origin } = route.useSearch();
  const prefill = copy ? copy.values : given;
  const [owner, setOwner] = useState<{ id: string; name: string }>();
  const [earlier, setEarlier] = useState<Afterwards>();
  const { backfill, missing } = afterwards(earlier);
  const navigate = useNavigate();
  const me = useSuspenseQuery(meQuery).data;
  const { draft, set, clear } = useDraft(`new ${type.type}${copy ? ` from ${copy.from.id}` : ''}`, {});
  const open = useMutation({
    mutationFn: () =>
      api.records.open({
        commandId: newCommandId(),
        type: type.type,
        values: { ...prefill, ...draft.values },
        ...(me.person && !owner && { unit: me.person.unit.id }),
        ...(origin && { origin }),
        ...(copy && { copies: copy.from.id }),
        ...(owner && { owner: owner.id }),
        ...(backfill && { backfill }),
      }),
    onSuccess: async ({ id }) => {
      clear();
      void queryClient.invalidateQueries({ queryKey: ['records', 'list'] });
      await navigate({ to: '/records/$id', params: { id } });
    },
  });
  const refused = refusalsOf(open.error) ?? [];
  const first = firstSections(type.sections);
  return (
    <form
      className="open-form stack"
      onSubmit={(event) => {
        event.preventDefault();
        open.mutate();
      }}
    >
      <header>
        <div className="sub">
          {type.role === 'register' ? (
            <Link to="/registers">{t('nav.registers')}</Link>
          ) : (
            <Link to="/requests">{t('requests.title')}</Link>
          )}{' '}
          ／
        </div>
        <h1>{say(type.label)}</h1>
        {type.purpose && <p className="sub">{say(type.purpose)}</p>}
        {type.stages.length > 0 && (
          <p className="sub">{t('open.stages', { stages: type.stages.map(say).join(' → ') })}</p>
        )}
      </header>
      {!type.mayOpen && !owner && <Alert tone="warn">{type.why ? say(type.why) : t('open.mayNot')}</Alert>}
      {copy && (
        <Alert>
          <strong>{t('copy.from', { number: copy.from.number })}</strong>
          <div>{t('copy.left', { fields: copy.left.map(say).join(comma()) || '—' })}</div>
        </Alert>
      )}
      <Sections
        sections={first}
        values={prefill}
        names={{ ...type.names, ...copy?.names, ...draft.names }}
        editing={{
          draft,
          set: (field) => (value, named) => set(field, value, named),
          conflicts: [],
          settle: () => {},
          refused,
          next: undefined,
        }}
      />
      {first.length < type.sections.length && (
        <p className="sub">
          {t('open.later', {
            sections: type.sections
              .filter((section) => !first.includes(section))
              .map((section) => say(section.label))
              .join(comma()),
          })}
        </p>
      )}
      <details className="open-otherwise" open={owner !== undefined || earlier !== undefined}>
        <summary>{t('open.otherwise')}</summary>
        {type.role === 'form' && (
          <PickerControl
            label={t('open.owner')}
            help={t('open.ownerHelp')}
            source={persons}
            value={owner?.id ?? ''}
            name={owner?.name ?? ''}
            onChange={(id, name) => setOwner(id ? { id, name } : undefined)}
          />
        )}
        <BackfillFields value={earlier} onChange={setEarlier} />
      </details>
      {open.isError && <Problem error={open.error} />}
      <div className="form-end">
        <Link to={type.role === 'register' ? '/registers' : '/requests'} className="button">
          {t('common.cancel')}
        </Link>
        <Button look="go" type="submit" busy={open.isPending} why={type.mayOpen || owner ? missing : t('open.mayNot')}>
          {t(type.role === 'register' ? 'open.enter' : 'open.open')}
        </Button>
      </div>
      <p className="faint">{t('open.keeps')}</p>
      <ClauseCard clauses={type.clauseList} />
    </form>
  );
}

/** What must be known to open at all; the rest follows on the record, where only what applies to this case is shown. */
function firstSections(sections: SectionView[]): SectionView[] {
  const needed = sections.filter((section) =>
    section.fields.some((field) => field.required.includes('*') && !field.hidden),
  );
  return needed.length > 0 ? needed : sections.slice(0, 1);
}
