/**
 * When the person last did something, in any tab: typing, pointing and scrolling count, background work does not. Shared
 * between tabs, so that a forgotten one does not sign out the one that is worked in.
 */
const place = 'last-used';
const stepMilliseconds = 2_000;
let used = Date.now();
keep();

for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const) {
  addEventListener(event, note, { passive: true, capture: true });
}

/** Milliseconds since 1970. */
export const lastUsed = (): number => Math.max(used, Number(localStorage.getItem(place) ?? 0));

function note(): void {
  const now = Date.now();
  if (now - used < stepMilliseconds) return;
  used = now;
  keep();
}

function keep(): void {
  localStorage.setItem(place, String(used));
}
