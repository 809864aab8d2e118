/**
 * Holds back programs that try names by the thousand (annex10.ia.authenticator_management.7): so many requests a minute from one
 * network address. Whole offices share an address, so the number is generous; the lock per name does the rest.
 */
export function pace(perMinute: number): (address: string, now: Date) => boolean {
  let minute = 0;
  let counts = new Map<string, number>();
  return (address, now) => {
    const present = Math.floor(now.getTime() / 60_000);
    if (present !== minute) [minute, counts] = [present, new Map()];
    const count = (counts.get(address) ?? 0) + 1;
    counts.set(address, count);
    return count <= perMinute;
  };
}
