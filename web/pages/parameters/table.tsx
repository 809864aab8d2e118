import type { ParameterView } from '../../../src/runtime/views.ts';
import { t } from '../../language.ts';
import { Pill } from '../../ui/bits.tsx';
import { Button } from '../../ui/button.tsx';
import { ClauseLink } from '../../ui/go.tsx';
import { demands, isStrictest } from './judge.ts';
import { labelOf, showValue } from './value.ts';

type Props = { parameters: ParameterView[]; named: string; onEdit(name: string): void };

export function ParameterTable({ parameters, named, onEdit }: Props) {
  return (
    <div className="scroll-x">
      <table className="data cards parameters">
        <thead>
          <tr>
            <th>{t('parameter.name')}</th>
            <th>{t('parameter.value')}</th>
            <th>{t('parameter.setBy')}</th>
            <th>{t('parameter.demands')}</th>
            <th>
              <span className="visually-hidden">{t('parameter.edit')}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {parameters.map((parameter) => (
            <tr key={parameter.name} id={parameter.name} className={rowClass(parameter, named)}>
              <td>
                {labelOf(parameter)}
                <div className="faint">{t(`parameter.direction_${directionOf(parameter)}`)}</div>
              </td>
              <td>
                <strong className="value">{showValue(parameter.value, parameter.unit)}</strong>
              </td>
              <td data-label={t('parameter.setBy')}>
                <SetBy parameter={parameter} />
              </td>
              <td data-label={t('parameter.demands')}>
                <Demands parameter={parameter} />
              </td>
              <td className="num">
                <Button
                  look="quiet"
                  aria-label={t('parameter.editNamed', { name: labelOf(parameter) })}
                  onPress={() => onEdit(parameter.name)}
                >
                  {t('parameter.edit')}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

const rowClass = (parameter: ParameterView, named: string): string =>
  [parameter.setBy?.organisation && 'own', parameter.name === named && 'named'].filter(Boolean).join(' ');

export function directionOf({ stricter }: ParameterView): 'lower' | 'higher' | 'fewer' | 'more' | 'none' {
  return stricter === 'lower' || stricter === 'higher' || stricter === 'fewer' || stricter === 'more'
    ? stricter
    : 'none';
}

function SetBy({ parameter: { setBy } }: { parameter: ParameterView }) {
  if (!setBy) return <span className="sub">{t('parameter.default')}</span>;
  if (setBy.organisation) return <Pill tone="info">{t('parameter.own')}</Pill>;
  return setBy.clause ? <ClauseLink id={setBy.clause} /> : <span className="sub">{setBy.pack}</span>;
}

/** What each procedure asks; the one nothing beats is marked. */
export function Demands({ parameter }: { parameter: ParameterView }) {
  const asked = demands(parameter);
  if (asked.length === 0) return <span className="faint">—</span>;
  return (
    <ul className="demands">
      {asked.map((demand) => {
        const strictest = isStrictest(parameter, demand.value);
        return (
          <li key={demand.from} className={strictest ? 'strictest-value' : ''}>
            <b>{showValue(demand.value, parameter.unit)}</b>{' '}
            {demand.clause ? <ClauseLink id={demand.clause} /> : <span className="faint">{demand.from}</span>}
            {strictest && asked.length > 1 && <span className="faint"> {t('parameter.strictest')}</span>}
          </li>
        );
      })}
    </ul>
  );
}
