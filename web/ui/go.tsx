import './go.css';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useCitation } from '../citations.ts';
import { say, t } from '../language.ts';
import { clauseNumbersQuery } from '../queries.ts';

/**
 * Where a remedy leads: `field.x` and `action.x` on this page, `type.open` and `type.list` elsewhere, `scans.import`.
 * Draws its label as the way there.
 */
export function Remedy({
  go,
  label,
  onAction,
}: {
  go: string;
  label: string;
  onAction?: ((action: string) => void) | undefined;
}): ReactNode {
  const [first = '', second = ''] = go.split('.');
  if (first === 'field') return <Jump label={label} to={() => showField(second)} />;
  if (first === 'action') return onAction ? <Jump label={label} to={() => onAction(second)} /> : label;
  if (second === 'open') {
    return (
      <Link to="/requests/$type" params={{ type: first }}>
        {label}
      </Link>
    );
  }
  if (second === 'import' && first === 'scans') return <Link to="/import/scan">{label}</Link>;
  if (second !== 'list') return label;
  return (
    <Link to="/lists/$type" params={{ type: first === 'findings' ? 'finding' : first }}>
      {label}
    </Link>
  );
}

/** Scrolls to a field and puts the cursor into its control. */
export function showField(name: string): void {
  const field = document.getElementById(`field.${name}`);
  field?.scrollIntoView({ behavior: 'smooth', block: 'center' });
  const controls = 'input, textarea, button, [tabindex]';
  const control = field?.matches(controls) ? field : field?.querySelector<HTMLElement>(controls);
  control?.focus({ preventScroll: true });
}

function Jump({ label, to }: { label: string; to(): void }) {
  return (
    <button type="button" className="link" onClick={to}>
      {label}
    </button>
  );
}

/**
 * To the clause, called as the organisation's own procedure numbers it, with our number on hover; where nothing is mapped, by the
 * number of the pack.
 */
export function ClauseLink({ id, label }: { id: string; label?: string | undefined }) {
  const pack = id.split('.')[0] ?? id;
  const ours = useOurNumber(id, label);
  const own = useCitation(id)?.[0];
  if (own) {
    return (
      <Link
        className="clause-link"
        to="/procedure/texts/$text"
        params={{ text: own.text }}
        hash={own.clause}
        title={t('clause.cited', { title: own.title, cite: own.cite, ours })}
      >
        {own.cite}
      </Link>
    );
  }
  return (
    <Link className="clause-link" to="/procedure/$pack" params={{ pack }} hash={id}>
      {ours}
    </Link>
  );
}

/** How a pack numbers a clause, with whose number it is where the pack has no paper behind it; `ref` where that is known already. */
export function useOurNumber(id: string, ref?: string | undefined): string {
  const numbers = useQuery({ ...clauseNumbersQuery(id.split('.')[0] ?? id), enabled: ref === undefined });
  const named = numbers.data?.get(id);
  return ref ?? (named ? say(named) : id);
}
