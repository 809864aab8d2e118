type Unit = { id: string; name: string; under?: string | undefined };
export type Placed<Of> = { unit: Of; depth: number };

/** Units in reading order, each after the unit it belongs to; what hangs under nothing known (or in a ring) stands at the top. */
export function tree<Of extends Unit>(units: Of[]): Placed<Of>[] {
  const known = new Set(units.map((unit) => unit.id));
  const children = Map.groupBy(units, (unit) => (unit.under && known.has(unit.under) ? unit.under : ''));
  const placed: Placed<Of>[] = [];
  const seen = new Set<string>();
  const place = (of: Of[], depth: number): void => {
    for (const unit of of) {
      if (seen.has(unit.id)) continue;
      seen.add(unit.id);
      placed.push({ unit, depth });
      place(children.get(unit.id) ?? [], depth + 1);
    }
  };
  place(children.get('') ?? [], 0);
  for (const unit of units) place([unit], 0);
  return placed;
}

/** As choices of a list: the depth shows as indentation. */
export const unitOptions = (units: Unit[]): { value: string; label: string }[] =>
  tree(units).map(({ unit, depth }) => ({ value: unit.id, label: '　'.repeat(depth) + unit.name }));

/** A unit and everything below it: where it cannot be moved to. */
export function below(units: Unit[], id: string): Set<string> {
  const found = new Set([id]);
  for (const { unit } of tree(units)) if (unit.under && found.has(unit.under)) found.add(unit.id);
  return found;
}
