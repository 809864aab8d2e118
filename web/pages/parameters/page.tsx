import './page.css';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useRouterState } from '@tanstack/react-router';
import { useDeferredValue, useEffect, useState } from 'react';
import type { ParameterView } from '../../../src/runtime/views.ts';
import { t } from '../../language.ts';
import { Card, Empty, Problem, Skeleton } from '../../ui/bits.tsx';
import { TextControl } from '../../ui/field.tsx';
import { Switcher } from '../../ui/tabs.tsx';
import { EditParameter } from './edit.tsx';
import { demands } from './judge.ts';
import { parametersQuery } from './queries.ts';
import { ParameterTable } from './table.tsx';

type Scope = 'set' | 'own' | 'all';

/** Every number and cadence of the procedures, its value in force and who set it. */
export default function ParametersPage() {
  const parameters = useQuery(parametersQuery);
  return (
    <>
      <header className="page-head">
        <div>
          <h1>{t('nav.parameters')}</h1>
          <div className="sub">{t('parameter.text')}</div>
        </div>
      </header>
      {parameters.isPending && <Skeleton lines={12} />}
      {parameters.isError && <Problem error={parameters.error} retry={() => parameters.refetch()} />}
      {parameters.data && <Parameters all={parameters.data} />}
    </>
  );
}

function Parameters({ all }: { all: ParameterView[] }) {
  const named = useRouterState({ select: (state) => decodeURIComponent(state.location.hash) });
  const navigate = useNavigate();
  const [scope, setScope] = useState<Scope>(() => startScope(all, named));
  const [words, setWords] = useState('');
  const [editing, setEditing] = useState<string>();
  const sought = useDeferredValue(words).trim().toLowerCase();
  const shown = all.filter((each) => inScope(each, scope) && matches(each, sought));
  const edited = all.find((each) => each.name === editing);
  const count = (of: Scope) => all.filter((each) => inScope(each, of)).length;
  // biome-ignore lint/correctness/useExhaustiveDependencies: only on arrival at a named parameter
  useEffect(() => {
    if (named) document.getElementById(named)?.scrollIntoView({ block: 'center' });
  }, []);
  return (
    <>
      <Strictest />
      <Card>
        <div className="parameter-filters">
          <Switcher<Scope>
            label={t('parameter.scope')}
            value={scope}
            options={(['set', 'own', 'all'] as const).map((id) => ({
              id,
              label: `${t(`parameter.scope_${id}`)} ${count(id)}`,
            }))}
            onChange={setScope}
          />
          <TextControl
            label={t('parameter.search')}
            layout="bare"
            placeholder={t('parameter.search')}
            type="search"
            value={words}
            onChange={setWords}
          />
        </div>
        {shown.length === 0 ? (
          <Empty title={t('parameter.noneTitle')}>{t('parameter.noneText')}</Empty>
        ) : (
          <ParameterTable parameters={shown} named={named} onEdit={setEditing} />
        )}
      </Card>
      {edited && (
        <EditParameter
          parameter={edited}
          onClose={() => {
            setEditing(undefined);
            void navigate({ to: '.', hash: edited.name, replace: true, resetScroll: false });
          }}
        />
      )}
    </>
  );
}

/** The one rule that explains every row, told once. */
function Strictest() {
  return (
    <section className="strictest">
      <h2>{t('parameter.strictestTitle')}</h2>
      <p>{t('parameter.strictestText')}</p>
    </section>
  );
}

function inScope(parameter: ParameterView, scope: Scope): boolean {
  if (scope === 'own') return parameter.setBy?.organisation === true;
  if (scope === 'set') return demands(parameter).length > 0 || parameter.setBy?.organisation === true;
  return true;
}

function startScope(all: ParameterView[], named: string): Scope {
  const found = all.find((each) => each.name === named);
  return (found && !inScope(found, 'set')) || !all.some((each) => inScope(each, 'set')) ? 'all' : 'set';
}

const matches = (parameter: ParameterView, words: string): boolean =>
  [parameter.name, parameter.label.zh, parameter.label.en, ...parameter.values.map((v) => v.clause ?? '')].some(
    (text) => text.toLowerCase().includes(words),
  );
