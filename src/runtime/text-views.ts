import type { Text } from '../kernel/text.ts';
import type { ClauseView, Named } from './views.ts';

/** What the read door answers about the organisation's own procedures, checklists and the adoption plan. */

/** How the organisation's own procedure numbers what a clause of ours says: `title` `cite`, its clause for the way there. */
export type Citation = { text: string; title: string; cite: string; clause: string };
export type TextCard = {
  text: string;
  edition: number;
  title: string;
  number?: string;
  version: string;
  classification: string;
  issued: string;
  file?: { name: string; sha256: string; size: number };
  at: string;
  by?: Named;
  /** Clauses that ask something, and how many of them are mapped or said to need no mechanism. */
  asking: number;
  settled: number;
  counts: Record<ClauseView['light'], number>;
};
export type TextClause = {
  key: string;
  level: number;
  number: string;
  cite: string;
  heading: boolean;
  text: string;
  ours: string[];
  /** Why it needs none. */
  why?: string;
  /** The mapping came along from the version before. */
  carried: boolean;
  light: ClauseView['light'];
  starts?: string;
};
export type TextView = TextCard & {
  asOf: string;
  clauses: TextClause[];
  /** Ours that are named in it, each once. */
  ours: Record<string, ClauseView>;
  editions: { edition: number; version: string; issued: string; at: string }[];
  mayKeep: boolean;
};
export type MappingSuggestion = { id: string; score: number; sameNumber: boolean; shared: string[] };
export type MappingView = {
  text: TextView;
  ours: (Pick<ClauseView, 'id' | 'ref' | 'pack' | 'text'> & { packTitle: Text; citedBy: number })[];
  suggestions: Record<string, MappingSuggestion[]>;
  /** Suggestions of at least this are offered together. */
  strong: number;
};
export type TextChange = {
  kind: 'same' | 'moved' | 'changed' | 'new' | 'gone';
  cite: string;
  before?: string;
  text: string;
  was?: string;
  key?: string;
};

export type ChecklistCard = {
  checklist: string;
  title: string;
  authority: string;
  file?: { name: string; sha256: string; size: number };
  at: string;
  by?: Named;
  asking: number;
  settled: number;
  counts: Record<ClauseView['light'], number>;
};
export type ChecklistView = ChecklistCard & {
  asOf: string;
  questions: {
    key: string;
    number: string;
    part: string;
    text: string;
    hint: string;
    ours: string[];
    why?: string;
    light: ClauseView['light'];
  }[];
  ours: Record<string, ClauseView>;
  /** What an unmapped question may speak of; only for whoever maps. */
  suggestions?: Record<string, MappingSuggestion[]>;
  mayKeep: boolean;
};

export type PlanView = {
  asOf: string;
  /** Every clause of the adopted packs with the start that is approved, and the one that is proposed. */
  clauses: (Pick<ClauseView, 'id' | 'ref' | 'pack' | 'text' | 'light'> & {
    on?: string;
    proposed?: string;
    late: boolean;
  })[];
  packs: { pack: string; title: Text; chapters?: Record<string, Text> }[];
  /** The organisation's own procedures as they are cut and numbered, with what each part is mapped to. */
  own: {
    text: string;
    title: string;
    parts: { level: number; number: string; heading: boolean; words: string; ours: string[] }[];
  }[];
  waiting?: { plan: string; reason: string; at: string; by?: Named; byFor?: Named; starts: number };
  past: {
    plan: string;
    reason: string;
    at: string;
    by?: Named;
    /** Whose deputy proposed or decided it. */
    byFor?: Named;
    starts: number;
    outcome: 'approved' | 'returned';
    note?: string;
    decidedAt: string;
    decidedBy?: Named;
    decidedFor?: Named;
  }[];
  mayPropose: boolean;
  mayDecide: boolean;
  /** Whose deputy the viewer would decide as. */
  decidesFor?: Named;
  furthest: string;
};
