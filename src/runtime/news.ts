import type { News } from './parts.ts';

type Heard = { records: string[]; tasks: boolean; notices: string[] };

/** Passes what a committed group changed to whoever listens in this process. */
export function newsRoom() {
  const listeners = new Map<string, Set<(news: Heard) => void>>();
  return {
    tell({ organisation, records, tasks, notices }: News): void {
      for (const hear of listeners.get(organisation) ?? []) hear({ records, tasks, notices });
    },
    listen(organisation: string, hear: (news: Heard) => void): () => void {
      const own = listeners.get(organisation) ?? new Set();
      listeners.set(organisation, own.add(hear));
      return () => own.delete(hear);
    },
  };
}
