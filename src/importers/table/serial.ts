const DAY_MS = 86_400_000;
/** Day 0 of each epoch. The one of 1900 holds a 29 February that never was (a slip of Lotus 1-2-3 that Excel keeps). */
const EPOCHS = { 1900: Date.UTC(1899, 11, 30), 1904: Date.UTC(1904, 0, 1) };
const PHANTOM = 60;

/** A spreadsheet's day number as `2026-11-20`, or `2026-11-20 14:05` when it holds a time; below one day as `14:05`. */
export function serialDate(serial: number, epoch: 1900 | 1904): string {
  const early = epoch === 1900 && serial >= 1 && serial < PHANTOM ? 1 : 0;
  const minutes = Math.round((serial + early) * 1_440);
  const iso = new Date(EPOCHS[epoch] + minutes * 60_000).toISOString();
  const clock = iso.slice(11, 16);
  if (serial >= 0 && serial * DAY_MS < DAY_MS) return clock;
  return clock === '00:00' ? iso.slice(0, 10) : `${iso.slice(0, 10)} ${clock}`;
}

/** Whether a number format shows dates or times: `yyyy/m/d`, `[$-404]e/m/d` (ROC years), `h:mm`; never `0.00` or `"年"0`. */
export function showsDate(format: string): boolean {
  const bare = format.replace(/"[^"]*"|\\.|\[[^\]]*\]|_.|\*./g, '');
  return !/general/i.test(bare) && (/[ymdhs]/i.test(bare) || (/e/.test(bare) && !/[0#]/.test(bare)));
}

/** The formats that Excel keeps by number only; 27–36 and 50–58 are those of East Asian editions. */
export const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 22) || (id >= 27 && id <= 36) || (id >= 45 && id <= 47) || (id >= 50 && id <= 58);

/** A number as written by hand: no exponent, no digits that only binary fractions have. */
export function plainNumber(written: string): string {
  const value = Number(written);
  if (!Number.isFinite(value)) return written;
  const rounded = Number(value.toPrecision(15));
  return /e/i.test(String(rounded))
    ? rounded.toLocaleString('en-US', { useGrouping: false, maximumFractionDigits: 15 })
    : String(rounded);
}
