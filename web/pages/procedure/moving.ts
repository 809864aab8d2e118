import { useEffect, useSyncExternalStore } from 'react';

const narrow = matchMedia('(max-width: 960px)');

/** Whether there is no room for a panel beside the document. */
export const useNarrow = (): boolean =>
  useSyncExternalStore(
    (changed) => {
      narrow.addEventListener('change', changed);
      return () => narrow.removeEventListener('change', changed);
    },
    () => narrow.matches,
  );

/** `j` and `k` walk through the clauses shown, as in a mail reader; never while somebody is writing. */
export function useWalk(shown: { id: string }[], chosen: string, go: (id: string) => void): void {
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const step = event.key === 'j' ? 1 : event.key === 'k' ? -1 : 0;
      if (step === 0 || event.ctrlKey || event.metaKey || event.altKey || isWriting(event.target)) return;
      const at = shown.findIndex((clause) => clause.id === chosen);
      const next = shown[at < 0 ? 0 : Math.min(shown.length - 1, Math.max(0, at + step))];
      if (!next) return;
      event.preventDefault();
      go(next.id);
      document.getElementById(next.id)?.scrollIntoView({ block: 'nearest' });
    };
    addEventListener('keydown', press);
    return () => removeEventListener('keydown', press);
  }, [shown, chosen, go]);
}

/** A page opened at one clause shows that clause, once it is drawn. */
export function useArrival(chosen: string): void {
  // biome-ignore lint/correctness/useExhaustiveDependencies: only on arrival; later choices are made by hand, in sight
  useEffect(() => {
    if (chosen) document.getElementById(chosen)?.scrollIntoView({ block: 'center' });
  }, []);
}

const isWriting = (target: EventTarget | null): boolean =>
  target instanceof Element &&
  target.closest('input, textarea, [contenteditable], [role="spinbutton"], [role="dialog"]') !== null;
