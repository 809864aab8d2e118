/** When somebody last had a record open on this device, and which version: so that a list can tell what has changed since. */
export type Look = { version: number; at: string };

const key = (person: string, record: string): string => `look ${person} ${record}`;

export function lastLook(person: string | undefined, record: string): Look | undefined {
  const kept = person === undefined ? null : localStorage.getItem(key(person, record));
  return kept ? (JSON.parse(kept) as Look) : undefined;
}

export function rememberLook(person: string | undefined, record: { id: string; version: number }): void {
  if (person === undefined) return;
  const look: Look = { version: record.version, at: new Date().toISOString() };
  localStorage.setItem(key(person, record.id), JSON.stringify(look));
}
