import type { Text } from '../kernel/text.ts';
import type { ClauseView, Named, RecordRef } from './views.ts';

/** What is new: the morning digest, and lights that changed. */

/** What one person was told one morning: late things first, then what is due, what is new, and notices. */
export type DigestView = {
  person: Named & { unit: Named };
  day: string;
  at: string;
  lines: {
    kind: 'task' | 'notice';
    stage: 'new' | 'due' | 'late';
    /** What is to be done, or what was told. */
    label: Text;
    /** What was told about the task. */
    told?: Text;
    record?: RecordRef;
  }[];
  /** How many more waited than are listed. */
  more?: number;
  /** For heads, on the first working day of a week. */
  week?: {
    units: { unit: Named; open: number; late: number }[];
    lights: Record<'ok' | 'partial' | 'late', number>;
    changed: number;
  };
};
export type DigestPreferences = { language: 'zh' | 'en'; mail: boolean; weekly: boolean };
/** A clause whose light is another than it was on the day compared with; `because` what happened last that speaks for it. */
export type LightChange = {
  clause: { id: string; pack: string; ref?: string; text: Text };
  from: ClauseView['light'];
  to: ClauseView['light'];
  because?: { what: Text; record?: RecordRef; at: string };
};
/** One day: clauses late in it, and those that became late; without figures before anything was adopted. */
export type LateDay = { day: string; workday: boolean; late?: number; began?: number };
/** A clause that is late, and what its owner last said about it (說明及改善). */
export type RedLight = {
  clause: LightChange['clause'];
  since: string;
  records: RecordRef[];
  /** How many more are late that this viewer may not read. */
  withheld: number;
  explained?: { at: string; by: Named; cause: string; measure: string; due?: string };
};
