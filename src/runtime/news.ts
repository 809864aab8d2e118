import type { News, Working } from './parts.ts';

/** What changed, or how far something has come. */
type Heard = { records: string[]; tasks: boolean; notices: string[]; working?: Omit<Working, 'organisation'> };

/** Passes what a committed group changed, and what is under way, to whoever listens in this process. */
export function newsRoom() {
  const listeners = new Map<string, Set<(news: Heard) => void>>();
  return {
    tell({ organisation, records, tasks, notices, eventTypes }: News): void {
      if (eventTypes.has('checkpoint')) return; // every second, and nothing a page shows is other than before
      for (const hear of listeners.get(organisation) ?? []) hear({ records, tasks, notices });
    },
    working({ organisation, ...working }: Working): void {
      for (const hear of listeners.get(organisation) ?? []) hear({ records: [], tasks: false, notices: [], working });
    },
    listening: (organisation: string): number => listeners.get(organisation)?.size ?? 0,
    listen(organisation: string, hear: (news: Heard) => void): () => void {
      const own = listeners.get(organisation) ?? new Set();
      listeners.set(organisation, own.add(hear));
      return () => own.delete(hear);
    },
  };
}
