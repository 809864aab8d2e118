import './toast.css';
import { useSyncExternalStore } from 'react';
import { t } from '../language.ts';
import { Button } from './button.tsx';
import { Icon } from './icons.tsx';

type Toast = { id: number; text: string; tone: 'ok' | 'bad' };
let toasts: Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

/** Tells, politely and for a while, that something was done (or, in red and until closed, that it was not). */
export function tell(text: string, tone: 'ok' | 'bad' = 'ok'): void {
  last += 1;
  const id = last;
  show([...toasts, { id, text, tone }]);
  if (tone === 'ok') setTimeout(() => drop(id), 5000);
}

const drop = (id: number) => show(toasts.filter((toast) => toast.id !== id));

function show(next: Toast[]): void {
  toasts = next;
  for (const watcher of watchers) watcher();
}

/** Where they appear; drawn once, by the shell. */
export function Toasts() {
  const list = useSyncExternalStore(
    (changed) => {
      watchers.add(changed);
      return () => watchers.delete(changed);
    },
    () => toasts,
  );
  return (
    <div className="toasts" aria-live="polite" role="log" aria-label={t('common.messages')}>
      {list.map((toast) => (
        <div key={toast.id} className={`toast ${toast.tone}`}>
          {toast.text}
          <Button look="icon" aria-label={t('common.close')} onPress={() => drop(toast.id)}>
            <Icon name="close" size={15} />
          </Button>
        </div>
      ))}
    </div>
  );
}
