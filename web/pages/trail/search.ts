/** What the address of the ledger page may ask for; anything else in it is dropped. */
export type TrailSearch = {
  stream?: string;
  type?: string;
  person?: string;
  from?: string;
  until?: string;
  after?: string;
};

const words = ['stream', 'type', 'person', 'after'] as const;
const days = ['from', 'until'] as const;

export function trailSearch(search: Record<string, unknown>): TrailSearch {
  const found: TrailSearch = {};
  for (const key of words) {
    const value = search[key];
    if (typeof value === 'number') found[key] = String(value);
    if (typeof value === 'string' && value.length > 0 && value.length <= 100) found[key] = value;
  }
  for (const key of days) {
    const value = search[key];
    if (typeof value === 'string' && /^\d{4}-\d\d-\d\d$/.test(value)) found[key] = value;
  }
  return found;
}
