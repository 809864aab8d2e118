/** A unit as far as it matters who stands for it once it has ended. */
type Dated = { id: string; under?: string; until?: string; successor?: string };

/** From a unit's id to the unit that stands for it on that day. */
export function successors(units: readonly Dated[], day: string): (unit: string) => string {
  const known = new Map(units.map((unit) => [unit.id, unit]));
  return (id) => {
    const seen = new Set<string>();
    let unit = known.get(id);
    while (unit?.successor !== undefined && (unit.until ?? day) < day && !seen.has(unit.id)) {
      seen.add(unit.id);
      unit = known.get(unit.successor);
    }
    return unit?.id ?? id;
  };
}

/** An ended unit stands below its successor, so that whoever heads that one decides about and reads its old records. */
export function aboveOf({ id, under }: Dated, heir: (unit: string) => string): string | undefined {
  const taken = heir(id);
  return taken === id ? under && heir(under) : taken;
}
