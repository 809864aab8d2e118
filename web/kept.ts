import { useSuspenseQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { meQuery } from './queries.ts';

/**
 * What somebody is in the middle of and the server does not have yet, kept in the tab's storage so that a reload, a language switch or an
 * idle logout loses nothing. Kept per person: whoever signs in next in this tab does not find it.
 */
export function useKept<T>(place: string) {
  const person = useSuspenseQuery(meQuery).data.person?.id ?? '';
  const key = `kept ${person} ${place}`;
  const [found] = useState(() => load<T>(key));
  const [full, setFull] = useState(false);
  return {
    /** What was there when the page came up. */
    found,
    /** The browser has no room for it: only saving keeps it. */
    full,
    keep: (value: T) => setFull(!store(key, value)),
    forget: () => sessionStorage.removeItem(key),
  };
}

function load<T>(key: string): T | undefined {
  const text = sessionStorage.getItem(key);
  return text === null ? undefined : (JSON.parse(text) as T);
}

function store(key: string, value: unknown): boolean {
  try {
    sessionStorage.setItem(key, JSON.stringify(value));
    return true;
  } catch (error) {
    if (!(error instanceof DOMException && error.name === 'QuotaExceededError')) throw error;
    sessionStorage.removeItem(key);
    return false;
  }
}
