import type { Text } from '../kernel/text.ts';
import type { TagView } from './mark-views.ts';
import type { ClauseView, Named, RecordRef } from './views.ts';

/** What the read door answers about a clause: what shows it, what is still to come, what is said beside it. */

/**
 * A paper that is still to come: which, for what, by when and from whom. Whoever may not read its case is told so much of it, without id,
 * number and title.
 */
export type GapView = RecordRef & { what: Text; due?: string; late: boolean; owner?: Named; about?: RecordRef };

export type ClauseEvidence = {
  clause: ClauseView;
  gaps: GapView[];
  records: (RecordRef & { tags: TagView[]; at: string; pos: number; what: Text })[];
  /** How many more there are among the newest that this viewer may not read. */
  withheld: number;
  refusals: number;
  violations: number;
  /** 說明及改善, newest first. */
  explanations: {
    pos: number;
    at: string;
    by: Named;
    cause: string;
    measure: string;
    due?: string;
    breaches: number;
  }[];
  mayExplain: boolean;
};
