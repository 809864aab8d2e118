import { useEffect } from 'react';
import type { Changed, Progress } from '../src/http/contract.ts';
import { progressKey, queryClient } from './queries.ts';

/** Keeps what is on screen current: the server names what changed, and only that is asked again. */
export function useLive(signedIn: boolean): void {
  useEffect(() => {
    if (!signedIn) return;
    const stream = new EventSource('/api/v1/stream');
    let lost = false;
    stream.onerror = () => (lost = true);
    stream.onopen = () => {
      if (lost) void queryClient.invalidateQueries(); // what happened meanwhile was not told
      lost = false;
    };
    stream.addEventListener('changed', (event) => refresh(JSON.parse(event.data) as Changed));
    stream.addEventListener('working', (event) => {
      const { record, ...progress } = JSON.parse(event.data) as Progress;
      queryClient.setQueryData(progressKey(record), progress);
    });
    return () => stream.close();
  }, [signedIn]);
}

function refresh(changed: Changed): void {
  const stale = (...key: string[]) => void queryClient.invalidateQueries({ queryKey: key });
  for (const id of changed.records) stale('records', id);
  if (changed.records.length > 0) stale('records', 'list');
  if (changed.tasks) stale('tasks');
  if (changed.notices) stale('notices');
  if (changed.tasks || changed.notices) stale('me');
}
