import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';

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
  onAction(action: string): void;
}): ReactNode {
  const [first = '', second = ''] = go.split('.');
  if (first === 'field') return <Jump label={label} to={() => showField(second)} />;
  if (first === 'action') return <Jump label={label} to={() => onAction(second)} />;
  if (second === 'open') {
    return (
      <Link to="/requests/$type" params={{ type: first }}>
        {label}
      </Link>
    );
  }
  if (second === 'import' && first === 'scans') return <a href="/import/scan">{label}</a>;
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

export function ClauseLink({ id, label }: { id: string; label?: string | undefined }) {
  return (
    <a className="clause-link" href={`/procedure/${id.split('.')[0]}#${id}`}>
      {label ?? id}
    </a>
  );
}
