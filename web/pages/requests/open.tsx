import './page.css';
import { useMutation, useQuery, useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import type { TypeView } from '../../../src/http/contract/work.ts';
import type { SectionView } from '../../../src/runtime/views.ts';
import { api, newCommandId, refusalsOf } from '../../api.ts';
import { comma, say, t } from '../../language.ts';
import { meQuery, queryClient, typeQuery } from '../../queries.ts';
import { ClauseCard } from '../../record/clauses.tsx';
import { useDraft } from '../../record/draft.ts';
import { Sections } from '../../record/sections.tsx';
import { Alert, Problem, Skeleton } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';

const route = getRouteApi('/in/requests/$type');

/** A new record: the fields of its first state. Opening it keeps it as a draft; its checks are then shown before it is handed in. */
export default function OpenPage() {
  const { type } = route.useParams();
  const view = useQuery(typeQuery(type));
  if (view.isError) return <Problem error={view.error} retry={() => view.refetch()} />;
  if (view.isPending) return <Skeleton lines={10} />;
  return <OpenForm key={type} type={view.data} />;
}

function OpenForm({ type }: { type: TypeView }) {
  const { prefill = {}, origin } = route.useSearch();
  const navigate = useNavigate();
  const me = useSuspenseQuery(meQuery).data;
  const { draft, set, clear } = useDraft(`new ${type.type}`, {});
  const open = useMutation({
    mutationFn: () =>
      api.records.open({
        commandId: newCommandId(),
        type: type.type,
        values: { ...prefill, ...draft.values },
        ...(me.person && { unit: me.person.unit.id }),
        ...(origin && { origin }),
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
      {!type.mayOpen && <Alert tone="warn">{type.why ? say(type.why) : t('open.mayNot')}</Alert>}
      <Sections
        sections={first}
        values={prefill}
        names={{ ...type.names, ...draft.names }}
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
      {open.isError && <Problem error={open.error} />}
      <div className="form-end">
        <Link to={type.role === 'register' ? '/registers' : '/requests'} className="button">
          {t('common.cancel')}
        </Link>
        <Button look="go" type="submit" busy={open.isPending} why={type.mayOpen ? undefined : t('open.mayNot')}>
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
