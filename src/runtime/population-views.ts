import type { Text } from '../kernel/text.ts';
import type { TagView } from './mark-views.ts';
import type { Named, RecordRef } from './views.ts';

/** What the read door answers about everything of a kind in a period, and samples of it. */

/** All records of one kind opened in a period, for whoever audits. `total` counts what the reader may not see, too. */
export type PopulationView = {
  label: Text;
  total: number;
  states: { state: string; label: Text; count: number }[];
  months: { month: string; count: number }[];
  /** The first 500; the export has all. */
  items: PopulationItem[];
  series: SeriesView[];
  draws: DrawView[];
};
export type PopulationItem = RecordRef & {
  tags: TagView[];
  openedAt: string;
  closedAt?: string;
  requester?: Named;
  unit?: Named;
};
/** A running number: what of it lies in the period, how many it has given out in all, and which of those no record has. */
export type SeriesView = {
  series: string;
  first: number;
  last: number;
  count: number;
  given: number;
  missing: number[];
  moreMissing: boolean;
};
/** A sample as it was drawn; anybody repeats it from the list of ids and the checkpoint's root. */
export type DrawView = {
  id: string;
  from: string;
  until: string;
  asked: number;
  population: number;
  digest: string;
  checkpoint: { size: number; root: string };
  records: RecordRef[];
  by?: Named;
  at: string;
};
