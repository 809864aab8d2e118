import type { ActionView, GateSeen, GateView, Value, Values } from '../kernel/engine/types.ts';
import type { Text } from '../kernel/text.ts';
import type { GapView } from './evidence-views.ts';
import type { CorrectionView, HeldView, MarkedView, MarkView, ProposalView, TagView } from './mark-views.ts';
import type { ScopeView } from './scope-views.ts';

/** What the read door answers with: plain JSON, made for pages and API alike. Moments are ISO UTC, dates ISO. */

export type Named = { id: string; name: string };
export type RecordRef = {
  id: string;
  type: string;
  number: string;
  title: string;
  /** The title in English, where the platform itself made it of words of a list. */
  titleEn?: string;
  state: string;
  stateLabel: Text;
};

export type Me = {
  account: { id: string; name: string; email: string; factors: string[] };
  organisation?: { id: string; name: string; demo: boolean };
  organisations: Named[];
  person?: Named & { unit: Named; title?: string };
  roles: { role: string; label: Text; unit: Named }[];
  actsFor: { person: Named; until: string; roles: string[] }[];
  administrator: boolean;
  auditor: boolean;
  outside?: { until: string; scopes: ScopeView[] };
  counts: { tasks: number; notices: number };
  today: { date: string; workday: boolean };
  idleMinutes: number;
};

export type Task = {
  id: string;
  record: RecordRef;
  typeLabel: Text;
  action: string;
  label: Text;
  owed: boolean;
  due?: string;
  /** `overdue`, `today`, `soon` (≤ 3 workdays), `later`, `none`. */
  urgency: 'overdue' | 'today' | 'soon' | 'later' | 'none';
  remaining?: Text;
  asDeputyFor?: Named;
  requester?: Named & { unit?: string };
  /** Gates of the task's own action. */
  gates?: { passed: number; all: number };
  /** Why it is asked for, in its own first words. */
  reason?: string;
  /** What is different since the viewer last acted on it. */
  changed?: { since: string; fields: Text[] };
  since: string;
};
export type TypeCard = {
  type: string;
  label: Text;
  role: 'form' | 'register' | 'child';
  group: string;
  /** The pack it comes from, as people read it. */
  groupLabel: Text;
  mayOpen: boolean;
  why?: Text;
  packs: string[];
  clauses: string[];
  open: number;
  total: number;
};

export type ListQuery = {
  type?: string;
  role?: 'form' | 'register' | 'child';
  state?: string;
  open?: boolean;
  mine?: boolean;
  late?: boolean;
  search?: string;
  filters?: { field: string; op: 'is' | 'from' | 'until'; value: string }[];
  order?: { by: string; desc: boolean };
  after?: string;
  limit?: number;
  asOf?: string;
};
export type ListItem = RecordRef & {
  tags: TagView[];
  typeLabel: Text;
  badges: Text[];
  requester?: Named;
  unit?: Named;
  openedAt: string;
  changedAt: string;
  since: string;
  due?: string;
  late: boolean;
  columns: Record<string, Value>;
  /** Names for ids among `columns`. */
  names: Record<string, string>;
};
export type ListPage = {
  items: ListItem[];
  next?: string;
  total: number;
  totalIsExact: boolean;
  /** What was asked for, or what a list comes in when nothing was. */
  order: NonNullable<ListQuery['order']>;
  columns: { field: string; label: Text; type: string; unit?: string; options?: { value: string; label: Text }[] }[];
};

export type FieldView = {
  name: string;
  label: Text;
  help?: Text;
  type: string;
  unit?: string;
  lines?: number;
  to?: string;
  options?: { value: string; label: Text }[];
  slots?: { id: string; label: Text }[];
  columns?: FieldView[];
  /** Rows are drawn from a list or query: rows may not be added or removed. */
  drawn?: boolean;
  required: string[];
  computed: boolean;
  personal: boolean;
  hidden: boolean;
  clauses: string[];
};
export type SectionView = { name: string; label: Text; editable: boolean; why?: Text; fields: FieldView[] };

export type SealView = {
  id: string;
  action: string;
  label: Text;
  by: Named;
  for?: Named;
  role?: Text;
  at: string;
  factor: string;
  /** By the signer's passkey over exactly what was approved; without one the seal is weaker. */
  signed: boolean;
  void?: { at: string; by?: string; changes: Change[]; objection?: string };
  owed: boolean;
  mark?: MarkView;
  /** Given in the week after the signer's password was reset. */
  afterReset?: true;
  /** The papers of an emergency: given after the act they belong before. */
  afterwards?: true;
  /** Slips corrected since, which the seal stands for. */
  corrected?: Change[];
};
export type Change = { field: string; label: Text; before?: Value; after?: Value };

