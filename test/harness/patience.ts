/**
 * How long a test waits for what has to come. No promise of the product: on a busy machine all of it takes longer, and what never comes
 * still ends the wait before it ends the test, so that the reason is told.
 */
export const PATIENCE_MS = 100_000;
