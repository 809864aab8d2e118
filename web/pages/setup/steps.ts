import type { Draft } from './draft.ts';

/** The steps on screen. What the server knows of them comes only when each is sent. */
export const steps = ['organisation', 'packs', 'units', 'people', 'acts', 'finish'] as const;
export type Step = 'welcome' | (typeof steps)[number];
/** How far the server says setting up has come. */
export type Sent = 'start' | 'packs' | 'units' | 'people' | 'acts' | 'finish' | 'done';

/** What every step gets: where to go next, and how far the server is. */
export type StepProps = { go(step: Step): void; sent: Sent };

/** Where to begin, or to go on after closing the page. */
export function firstStep(sent: Sent, draft: Pick<Draft, 'units' | 'people'>): Step {
  if (sent === 'start') return 'welcome';
  if (sent === 'packs') return 'packs';
  if (sent === 'done' || sent === 'finish' || sent === 'acts') return 'finish';
  return sent === 'people' || draft.people.length > 0 ? 'people' : 'units';
}

/** Whether a step may be looked at: what comes before is done, and what was sent cannot be typed again. */
export function isOpen(step: Step, sent: Sent, draft: Pick<Draft, 'units' | 'people'>): boolean {
  switch (step) {
    case 'welcome':
    case 'organisation':
      return sent === 'start';
    case 'packs':
      return sent === 'packs' || sent === 'units';
    case 'units':
      return sent === 'units';
    case 'people':
      return sent === 'people' || (sent === 'units' && draft.units.length > 0);
    case 'acts':
      return (sent === 'units' || sent === 'people') && draft.people.some((person) => person.name.trim());
    case 'finish':
      return sent === 'acts' || sent === 'finish' || sent === 'done';
    default:
      return step satisfies never;
  }
}
