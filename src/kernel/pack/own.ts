/** Reads a map by a name a pack wrote: `constructor` is a name like any other. */
export function own<T>(map: Record<string, T> | undefined, name: string): T | undefined {
  return map && Object.hasOwn(map, name) ? map[name] : undefined;
}