export type RecordView = RecordRef & {
  typeLabel: Text;
  /** What stands beside it wherever it is shown: 沿用. */
  badges: Text[];
  /** Papers it lacks, soonest due first. */
  gaps: GapView[];
  version: number;
  /** That this was read is an entry of the ledger. */
  logged?: true;
  /** Which version this reader last had open, on whatever device, and when. */
  looked?: { version: number; at: string };
  since: string;
  openedAt: string;
  changedAt: string;
  closedAt?: string;
  requester?: Named;
  unit?: Named;
  origin?: RecordRef;
  due?: string;
  remaining?: Text;
  late: boolean;
  rail: { name: string; label: Text; state: 'done' | 'now' | 'todo' | 'skipped'; at?: string }[];
  states: Record<string, Text>;
  sections: SectionView[];
  values: Values;
  /** Display names for every id that occurs in values: persons, units, records, rows; empty for a record this viewer may not read. */
  names: Record<string, string>;
  /** Labels of the list rows that rows of tables were drawn from, by id. */
  rows: Record<string, Text>;
  actions: ActionView[];
  /** Gates of the next forward action, for the card on top. */
  gates: { action?: string; label?: Text; passed: number; all: number; list: GateView[] };
  seals: SealView[];
  emptySeals: { action: string; label: Text; role: Text }[];
  owed: { action: string; label: Text; because: 'voided' | 'emergency'; due?: string; who: Named[] }[];
  waiting: { label: Text; who: Named[]; role?: Text; due?: string }[];
  children: RecordRef[];
  links: { to: RecordRef; as: string }[];
  /** How many more it came from, opened or is linked to that this viewer may not read. */
  withheld: number;
  notices: {
    to: Named[];
    message: Text;
    at: string;
    read: { by: Named; at: string }[];
    ack?: { until: string; at?: string };
  }[];
  clauses: { id: string; ref?: string; text: Text }[];
  proof: { events: number; sealed: number; size: number; root: string; sealedAt?: string };
  /** What carries a mark: waiting for a second person, and all there is. */
  held: HeldView[];
  /** What it carries for ever, in a word each. */
  tags: TagView[];
  marked: MarkedView[];
  corrections: CorrectionView[];
  proposals: ProposalView[];
  copied?: RecordRef;
  may: {
    /** Fields this viewer may correct now; on a closed record as an erratum beside it. */
    correct: string[];
    erratum: boolean;
    propose: boolean;
    copy: boolean;
  };
  /** Seals that somebody else may have put on paper, and who may have. */
  paper?: { action: string; label: Text; asks: string[]; signers: Named[] }[];
  mayComment: boolean;
  mayPrint: boolean;
  asOf?: string;
};

export type HistoryItem = {
  pos: number;
  at: string;
  type: string;
  by?: Named;
  for?: Named;
  label: Text;
  comment?: string;
  changes: Change[];
  /** How it came about, when not by its author, then and there. */
  mark?: MarkView;
  /** Of a deadline that nears or was passed on to others, not the lateness itself. */
  reminder?: true;
  gates: GateSeen[];
  sealed: boolean;
};

export type ClauseView = {
  id: string;
  pack: string;
  ref?: string;
  text: Text;
  /** `ok` 佐證齊備, `partial` 佐證待補, `late` 逾期, `off` not triggered in the period or not running yet. */
  light: 'ok' | 'partial' | 'late' | 'off';
  pending?: Text;
  /** The adoption plan lets it begin on this day, later than the day looked at: grey until then. */
  starts?: string;
  mechanisms: { kind: string; name: string; label: Text; sentence: Text; go?: string }[];
  count: number;
};
export type ProcedureView = {
  pack: string;
  title: Text;
  version: string;
  asOf: string;
  /** Titles by number. */ chapters?: Record<string, Text>;
  clauses: ClauseView[];
  counts: Record<ClauseView['light'], number>;
};

export type ParameterView = {
  name: string;
  label: Text;
  unit: string;
  stricter: string;
  value: Value;
  setBy?: { pack: string; clause?: string; organisation?: boolean };
  values: { from: string; value: Value; clause?: string }[];
  min?: number;
  max?: number;
  usedBy: string[];
};

export type TrailItem = {
  pos: number;
  at: string;
  stream: string;
  type: string;
  label: Text;
  by?: Named;
  /** The principal, where a deputy acted. */
  for?: Named;
  record?: RecordRef;
  /** Without a record: whom or what it is about. */
  about?: Text;
  sealed: boolean;
  leaf: string;
};
export type TrailPage = {
  items: TrailItem[];
  next?: string;
  size: number;
  sealedSize: number;
  root: string;
  checkpointAt?: string;
};
export type Verification = {
  ok: boolean;
  at: string;
  size: number;
  findings: { level: string; ok: boolean; position?: number; message: Text }[];
};

export type Notice = {
  id: string;
  at: string;
  record?: RecordRef;
  /** The page it leads to, when it is about no record. */
  go?: string;
  message: Text;
  read: boolean;
  /** When what it told was over. */
  settled?: string;
  ack?: { until: string; done?: string };
};

export type PersonView = Named & {
  unit: Named;
  title?: string;
  email?: string;
  from?: string;
  until?: string;
  account?: { id: string; lastSignInAt?: string; lockedUntil?: string; factors: string[] };
  roles: {
    grant: string;
    role: string;
    label: Text;
    unit: Named;
    from: string;
    until?: string;
    givenBy: string[];
    waitingForSecond: boolean;
    scope?: ScopeView;
  }[];
  deputies: { id: string; person: Named; order: number; from: string; until: string }[];
};

export type ScanView = {
  id: string;
  tool: string;
  toolVersion?: string;
  finishedAt?: string;
  patchedOn?: string;
  importedAt: string;
  importedBy?: Named;
  by_hand: boolean;
  complete: boolean;
  targets: Named[];
  counts: Record<string, number>;
  file?: { name: string; sha256: string };
};
