import './lights.css';
import type { ClauseView, ProcedureView } from '../../../src/runtime/views.ts';
import { t } from '../../language.ts';
import { Pill, type Tone } from '../../ui/bits.tsx';

export type Light = ClauseView['light'];
export const lights: Light[] = ['ok', 'partial', 'late', 'off'];
const tones: Record<Light, Tone> = { ok: 'ok', partial: 'warn', late: 'bad', off: 'plain' };

/** The evidence beside a clause: a shape as well as a colour, and its name for those who see neither. */
export function LightDot({ light }: { light: Light }) {
  return (
    <span className={`light-dot ${light}`}>
      <span className="visually-hidden">{t(`clause.light_${light}`)}</span>
    </span>
  );
}

export function LightPill({ light }: { light: Light }) {
  return <Pill tone={tones[light]}>{t(`clause.light_${light}`)}</Pill>;
}

/** How many clauses have which light; pressing one shows only those. */
export function LightFilter({
  counts,
  value,
  onChange,
}: {
  counts: ProcedureView['counts'];
  value: Light[];
  onChange(next: Light[]): void;
}) {
  const open = value.length === 2 && value.includes('late') && value.includes('partial');
  return (
    <fieldset className="light-filter" aria-label={t('clause.filter')}>
      {lights.map((light) => (
        <button
          key={light}
          type="button"
          className={`pill ${tones[light]}`}
          aria-pressed={value.includes(light)}
          onClick={() => onChange(value.includes(light) ? value.filter((each) => each !== light) : [...value, light])}
        >
          <LightDot light={light} />
          <span aria-hidden="true">{t(`clause.light_${light}`)}</span> {counts[light]}
        </button>
      ))}
      <button
        type="button"
        className="pill only"
        aria-pressed={open}
        onClick={() => onChange(open ? [] : ['late', 'partial'])}
      >
        {t('clause.onlyOpen')}
      </button>
    </fieldset>
  );
}

/** The same four numbers as one bar. */
export function LightBar({ counts }: { counts: ProcedureView['counts'] }) {
  const words = t('light.summary', counts);
  return (
    <div className="light-bar" role="img" aria-label={words} title={words}>
      {lights.map(
        (light) => counts[light] > 0 && <i key={light} className={light} style={{ flexGrow: counts[light] }} />,
      )}
    </div>
  );
}

export function tally(clauses: { light: Light }[]): ProcedureView['counts'] {
  const counts = { ok: 0, partial: 0, late: 0, off: 0 };
  for (const { light } of clauses) counts[light] += 1;
  return counts;
}
