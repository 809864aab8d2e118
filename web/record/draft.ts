import { useEffect, useState } from 'react';
import type { Value, Values } from '../../src/kernel/engine/types.ts';

/**
 * What somebody has typed and not yet saved. Kept in the tab's storage, so that a reload, a language switch or an idle
 * logout loses nothing; the ledger only ever sees what is saved deliberately.
 */
export type Draft = {
  values: Values;
  /** What each touched field held when it was first touched; somebody else's change shows as a difference from it. */
  base: Values;
  names: Record<string, string>;
};

const none: Draft = { values: {}, base: {}, names: {} };

/** Puts a value into the draft; back to what is saved removes it again. */
export function touch(draft: Draft, saved: Values, field: string, value: Value): Draft {
  const base = field in draft.base ? draft.base : withValue(draft.base, field, saved[field]);
  if (same(value, saved[field] ?? '')) return forget(draft, field);
  return { ...draft, base, values: { ...draft.values, [field]: value } };
}

/** Touched fields that somebody else has meanwhile saved differently. */
export function conflicts(draft: Draft, saved: Values): string[] {
  return Object.keys(draft.values).filter(
    (field) => !same(saved[field], draft.base[field]) && !same(saved[field], draft.values[field]),
  );
}

/** Settles one conflict: `mine` overwrites on the next save, `theirs` gives mine up. */
export function settle(draft: Draft, saved: Values, field: string, whose: 'mine' | 'theirs'): Draft {
  return whose === 'theirs' ? forget(draft, field) : { ...draft, base: withValue(draft.base, field, saved[field]) };
}

/** After saving: what was written is no draft any more; what was typed or finished uploading meanwhile still is. */
export function afterSaving(draft: Draft, written: Values): Draft {
  let left = draft;
  for (const [field, value] of Object.entries(written)) {
    const done = same(left.values[field], value);
    left = done ? forget(left, field) : { ...left, base: withValue(left.base, field, value) };
  }
  return left;
}

export const isEmpty = (draft: Draft): boolean => Object.keys(draft.values).length === 0;

/** The draft of one record (or of one form not opened yet), kept under its key. */
export function useDraft(key: string, saved: Values) {
  const [draft, setDraft] = useState(() => load(key));
  useEffect(() => store(key, draft), [key, draft]);
  return {
    draft,
    values: { ...saved, ...draft.values } as Values,
    set: (field: string, value: Value, named?: [string, string]) =>
      setDraft((old) => {
        const next = touch(old, saved, field, value);
        return named ? { ...next, names: { ...next.names, [named[0]]: named[1] } } : next;
      }),
    settle: (field: string, whose: 'mine' | 'theirs') => setDraft((old) => settle(old, saved, field, whose)),
    wrote: (written: Values) => setDraft((old) => afterSaving(old, written)),
    clear: () => setDraft(none),
  };
}

function forget(draft: Draft, field: string): Draft {
  const { [field]: _value, ...values } = draft.values;
  const { [field]: _base, ...base } = draft.base;
  return { ...draft, values, base };
}

function withValue(values: Values, field: string, value: Value | undefined): Values {
  if (value === undefined) return values;
  return { ...values, [field]: value };
}

function same(left: Value | undefined, right: Value | undefined): boolean {
  return JSON.stringify(ordered(left ?? '')) === JSON.stringify(ordered(right ?? ''));
}

function ordered(value: Value): unknown {
  if (Array.isArray(value)) return value.map(ordered);
  if (typeof value !== 'object') return value;
  return Object.entries(value)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, each]) => [name, ordered(each)]);
}

function load(key: string): Draft {
  const kept = sessionStorage.getItem(`draft ${key}`);
  return kept ? (JSON.parse(kept) as Draft) : none;
}

function store(key: string, draft: Draft): void {
  if (isEmpty(draft)) sessionStorage.removeItem(`draft ${key}`);
  else sessionStorage.setItem(`draft ${key}`, JSON.stringify(draft));
}
