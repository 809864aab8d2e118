import { useMutation, useQuery } from '@tanstack/react-query';
import type { ParameterView } from '../../../src/runtime/views.ts';
import { api, newCommandId } from '../../api.ts';
import { say, t } from '../../language.ts';
import { queryClient } from '../../queries.ts';
import { Card, Problem, Skeleton } from '../../ui/bits.tsx';
import { demands } from '../parameters/judge.ts';
import { Demands } from '../parameters/table.tsx';
import { labelOf, showValue } from '../parameters/value.ts';
import { type Kind, useDraft } from './draft.ts';
import { StepFoot, StepHead } from './frame.tsx';
import type { StepProps } from './steps.ts';

const usual: Record<Exclude<Kind, ''>, string> = {
  agency: 'xiluo',
  school: 'twvs',
  company: 'dahe',
  operator: 'mobile4g',
  city: 'taoyuan',
};

/** The procedures to run. Several may be chosen; what results from the strictest of each is shown before going on. */
export function Packs({ go, sent }: StepProps) {
  const [draft, change] = useDraft();
  const packs = useQuery({ queryKey: ['setup', 'packs'], queryFn: () => api.setup.packs() });
  const offered = (packs.data ?? []).filter(({ name }) => !packs.data?.some((other) => other.uses.includes(name)));
  const adopt = useMutation({
    mutationFn: (names: string[]) =>
      api.setup.adopt({ commandId: newCommandId(), packs: names.map((name) => ({ name })) }),
    onSuccess: (_done, names) => {
      change({ made: { ...draft.made, packs: names } });
      return queryClient.invalidateQueries({ queryKey: ['setup'], exact: true });
    },
  });
  const suggested = draft.kind ? usual[draft.kind] : '';
  const chosen = draft.packs.length > 0 ? draft.packs : offered.map(({ name }) => name).filter((n) => n === suggested);
  const toggle = (name: string) => {
    adopt.reset();
    change({ packs: chosen.includes(name) ? chosen.filter((each) => each !== name) : [...chosen, name] });
  };
  const adopted = sent !== 'packs' && [...(draft.made.packs ?? [])].sort().join() === [...chosen].sort().join();
  return (
    <>
      <StepHead title={t('setup.step_packs')}>{t('setup.packsText')}</StepHead>
      {packs.isPending && <Skeleton lines={8} />}
      {packs.isError && <Problem error={packs.error} retry={() => packs.refetch()} />}
      <ul className="pack-cards">
        {offered.map((pack) => (
          <li key={pack.name}>
            <label className={chosen.includes(pack.name) ? 'card on' : 'card'}>
              <input type="checkbox" checked={chosen.includes(pack.name)} onChange={() => toggle(pack.name)} />
              <span>
                <strong>{say(pack.title)}</strong>
                <span className="sub">
                  {pack.audience && `${say(pack.audience)} · `}
                  {t('setup.packSize', { clauses: pack.clauses, forms: pack.forms })}
                </span>
                {pack.name === suggested && <span className="suggested">{t('setup.suggested')}</span>}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {adopt.isError && <Problem error={adopt.error} />}
      {adopt.data && <Outcome clauses={adopt.data.clauses} types={adopt.data.types} values={adopt.data.parameters} />}
      <StepFoot
        next={adopted ? t('setup.next') : t('setup.adopt')}
        busy={adopt.isPending}
        why={chosen.length === 0 ? t('setup.packFirst') : undefined}
        onNext={() => {
          change({ packs: chosen });
          if (adopted) go('units');
          else adopt.mutate(chosen);
        }}
      />
    </>
  );
}

function Outcome({ clauses, types, values }: { clauses: number; types: number; values: ParameterView[] }) {
  const contested = values.filter((value) => demands(value).length > 1);
  const shown = (contested.length > 0 ? contested : values).slice(0, 8);
  return (
    <Card title={t('setup.outcome', { clauses, types })}>
      <p className="sub">{t('parameter.strictestText')}</p>
      <table className="data cards">
        <thead>
          <tr>
            <th>{t('parameter.name')}</th>
            <th>{t('parameter.value')}</th>
            <th>{t('parameter.demands')}</th>
          </tr>
        </thead>
        <tbody>
          {shown.map((value) => (
            <tr key={value.name}>
              <td>{labelOf(value)}</td>
              <td>
                <b>{showValue(value.value, value.unit)}</b>
              </td>
              <td>
                <Demands parameter={value} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      {values.length > shown.length && (
        <p className="faint">{t('setup.moreValues', { count: values.length - shown.length })}</p>
      )}
    </Card>
  );
}
