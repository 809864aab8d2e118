/** When the person last did something on this page; typing, pointing and scrolling count, background work does not. */
let used = Date.now();

for (const event of ['pointerdown', 'keydown', 'wheel', 'touchstart'] as const) {
  addEventListener(event, () => (used = Date.now()), { passive: true, capture: true });
}

export const lastUsed = (): number => used;
