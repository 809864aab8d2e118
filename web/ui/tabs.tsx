import './tabs.css';
import type { ReactNode } from 'react';

/** One of several ways to look at the same thing; arrow keys are not needed because each is an ordinary pressed button. */
export function Switcher<Key extends string>({
  label,
  value,
  options,
  onChange,
}: {
  label: string;
  value: Key;
  options: { id: Key; label: ReactNode }[];
  onChange(to: Key): void;
}) {
  return (
    <fieldset className="switcher" aria-label={label}>
      {options.map((option) => (
        <button key={option.id} type="button" aria-pressed={option.id === value} onClick={() => onChange(option.id)}>
          {option.label}
        </button>
      ))}
    </fieldset>
  );
}
