import type { Query, Who } from './types.ts';

/**
 * Who reads the records of a type, or a section of them. Without `by` whoever reads those of any type. `staff`: records that everybody of
 * the organisation reads besides, by what they are now: `policy_document where state == 'in_force'`; of several packs
 * every one must hold. `logged`: reading is on record.
 */
export type See = { by?: Who[]; staff?: Query[]; logged: boolean };
